"""What administrators look after on the page, and that nobody else sees it."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Page, expect

from tests.page.visitor import Visitor
from tests.processes import Fleet

SECRET = "xoxb-made-up-and-never-shown-again"


def test_a_member_is_added_and_changed(page: Page, program: httpx.Client) -> None:
    page.goto("/administration/members")
    page.get_by_role("button", name="Add a member").click()
    page.get_by_role("textbox", name="Who").fill("grace")
    page.get_by_role("textbox", name="E-mail address").fill("grace@example.com")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("listitem").filter(has_text="grace@example.com")
    expect(row.get_by_text("viewer")).to_be_visible()
    page.get_by_role("button", name="Change grace").click()
    page.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name="Author").click()
    page.get_by_role("button", name="Save").click()
    expect(row.get_by_text("author")).to_be_visible()
    members = {each["sub"]: each for each in program.get("/api/v1/members").json()}
    assert members["grace"]["role"] == "author"


def test_a_secret_is_written_and_never_shown(page: Page, program: httpx.Client) -> None:
    page.goto("/administration/destinations")
    page.get_by_role("button", name="Add a destination").click()
    page.get_by_label("Name", exact=True).fill("the-board")
    page.get_by_role("combobox", name="Kind").click()
    page.get_by_role("option", name="Slack (files)").click()
    page.get_by_label("Channel Id").fill("not a channel")
    page.get_by_role("textbox", name="Token").fill(SECRET)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Channel Id")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Channel Id").fill("C0123456789")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("listitem").filter(has_text="the-board")
    row.get_by_role("button", name="Change").click()
    expect(page.get_by_placeholder("Kept; type to replace it")).to_have_value("")
    assert SECRET not in page.content()
    saved = program.get("/api/v1/destinations/the-board").json()
    assert saved["secrets"] == ["token"]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert program.get("/api/v1/destinations/the-board").json()["secrets"] == ["token"]


def test_a_recipient_whom_the_policy_refuses_is_refused_at_the_field(
    page: Page, program: httpx.Client
) -> None:
    page.goto("/administration/recipients")
    page.get_by_label("Are refused, unless they are named here").click()
    page.get_by_role("combobox", name="Domains that are allowed").fill("studio.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    try:
        page.goto("/new?type=delivery_summary&preset=last_month")
        page.get_by_role("combobox", name="Send it to").fill("stranger@example.com")
        page.get_by_role("button", name="Generate").click()
        expect(page.get_by_text("stranger@example.com").last).to_be_visible()
        expect(page).to_have_url(re.compile("/new"))
    finally:
        program.put("/api/v1/settings/recipients", json={"others": "allowed"})


def test_a_scheduler_that_is_not_heard_of_is_told_with_what_does_not_happen_meanwhile(
    page: Page, fleet: Fleet
) -> None:
    page.goto("/administration/services")
    expect(page.get_by_text("All services are ready")).to_be_visible()
    outbox = page.get_by_role("row", name="Outbox Scheduler")
    expect(outbox.get_by_text("Done")).to_be_visible()
    fleet["scheduler"].pause()
    try:
        trouble = page.get_by_role("alert").filter(has_text="The Scheduler is not heard of")
        expect(trouble.get_by_text("No schedule fires")).to_be_visible()
        row = page.get_by_role("table", name="Services").get_by_role("row", name="Scheduler")
        expect(row.get_by_text("Not heard of", exact=True)).to_be_visible()
    finally:
        fleet["scheduler"].resume()
    expect(page.get_by_text("All services are ready")).to_be_visible()


def test_nobody_but_administrators_sees_the_administration(visitor: Visitor) -> None:
    visitor.sign_in_to_demo("viewer")
    page = visitor.page
    expect(page.get_by_role("link", name="Schedules")).to_be_visible()
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)
    page.goto("/administration/members")
    expect(page.get_by_text("This is for administrators")).to_be_visible()
