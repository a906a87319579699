"""A widget in a page of another site, as its maker and that page's readers see it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}


class Site:
    """A site of one page, which answers under every name of this machine."""

    def __init__(self) -> None:
        self.html = ""
        site = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(f"<!doctype html><h1>Our wiki</h1>{site.html}".encode())

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self.server.server_address[1]


@pytest.fixture
def wiki() -> Iterator[Site]:
    site = Site()
    serving = threading.Thread(target=site.server.serve_forever)
    serving.start()
    yield site
    site.server.shutdown()
    serving.join()
    site.server.server_close()


def test_a_figure_stands_in_pages_of_the_site_it_was_made_for_until_it_is_taken_back(
    page: Page, program: httpx.Client, chromium: Browser, wiki: Site
) -> None:
    wanted = {"type": "quality_metrics", "formats": ["csv"], "period": OCTOBER}
    patiently = {"Prefer": "wait=30"}
    made = program.post("/api/v1/reports", json=wanted, headers=patiently, timeout=40)
    assert made.json()["status"] == "completed", made.text
    page.goto("/")
    page.get_by_role("button", name="More about Pass rate").click()
    page.get_by_role("menuitem", name="Embed elsewhere…").click()
    sites = page.get_by_role("textbox", name="Sites that may show it")
    sites.fill("wiki")
    page.get_by_role("button", name="Make the snippet").click()
    expect(page.get_by_text("give where the page lies")).to_be_visible()
    sites.fill(f"http://127.0.0.1:{wiki.port}")
    page.get_by_role("button", name="Make the snippet").click()
    wiki.html = page.get_by_label("HTML for the other page").input_value()

    reader = chromium.new_page(color_scheme="dark")
    try:
        figure = reader.frame_locator("iframe[title='Pass rate']")
        reader.goto(f"http://127.0.0.1:{wiki.port}")
        expect(figure.get_by_role("heading", name="Pass rate")).to_be_visible()
        expect(figure.get_by_role("link", name="Open in Broadsheet")).to_be_visible()
        assert (
            figure.locator("html").evaluate(
                "getComputedStyle(document.documentElement).backgroundColor"
            )
            == "rgb(19, 26, 33)"
        )
        assert reader.context.cookies() == []

        # The same page under another name is another site.
        reader.goto(f"http://localhost:{wiki.port}")
        expect(reader.get_by_role("heading", name="Our wiki")).to_be_visible()
        reader.wait_for_load_state("networkidle")
        assert figure.get_by_role("heading", name="Pass rate").count() == 0

        (row,) = page.get_by_role("listitem").filter(has_text=str(wiki.port)).all()
        row.get_by_role("button", name="Revoke").click()
        row.get_by_role("button", name="Revoke for good").click()
        expect(row.get_by_text("Revoked")).to_be_visible()
        reader.goto(f"http://127.0.0.1:{wiki.port}")
        expect(figure.get_by_text("This figure was taken back")).to_be_visible()
    finally:
        reader.close()
