"""Flows by keyboard alone: nothing is clicked, and everything is reached by Tab."""

from __future__ import annotations

import re
from typing import Literal

import httpx
from playwright.sync_api import Locator, Page, expect

MOST_TABS = 120


def goes_to(page: Page, place: str, heading: str) -> None:
    """Open a page through the command palette."""
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Where to?").fill(place)
    expect(page.get_by_role("dialog").get_by_role("button").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


def tabs_to(
    page: Page, role: Literal["button", "link", "combobox", "textbox"], name: str | re.Pattern[str]
) -> Locator:
    """Press Tab until it has the focus."""
    wanted = page.get_by_role(role, name=name).first
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return wanted
    raise AssertionError(f"Tab does not lead to the {role} {name}")


def takes(page: Page, item: Locator) -> None:
    """Go down an open menu to it, and take it."""
    expect(item).to_be_visible()
    for _ in range(MOST_TABS):
        if item.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_a_report_is_made_read_and_fetched_by_keyboard_alone(page: Page) -> None:
    goes_to(page, "delivery summ", "Delivery summary")
    tabs_to(page, "combobox", "Send it to")
    page.keyboard.type("someone@example.com")
    page.keyboard.press("Enter")
    tabs_to(page, "button", "Generate")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_be_visible()

    heading = page.get_by_role("columnheader", name="Project")
    tabs_to(page, "button", re.compile("^Project"))
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")

    page.keyboard.press("Control+Home")
    page.get_by_role("main").focus()
    tabs_to(page, "button", "Download")
    page.keyboard.press("Enter")
    pdf = page.get_by_role("menuitem", name="PDF")
    with page.expect_download() as download:
        takes(page, pdf)
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_a_schedule_is_made_and_paused_by_keyboard_alone(page: Page, program: httpx.Client) -> None:
    goes_to(page, "schedules", "Schedules")
    tabs_to(page, "link", "New schedule")
    page.keyboard.press("Enter")
    tabs_to(page, "combobox", "Report")
    page.keyboard.type("Delivery summ")
    expect(page.get_by_role("option", name="Delivery summary")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    tabs_to(page, "textbox", "Saved under the name")
    page.keyboard.press("Control+a")
    page.keyboard.type("Deliveries for those who type")
    for _ in ("what", "when"):
        tabs_to(page, "button", "Next")
        page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="E-mail addresses")).to_be_visible()
    tabs_to(page, "combobox", "E-mail addresses")
    page.keyboard.type("someone@example.com")
    page.keyboard.press("Enter")
    tabs_to(page, "button", "Next")
    page.keyboard.press("Enter")
    tabs_to(page, "textbox", "Name of the schedule")
    page.keyboard.type("Typed alone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Typed alone", level=1)).to_be_visible()

    tabs_to(page, "button", "More about Typed alone")
    page.keyboard.press("Enter")
    takes(page, page.get_by_role("menuitem", name="Pause"))
    expect(page.get_by_text("Paused", exact=True).first).to_be_visible()
    saved = program.get(f"/api/v1/schedules/{page.url.rpartition('/')[2]}").json()
    assert saved["state"] == "paused"
    assert saved["deliver_to"] == [{"channel": "email", "to": "someone@example.com"}]
