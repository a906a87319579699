"""Definitions and schedules as a file: out, in again, and what a dry run tells."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.store import tables
from tests.integration.api.test_definitions import DEFINITIONS, saved
from tests.integration.api.test_schedules import SCHEDULES, planned
from tests.running_api import MONDAYS, RunningApi, definition, schedule
from tests.tenants import Tenant

EXPORT, IMPORT = "/api/v1/export", "/api/v1/import"


def file(**other: Any) -> dict[str, Any]:
    """A definition and its schedule."""
    return {
        "definitions": [definition(name="Weekly", formats=["csv", "pdf"], tags=["board"])],
        "schedules": [schedule("Weekly", name="Mondays")],
        **other,
    }


async def imported(client: httpx.AsyncClient, what: dict[str, Any], **query: Any) -> dict[str, str]:
    """Each entry's name with what became of it."""
    answer = await client.post(IMPORT, json=what, params=query)
    assert answer.status_code == 200, answer.text
    return {entry["name"]: entry["action"] for entry in answer.json()["entries"]}


async def everything(client: httpx.AsyncClient) -> list[Any]:
    return [(await client.get(url)).json()["items"] for url in (DEFINITIONS, SCHEDULES)]


async def test_what_was_exported_is_imported_elsewhere_and_exported_alike(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    of = await saved(
        ada,
        timezone="Europe/Berlin",
        parameters={"grain": "week"},
        language="de",
        format_options={"csv_byte_order_mark": True},
        house_style={"paper": "a4", "footer": "For the board"},
        retention_days=30,
    )
    await planned(
        ada,
        definition=of["id"],
        cadence={**MONDAYS, "end": "2030-12-31", "business_days": {"country": "US"}},
        condition={"kind": "kpi", "kpi": "delivered_per_day", "compare": "<", "value": 0.5},
        readiness={"signal": "loaded", "not_later_than": "10:00", "fallback": "hold"},
        misfire={"policy": "skip"},
        jitter_seconds=60,
    )
    await planned(ada, definition=of["id"])
    exported = (await ada.get(EXPORT)).json()

    actions = await imported(stranger, exported)

    assert set(actions.values()) == {"added"}
    assert (await stranger.get(EXPORT)).json() == exported
    plain = next(entry for entry in exported["schedules"] if "condition" not in entry)
    assert plain.keys() == {"name", "definition", "cadence", "deliver_to"}, "no defaults"
    assert plain["definition"] == of["name"]
    assert plain["cadence"] == MONDAYS


async def test_a_second_import_changes_nothing(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    assert await imported(ada, file()) == {"Weekly": "added", "Mondays": "added"}
    before, log = await everything(ada), len(await api.audit(studio))

    assert await imported(ada, file()) == {"Weekly": "unchanged", "Mondays": "unchanged"}

    assert await everything(ada) == before
    assert len(await api.audit(studio)) == log


async def test_a_dry_run_tells_what_would_change_and_changes_nothing(
    ada: httpx.AsyncClient,
) -> None:
    await imported(ada, file())
    before = await everything(ada)
    changed = file(
        schedules=[
            schedule("Weekly", name="Mondays", cadence={**MONDAYS, "time": "18:00"}),
            schedule("Weekly", name="New"),
        ]
    )

    answer = (await ada.post(IMPORT, json=changed, params={"dry_run": True})).json()
    after_dry_run = await everything(ada)
    actions = await imported(ada, changed)

    assert answer["dry_run"] is True
    told = {entry["name"]: entry for entry in answer["entries"]}
    assert {name: entry["action"] for name, entry in told.items()} == actions
    assert actions == {"Weekly": "unchanged", "Mondays": "changed", "New": "added"}
    assert told["Mondays"]["before"]["cadence"]["time"] == "09:00"
    assert told["Mondays"]["after"]["cadence"]["time"] == "18:00"
    assert told["New"]["before"] is None
    assert after_dry_run == before


async def test_what_a_file_leaves_out_has_its_default_and_what_it_does_not_name_stays(
    ada: httpx.AsyncClient,
) -> None:
    other = await planned(ada)
    await imported(ada, file())
    await imported(ada, {"definitions": [definition(name="Weekly")]})

    names = {entry["name"] for entry in (await ada.get(SCHEDULES)).json()["items"]}
    assert names == {other["name"], "Mondays"}
    listed = (await ada.get(DEFINITIONS, params={"q": "Weekly"})).json()["items"]
    assert [(entry["tags"], entry["version"]) for entry in listed] == [([], 2)]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("/definitions/0/formats/0", {"definitions": [definition(name="W", formats=["docx"])]}),
        ("/definitions/0/preset", {"definitions": [definition(name="W", preset="soon")]}),
        ("/definitions/1/name", {"definitions": [definition(name="W"), definition(name="W")]}),
        ("/schedules/0/definition", {"schedules": [schedule("Unknown")]}),
        (
            "/schedules/1/cadence/expression",
            {
                "schedules": [
                    schedule("Weekly"),
                    schedule(
                        "Weekly",
                        cadence={"kind": "cron", "expression": "* * * * *", "timezone": "UTC"},
                    ),
                ]
            },
        ),
        (
            "/schedules/0/cadence/timezone",
            {"schedules": [schedule("Weekly", cadence={**MONDAYS, "timezone": "Mars/X"})]},
        ),
    ],
)
async def test_one_bad_entry_keeps_out_the_whole_file(
    field: str, fields: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    refused = await ada.post(IMPORT, json=file(**fields))

    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert await everything(ada) == [[], []]


async def test_others_things_are_changed_by_administrators_alone(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    await imported(ada, file())
    moved = file(schedules=[schedule("Weekly", name="Mondays", jitter_seconds=5)])
    async with api.client(studio, role="author", sub="bob") as bob:
        same = await imported(bob, file())
        refused = [
            await bob.post(IMPORT, json=what, params={"dry_run": dry_run})
            for what in (moved, file(definitions=[definition(name="Weekly")]))
            for dry_run in (True, False)
        ]

    assert set(same.values()) == {"unchanged"}, "what changes nothing needs no right"
    assert {answer.status_code for answer in refused} == {403}
    assert (await imported(ada, moved))["Mondays"] == "changed"


async def test_an_import_keeps_to_the_quota(api: RunningApi, ada: httpx.AsyncClient) -> None:
    await ada.patch("/api/v1/settings", json={"max_schedules": 1})
    two = file(schedules=[schedule("Weekly"), schedule("Weekly")])

    refused = await ada.post(IMPORT, json=two)

    assert refused.json()["type"] == "/problems/quota"
    assert not await api.rows(tables.definitions, tables.definitions.c.name == "W")
    assert await everything(ada) == [[], []]
