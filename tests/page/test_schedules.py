"""Schedules and deliveries on the page: made, changed by two at once, paused, asked about."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, expect

ADDRESS = "someone@example.com"


def planned(program: httpx.Client, name: str, **fields: Any) -> dict[str, Any]:
    """A schedule of a definition of its own."""
    definition = {
        "name": f"Report of {name}",
        "type": "delivery_summary",
        "formats": ["csv"],
        "preset": "last_month",
    }
    of = program.post("/api/v1/definitions", json=definition).json()["id"]
    body = {
        "name": name,
        "definition": of,
        "cadence": {"kind": "daily", "time": "09:00", "timezone": "Europe/Berlin"},
        "deliver_to": [{"channel": "email", "to": ADDRESS}],
    }
    answer = program.post("/api/v1/schedules", json=body | fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_report_is_scheduled_for_business_fridays_without_a_manual(
    page: Page, program: httpx.Client
) -> None:
    page.get_by_role("link", name="Schedules").click()
    page.get_by_role("main").get_by_role("link", name="New schedule").click()
    page.get_by_text("A new report", exact=True).click()
    page.get_by_role("combobox", name="Report").click()
    page.get_by_role("option", name="Delivery summary").click()
    page.get_by_label("Saved under the name").fill("Deliveries of the week, for Fridays")
    page.get_by_role("button", name="Next").click()

    page.get_by_text("Monday", exact=True).click()
    page.get_by_text("Friday", exact=True).click()
    page.get_by_role("switch", name="Business days alone").check()
    page.get_by_role("combobox", name="Holidays of").fill("Germany")
    page.get_by_role("option", name="Germany").click()
    expect(page.get_by_text("on business days in Germany alone")).to_be_visible()
    # Every tenth Friday or less there is a holiday; whatever the day, the days named are Fridays.
    expect(page.get_by_role("listitem").filter(has_text=re.compile("^Fri, "))).not_to_have_count(0)
    expect(page.get_by_role("listitem").filter(has_text=re.compile("^Mon, "))).to_have_count(0)
    page.get_by_role("button", name="Next").click()

    page.get_by_role("combobox", name="E-mail addresses").fill(ADDRESS)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Name of the schedule").fill("Business Fridays")
    page.get_by_role("button", name="Save the schedule").click()

    expect(page.get_by_role("heading", name="Business Fridays", level=1)).to_be_visible()
    saved = program.get(f"/api/v1/schedules/{page.url.rpartition('/')[2]}").json()
    assert saved["cadence"]["days"] == ["friday"]
    assert saved["cadence"]["business_days"]["country"] == "DE"
    assert saved["deliver_to"] == [{"channel": "email", "to": ADDRESS}]
    page.goto("/schedules?q=business")
    expect(page.get_by_text("Every Friday at 09:00")).to_be_visible()


def test_a_report_that_was_read_comes_by_itself_from_then_on_with_a_part_for_each(
    page: Page, program: httpx.Client
) -> None:
    wanted = {
        "type": "delivery_summary",
        "formats": ["pdf", "csv"],
        "period": {"from": "2026-11-09", "to": "2026-11-15"},
        "parameters": {"projects": ["Saltmarsh Choir", "The Paper Admiral"]},
        "language": "de",
    }
    headers = {"Prefer": "wait=30"}
    run = program.post("/api/v1/reports", json=wanted, headers=headers, timeout=40).json()
    page.goto(f"/runs/{run['id']}")
    page.get_by_role("link", name="Schedule…").click()
    page.get_by_label("Saved under the name").fill("Lieferungen der Woche")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()

    page.get_by_role("switch", name="Others get a part of it each").check()
    page.get_by_role("textbox", name="Recipient 1").fill("ada@@example")
    page.get_by_role("combobox", name="Projects for ada@@example").fill("Saltmarsh Choir")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="From a spreadsheet…").click()
    page.get_by_label("Copied cells").fill("to\tprojects\nbob@example.com\tThe Paper Admiral")
    page.get_by_role("button", name="Add them").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Save the schedule").click()
    # What is refused is said beside its recipient, and nothing else is lost.
    parts = page.get_by_role("list", name="Recipients of parts").get_by_role("listitem")
    expect(parts.first).to_contain_text("is not one e-mail address")
    expect(parts).to_have_count(2)
    page.get_by_role("textbox", name="Recipient 1").fill("ada@example.com")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Save the schedule").click()

    expect(page.get_by_role("heading", name="Every Monday at 09:00", level=1)).to_be_visible()
    expect(page.get_by_text("2 recipients, each a part of it")).to_be_visible()
    saved = program.get(f"/api/v1/schedules/{page.url.rpartition('/')[2]}").json()
    assert [(row["to"], row["values"]) for row in saved["burst"]["rows"]] == [
        ("ada@example.com", {"projects": ["Saltmarsh Choir"]}),
        ("bob@example.com", {"projects": ["The Paper Admiral"]}),
    ]
    definition = program.get(f"/api/v1/definitions/{saved['definition']['id']}").json()
    assert definition["preset"] == "last_week"
    for field in ("type", "formats", "language"):
        assert definition[field] == wanted[field]
    assert definition["parameters"]["projects"] == ["Saltmarsh Choir", "The Paper Admiral"]


def test_a_saved_report_is_changed_made_and_deleted_by_mistake(
    page: Page, program: httpx.Client
) -> None:
    definition = {
        "name": "Quality, saved",
        "type": "quality_metrics",
        "formats": ["csv"],
        "preset": "last_month",
    }
    there = program.post("/api/v1/definitions", json=definition).json()
    page.goto("/new")
    page.get_by_role("link", name="Saved reports").click()
    page.get_by_role("link", name="Quality, saved").click()
    page.get_by_role("checkbox", name="JSON", exact=True).check()
    # Somebody else changes it meanwhile: theirs is told, and kept.
    url = f"/api/v1/definitions/{there['id']}"
    theirs = program.patch(url, json={"preset": "last_week"}, headers={"If-Match": '"1"'})
    assert theirs.status_code == 200, theirs.text
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("theirs is “Last week”")).to_be_visible()
    page.get_by_role("button", name="Save mine on top").click()
    expect(page.get_by_text("version 3")).to_be_visible()
    now = program.get(url).json()
    assert (now["preset"], now["formats"]) == ("last_week", ["csv", "json"])

    page.get_by_role("button", name="More about Quality, saved").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page).to_have_url(re.compile("/saved$"))
    assert program.get(url).status_code == 404
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Quality, saved").click()
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_role("heading", name="Quality metrics", level=1)).to_be_visible()


def test_two_people_who_edit_one_schedule_lose_nothing(page: Page, program: httpx.Client) -> None:
    there = planned(program, "Edited by two")
    url = f"/api/v1/schedules/{there['id']}"
    page.goto(f"/schedules/{there['id']}/edit?step=whom")
    page.get_by_role("combobox", name="E-mail addresses").fill("board@example.com")
    page.keyboard.press("Enter")
    theirs = {**there["cadence"], "time": "07:30"}
    changed = program.patch(url, json={"cadence": theirs}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Somebody else changed this schedule")).to_be_visible()
    expect(page.get_by_text("Every day at 07:30")).to_be_visible()
    assert len(program.get(url).json()["deliver_to"]) == 1, "nothing is overwritten unasked"

    page.get_by_role("button", name="Save mine on top").click()
    expect(page).to_have_url(re.compile(f"/schedules/{there['id']}$"))
    both = program.get(url).json()
    assert both["cadence"]["time"] == "07:30"
    assert [each["to"] for each in both["deliver_to"]] == [ADDRESS, "board@example.com"]


def test_what_was_paused_by_mistake_is_active_again(page: Page, program: httpx.Client) -> None:
    there = planned(program, "Paused by mistake")
    page.goto("/schedules?q=mistake")
    page.get_by_role("button", name="More about Paused by mistake").click()
    page.get_by_role("menuitem", name="Pause").click()
    row = page.get_by_role("listitem").filter(has_text="Paused by mistake")
    expect(row.get_by_text("Paused", exact=True)).to_be_visible()
    # It shows at once; what counts is that the API has taken it.
    with page.expect_response(re.compile("/resume$")):
        page.get_by_role("button", name="Undo").click()
    expect(row.get_by_text("Active", exact=True)).to_be_visible()
    assert program.get(f"/api/v1/schedules/{there['id']}").json()["state"] == "active"


def test_who_waits_for_a_report_is_told_why_it_did_not_come(
    page: Page, program: httpx.Client
) -> None:
    planned(program, "Waited for", deliver_to=[{"channel": "email", "to": "eve@example.com"}])
    page.goto("/schedules/why")
    page.get_by_label("E-mail address").fill("eve@example.com")
    page.get_by_role("button", name="Find out").click()
    answer = page.get_by_role("listitem").filter(has_text="Waited for")
    expect(answer.get_by_text(re.compile("not there yet: it was saved"))).to_be_visible()
    expect(page).to_have_url(re.compile("recipient=eve"))


def test_a_mail_is_followed_to_its_answer_and_sent_again(page: Page, program: httpx.Client) -> None:
    there = planned(
        program, "Run by hand", deliver_to=[{"channel": "email", "to": "resent@example.com"}]
    )
    page.goto(f"/schedules/{there['id']}")
    page.get_by_role("button", name="Run now").click()
    expect(page).to_have_url(re.compile("/runs/"))
    page.goto("/deliveries?recipient=resent@example.com")
    row = page.get_by_role("listitem").filter(has_text="resent@example.com")
    expect(row.get_by_text("Sent", exact=True)).to_be_visible()
    row.get_by_role("link").click()
    attempts = page.get_by_role("region", name="Attempts").get_by_role("listitem")
    expect(attempts).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Fetch what was sent").click()
    assert b"resent@example.com" in download.value.path().read_bytes()
    page.get_by_role("button", name="Send it again").click()
    expect(attempts).to_have_count(2)


def test_what_is_tried_later_is_tried_now_where_somebody_wants_that(
    page: Page, program: httpx.Client
) -> None:
    settings = {
        "bucket": "reports",
        "endpoint": "https://storage.invalid",
        "access_key_id": "AKIAEXAMPLE",
        "secret_access_key": "not-a-secret",
    }
    saved = {"name": "nobody-there", "channel": "s3", "settings": settings}
    assert program.post("/api/v1/destinations", json=saved).status_code == 201
    there = planned(program, "To nobody", deliver_to=[{"channel": "s3", "to": "nobody-there"}])
    page.goto(f"/schedules/{there['id']}")
    page.get_by_role("button", name="Run now").click()
    expect(page).to_have_url(re.compile("/runs/"))
    page.goto("/deliveries?recipient=nobody-there")
    row = page.get_by_role("listitem").filter(has_text="nobody-there")
    expect(row.get_by_text("Trying later", exact=True)).to_be_visible()
    row.get_by_role("link").click()
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_text("It is being sent")).to_be_visible()
    delivery = program.get(f"/api/v1{urlsplit(page.url).path}").json()
    assert delivery["resends"] == 1
