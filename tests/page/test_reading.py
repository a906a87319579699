"""What people do with a report in front of them, and just before they ask for one."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.page.visitor import Visitor

OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}
SEPTEMBER = {"from": "2026-09-01", "to": "2026-09-30"}


def made(program: httpx.Client, report_type: str, period: dict[str, str]) -> dict[str, Any]:
    """A finished report, as the API has it."""
    asked = program.post(
        "/api/v1/reports",
        json={"type": report_type, "formats": ["csv"], "period": period},
        headers={"Prefer": "wait=30"},
        timeout=40,
    )
    assert asked.json()["status"] == "completed", asked.text
    found: dict[str, Any] = asked.json()
    return found


def said(program: httpx.Client, run: dict[str, Any]) -> dict[str, Any]:
    """What it says."""
    found: dict[str, Any] = program.get(f"/api/v1/reports/{run['id']}/document").json()
    return found


def test_a_row_and_a_bar_open_the_report_narrowed_to_them_and_a_trail_leads_back(
    page: Page, program: httpx.Client
) -> None:
    whole = made(program, "delivery_summary", OCTOBER)
    table = said(program, whole)["sections"][1]["tables"][0]
    project, delivered = table["rows"][0][:2]
    page.goto(f"/runs/{whole['id']}")
    rows = page.get_by_role("table", name="Characters delivered by project")
    rows.get_by_role("button", name=project, exact=True).click()
    expect(page).to_have_url(re.compile(rf"trail={whole['id']}"))
    trail = page.get_by_role("navigation", name="Where this report lies")
    expect(trail.get_by_role("listitem").last).to_have_text(project)
    # The same figure as in the row that was opened.
    tile = page.get_by_role("article").get_by_role("listitem").first
    expect(tile.locator("strong")).to_have_text(f"{delivered:,}")

    page.locator("[aria-roledescription='bar']").first.click()
    expect(trail.get_by_role("listitem")).to_have_count(4)
    expect(trail.get_by_role("listitem").last).to_have_text(re.compile(r"^\d+ Oct 2026$"))
    # The address holds the way, so that somebody else finds it as well.
    page.goto(page.url)
    trail.get_by_role("link", name=re.compile("^Delivery summary")).click()
    expect(page).to_have_url(re.compile(rf"/runs/{whole['id']}$"))

    # By keyboard, through the chart's list of parts.
    page.get_by_role("combobox", name=re.compile("^Open a part of")).press_sequentially("7 Oct")
    page.get_by_role("option", name="7 Oct 2026", exact=True).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(trail.get_by_role("listitem").last).to_have_text("7 Oct 2026")


def test_a_figure_opens_the_list_behind_it(page: Page, program: httpx.Client) -> None:
    whole = made(program, "gpu_utilization", OCTOBER)
    page.goto(f"/runs/{whole['id']}")
    tile = page.get_by_role("listitem").filter(has_text="GPU hours in failed jobs")
    hours = tile.locator("strong").inner_text()
    tile.get_by_role("button", name=re.compile("open the list")).click()
    expect(page.get_by_role("heading", name="Generation jobs", level=1)).to_be_visible()
    listed = page.get_by_role("article").get_by_role("listitem").filter(has_text="GPU time")
    expect(listed.locator("strong")).to_have_text(hours)


def test_two_reports_are_compared_figure_by_figure(page: Page, program: httpx.Client) -> None:
    earlier = made(program, "quality_metrics", SEPTEMBER)
    later = made(program, "quality_metrics", OCTOBER)
    page.goto(f"/runs/{later['id']}")
    page.get_by_role("combobox", name="Compare with").click()
    page.get_by_role("option", name=re.compile("Sept? 2026")).first.click()
    expect(page).to_have_url(re.compile("compare="))

    then, now = said(program, earlier), said(program, later)
    figures = [{kpi["name"]: kpi["value"] for kpi in each["kpis"]} for each in (then, now)]
    was, is_now = (int(each["checks"]) for each in figures)
    tiles = page.get_by_role("article").get_by_role("listitem")
    tile = tiles.filter(has_text=f"was {was:,} →")
    expect(tile).to_contain_text(f"was {was:,} → , is {is_now:,}")
    sign = "+" if is_now > was else "−"
    expect(tile).to_contain_text(f"{sign}{abs(is_now - was):,}")

    # Rows of the same kind of scene stand in one line, with what they were.
    tables = [
        next(
            table
            for section in each["sections"]
            for table in section["tables"]
            if table["name"] == "by_resolution_tier"
        )
        for each in (then, now)
    ]
    tier, checks = tables[1]["rows"][0][:2]
    before = next(row[1] for row in tables[0]["rows"] if row[0] == tier)
    row = page.get_by_role("table", name="Pass rate by resolution tier").get_by_role("row").nth(1)
    expect(row).to_contain_text(f"{checks:,}was {before:,}")

    # The address holds it; and not comparing any more is one step.
    page.goto(page.url)
    expect(tile).to_contain_text(f"{is_now:,}")
    page.get_by_role("button", name="Do not compare").click()
    expect(page).not_to_have_url(re.compile("compare="))


def test_a_file_is_shared_by_a_link_that_can_be_taken_back(
    page: Page, visitor: Visitor, program: httpx.Client
) -> None:
    run = made(program, "usage_summary", OCTOBER)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/runs/{run['id']}")
    page.get_by_role("button", name="Share…").click()
    dialog = page.get_by_role("dialog", name="Share a file by link")
    expect(dialog.get_by_text("Nobody has a link yet")).to_be_visible()

    dialog.get_by_label("Password").first.fill("short")
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_text(re.compile("at least 8"))).to_be_visible()
    dialog.get_by_label("Password").first.fill("long enough to keep")
    dialog.get_by_label("Downloads at most").fill("3")
    dialog.get_by_role("button", name="Make a link").click()
    dialog.get_by_role("button", name="Copy the new link").click()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address.startswith(f"{visitor.home}/s/")
    assert httpx.get(address, trust_env=False).status_code == 200

    (link,) = dialog.get_by_role("list").get_by_role("listitem").all()
    expect(link).to_contain_text("CSV · Open")
    expect(link).to_contain_text("with a password, fetched 0 of 3 times")
    assert visitor.barriers() == []
    link.get_by_role("button", name="Revoke").click()
    link.get_by_role("button", name="Revoke for good").click()
    expect(link).to_contain_text("Revoked")
    assert httpx.get(address, trust_env=False).status_code == 410


def test_a_finished_report_is_sent_to_somebody_else(
    page: Page, program: httpx.Client, inbox: httpx.Client
) -> None:
    run = made(program, "usage_summary", SEPTEMBER)
    page.goto(f"/runs/{run['id']}")
    page.get_by_role("button", name="Send…").click()
    dialog = page.get_by_role("dialog", name="Send it to others")
    dialog.get_by_role("combobox", name="E-mail addresses").fill("later@example.com")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("On its way to later@example.com")).to_be_visible()
    page.get_by_role("tab", name="What happened").click()
    row = page.get_by_role("row").filter(has_text="later@example.com")
    expect(row.get_by_text("Sent", exact=True)).to_be_visible()
    mails = inbox.get("/api/messages").json()
    assert any("later@example.com" in str(mail) for mail in mails)
    # And how long each stage took is on the same page.
    stages = page.get_by_role("region", name="How long it took").get_by_role("listitem")
    expect(stages).to_have_text(
        [re.compile(name) for name in ("^Queued", "^Query", "^Render", "^Delivery")]
    )


def test_filters_offer_what_the_source_has_and_a_preview_follows_them(
    page: Page, program: httpx.Client
) -> None:
    runs_before = program.get("/api/v1/reports?limit=1").json()["items"][:1]
    page.goto("/new?type=delivery_summary&from=2026-10-01&to=2026-10-31")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_text(re.compile("characters were delivered")).first).to_be_visible()

    names = program.get("/api/v1/report-types/delivery_summary/names").json()["filters"]
    page.get_by_role("combobox", name="Projects").click()
    options = page.get_by_role("option")
    expect(options).to_have_text(names["projects"]["names"])
    figure = preview.get_by_role("listitem").first.locator("strong")
    whole = figure.inner_text()
    options.first.click()
    page.keyboard.press("Escape")
    only = names["projects"]["names"][0]
    expect(figure).not_to_have_text(whole)
    expect(preview).to_have_attribute("aria-busy", "false")
    expect(page.get_by_text(only).first).to_be_visible()

    # A name that the source has not is said at its field, and not refused.
    page.get_by_role("combobox", name="Projects").fill("Nobody knows this")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The source has no “Nobody knows this” now.")).to_be_visible()
    # Nothing of all that is a report: the list is as it was.
    assert program.get("/api/v1/reports?limit=1").json()["items"][:1] == runs_before
