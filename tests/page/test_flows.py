"""What people do on the page, from the first sign-in to the mail in the inbox."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.tokens import make_token, signing_key
from tests.page.visitor import Visitor
from tests.processes import Fleet
from tests.tenants import Tenant

OCTOBER = "from=2026-10-01&to=2026-10-31"


@pytest.mark.long
def test_a_newcomer_makes_a_report_reads_it_and_finds_its_mail(
    visitor: Visitor, inbox: httpx.Client
) -> None:
    page = visitor.page
    page.goto("/")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.get_by_role("button", name="As administrator").click()
    page.get_by_role("main").get_by_role("link", name="New report").first.click()
    expect(page.get_by_role("heading", name="New report", level=1)).to_be_visible()
    page.get_by_role("link", name="Delivery summary").click()
    page.get_by_text("Last month", exact=True).click()
    page.get_by_role("checkbox", name="CSV").check()
    page.get_by_role("combobox", name="Send it to").fill("someone@example.com")
    page.get_by_role("button", name="Generate").click()

    article = page.get_by_role("article")
    expect(article.get_by_text(re.compile("characters were delivered")).first).to_be_visible()
    expect(page.get_by_text("Characters delivered", exact=True).first).to_be_visible()
    expect(article.get_by_role("img").locator("svg").first).to_be_visible()

    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name=re.compile("someone@example.com")).first.click()
    mail = page.frame_locator("iframe[title='The mail']")
    expect(mail.get_by_text(re.compile("characters were delivered")).first).to_be_visible()
    assert inbox.get("/api/messages").json()[0]["attachments"]


def test_a_report_is_asked_for_in_another_language_and_shown_in_it(page: Page) -> None:
    page.goto(f"/new?type=delivery_summary&{OCTOBER}")
    page.get_by_role("combobox", name="Language").click()
    page.get_by_role("option", name="German").click()
    expect(page).to_have_url(re.compile("language=de"))
    page.get_by_role("button", name="Generate").click()

    article = page.get_by_role("article")
    expect(article.get_by_text(re.compile("wurden? .*geliefert")).first).to_be_visible()
    expect(article.get_by_text("Noch in Produktion", exact=True).first).to_be_visible()


def test_a_further_format_is_made_when_somebody_wants_it(page: Page, program: httpx.Client) -> None:
    asked = program.post(
        "/api/v1/reports",
        json={
            "type": "quality_metrics",
            "formats": ["csv"],
            "period": {"from": "2026-10-01", "to": "2026-10-31"},
        },
        headers={"Prefer": "wait=30"},
        timeout=40,
    )
    page.goto(f"/runs/{asked.json()['id']}")
    page.get_by_role("button", name="Download").click()
    page.get_by_role("menuitem", name="JSON", exact=True).click()
    ready = page.get_by_role("menuitem", name=re.compile(r"^JSON .*kB"))
    expect(ready).to_be_visible()
    with page.expect_download() as download:
        ready.click()
    assert b"pass_rate" in download.value.path().read_bytes()


@pytest.mark.long
def test_a_run_that_fails_says_why_in_words_first(
    visitor: Visitor, infra: LocalInfrastructure, sourceless: Tenant
) -> None:
    token = make_token(signing_key(infra.places), tenant=sourceless.slug, sub="ada")
    visitor.sign_in_with(token)
    page = visitor.page
    page.goto(f"/new?type=delivery_summary&{OCTOBER}")
    page.get_by_role("button", name="Generate").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("could not be made")
    expect(alert).to_contain_text("the source 'studio' is not connected here")

    # The list and the home page say it too, and it can be tried again from there.
    page.goto("/runs?status=failed")
    expect(page.get_by_role("listitem").first).to_contain_text(
        "the source 'studio' is not connected here"
    )
    page.goto("/")
    attention = page.get_by_role("region", name="Needs attention")
    expect(attention).to_contain_text("could not be made")
    attention.get_by_role("button", name="Try again").click()
    expect(attention).to_contain_text("could not be made")


@pytest.mark.long
def test_what_is_refused_is_said_at_its_field(page: Page) -> None:
    page.goto(f"/new?type=delivery_summary&{OCTOBER}")
    page.get_by_role("combobox", name="Send it to").fill("nobody@@example")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_text("is not one e-mail address")).to_be_visible()
    expect(page).to_have_url(re.compile("/new"))
    # Nobody was sent anything: the run was not made.
    page.goto("/runs?q=nobody")
    expect(page.get_by_text("No run fits that")).to_be_visible()


@pytest.mark.long
def test_a_link_shows_what_its_sender_saw(page: Page) -> None:
    page.goto("/new?type=generation_jobs")
    page.get_by_text("Last week", exact=True).click()
    page.get_by_role("combobox", name="Projects").fill("Saltmarsh Choir")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("preset=last_week.*Saltmarsh"))
    page.goto(page.url)
    expect(page.get_by_role("radio", name="Last week")).to_be_checked()
    expect(page.get_by_text("Saltmarsh Choir").first).to_be_visible()


def test_a_long_table_draws_what_is_seen_and_can_be_searched_and_ordered(
    page: Page, program: httpx.Client
) -> None:
    asked = program.post(
        "/api/v1/reports",
        json={
            "type": "generation_jobs",
            "formats": ["csv"],
            "period": {"from": "2026-10-01", "to": "2026-10-31"},
        },
        headers={"Prefer": "wait=30"},
        timeout=40,
    ).json()
    page.goto(f"/runs/{asked['id']}")
    table = page.get_by_role("table", name="Jobs")
    expect(table).to_be_visible()
    rows = int(table.get_attribute("aria-rowcount") or 0) - 1
    assert rows == asked["snapshot"]["rows"] > 500
    assert table.get_by_role("row").count() < 120

    search = page.get_by_label("Search in Jobs")
    search.fill("Saltmarsh Choir")
    expect(page.get_by_text(re.compile(rf"of {rows:,}"))).to_be_visible()
    for row in table.locator("tbody tr:not([aria-hidden])").all()[:5]:
        expect(row).to_contain_text("Saltmarsh Choir")

    search.fill("")
    heading = table.get_by_role("columnheader", name=re.compile("GPU")).first
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")


def test_the_page_says_when_it_is_not_current_and_comes_back_by_itself(
    page: Page, fleet: Fleet, program: httpx.Client
) -> None:
    page.goto("/runs")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    port = fleet["api"].port
    fleet["api"].kill()
    expect(page.get_by_text(re.compile("Not current since"))).to_be_visible()
    fleet.start("api", {"BROADSHEET_HTTP_PORT": str(port)})
    expect(page.get_by_text("Live", exact=True)).to_be_visible()

    # The session outlasts the api's process, and what happens shows without a reload.
    period = {"from": "2026-03-03", "to": "2026-03-04"}
    wanted = {"type": "usage_summary", "formats": ["csv"], "period": period}
    assert program.post("/api/v1/reports", json=wanted).status_code == 202
    newest = page.get_by_role("listitem").first
    expect(newest).to_contain_text(re.compile(r"3\s*.\s*4 Mar 2026"))
    expect(newest).to_contain_text("Done")


def test_every_place_is_reached_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Where to?").fill("runs")
    expect(page.get_by_role("dialog").get_by_text("Runs", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Where to?").fill("gpu util")
    expect(page.get_by_role("dialog").get_by_text("GPU utilization")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="GPU utilization", level=1)).to_be_visible()


def test_a_viewer_is_offered_nothing_that_would_be_refused(visitor: Visitor) -> None:
    visitor.sign_in_to_demo("viewer")
    page = visitor.page
    expect(page.get_by_role("link", name="New report")).to_have_count(0)
    visitor.opens("/runs")
    expect(page.get_by_role("link", name="New report")).to_have_count(0)
    visitor.opens("/new")
    expect(page.get_by_text("You may read reports")).to_be_visible()


def test_whoever_signs_out_is_out(page: Page) -> None:
    page.get_by_role("button", name=re.compile("demo-admin")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/runs")
    expect(page).to_have_url(re.compile(r"/sign-in\?to=%2Fruns"))
