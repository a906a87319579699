"""`broadsheet definition`, `schedule`, `why`, `export`, `import`, as somebody types them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from shared.store import tables
from tests.integration.api.test_definitions import DEFINITIONS, saved
from tests.integration.api.test_schedules import SCHEDULES, planned
from tests.running_api import RunningApi, claims
from tests.tenants import Tenant

Type = Callable[..., Awaitable[Result]]


@pytest.fixture
def typed(api: RunningApi, studio: Tenant, served: str) -> Type:
    """Runs a command as an administrator of the studio."""
    whom = {"BROADSHEET_API_URL": served, "BROADSHEET_TOKEN": api.token(claims(studio.slug))}

    async def run(*words: str, fails: bool = False) -> Result:
        ended = await asyncio.to_thread(CliRunner().invoke, main, words, env=whom)
        assert bool(ended.exit_code) is fails, ended.output
        return ended

    return run


async def test_from_a_definition_to_why_nobody_got_anything_yet(
    typed: Type, ada: httpx.AsyncClient
) -> None:
    await typed(
        *("definition", "create", "Weekly", "--type", "delivery_summary", "--preset", "last_week"),
        *("--format", "pdf", "--parameter", "grain=day", "--option", "csv_byte_order_mark=true"),
        *("--timezone", "Europe/Berlin", "--tag", "board"),
    )
    created = await typed(
        *("schedule", "create", "Mondays", "--definition", "Weekly", "--weekly", "monday"),
        *("--at", "09:00", "--mail-to", "someone@example.com", "--country", "DE"),
        *("--mail-to-every", "admin"),
        *("--if", "delivered_per_day < 0.5", "--misfire", "skip", "--jitter", "60"),
        *("--signal", "loaded", "--not-later-than", "10:00", "--fallback", "hold"),
    )
    (definition,) = (await ada.get(DEFINITIONS)).json()["items"]
    (schedule,) = (await ada.get(SCHEDULES)).json()["items"]

    assert (definition["timezone"], definition["tags"]) == ("Europe/Berlin", ["board"])
    assert "LOCAL (Europe/Berlin)" in created.output, "its definition's, where none is named"
    assert schedule["cadence"]["business_days"]["country"] == "DE"
    assert schedule["deliver_to"] == [
        {"channel": "email", "to": "someone@example.com"},
        {"channel": "email", "role": "admin"},
    ]
    compared = {"kind": "kpi", "kpi": "delivered_per_day", "compare": "<", "value": "0.5"}
    assert schedule["condition"] == compared
    assert schedule["readiness"]["fallback"] == "hold"
    assert (schedule["misfire"]["policy"], schedule["jitter_seconds"]) == ("skip", 60)

    listed = (await typed("schedule", "list")).output.splitlines()
    assert [line.split("  ")[0] for line in listed] == ["NAME", "Mondays"]
    assert "last_week" in (await typed("definition", "list", "--tag", "board")).output
    shown = (await typed("schedule", "preview", "Mondays", "-n", "2")).output
    assert shown.count(" 09:00  ") == 2
    assert "each up to 60 s later" in shown
    why = (await typed("why", "someone@example.com", "--date", "2030-12-24")).output
    assert why == (
        "Mondays (Weekly): not due\n"
        "  not due on Tuesday 2030-12-24; next on Monday 2030-12-30 at 09:00\n"
    )


async def test_steps_with_schedules(typed: Type, api: RunningApi, ada: httpx.AsyncClient) -> None:
    first, second = [await planned(ada, name=name) for name in ("First", "Second")]

    await typed("schedule", "pause", "First", second["id"])
    paused = (await ada.get(SCHEDULES, params={"state": "paused"})).json()["items"]
    assert {one["name"] for one in paused} == {"First", "Second"}
    assert "nothing of this happens" in (await typed("schedule", "preview", "First")).output
    await typed("schedule", "resume", "First")
    run = (await typed("schedule", "run", "First")).output.strip()
    await api.finish(run)
    (line,) = (await typed("schedule", "executions", "First")).output.splitlines()[1:]
    assert line.split()[-5:] == ["by", "hand", "by", "ada", run]
    await ada.put("/api/v1/members/bob", json={"role": "author"})
    await typed("schedule", "transfer", "First", "--to", "bob")
    assert (await ada.get(f"{SCHEDULES}/{first['id']}")).json()["owner"] == "bob"
    await typed("schedule", "delete", "First", "Second")
    await typed("definition", "delete", first["definition"]["id"])
    assert (await ada.get(SCHEDULES)).json()["items"] == []


async def test_a_signal_with_the_same_key_is_given_once(
    typed: Type, api: RunningApi, studio: Tenant
) -> None:
    words = ("signal", "warehouse-loaded", "--detail", "rows=7", "--key", "load-2026-11-16")
    first = await typed(*words)
    assert first.output.startswith("warehouse-loaded: received at 20")
    assert (await typed(*words)).output == first.output
    rows = await api.rows(tables.signals, tables.signals.c.tenant_id == studio.id)
    assert [(row["name"], row["details"]) for row in rows] == [("warehouse-loaded", {"rows": 7})]
    refused = await typed("signal", "Warehouse loaded", fails=True)
    assert "name" in refused.output


async def test_all_that_somebody_owns_is_handed_over(
    typed: Type, api: RunningApi, ada: httpx.AsyncClient
) -> None:
    theirs = [await planned(ada, name=name) for name in ("First", "Second")]
    await ada.put("/api/v1/members/bob", json={"role": "author"})

    await typed("schedule", "transfer", "--owner", "ada", "--to", "bob")
    told = (await typed("definition", "transfer", "--owner", "ada", "--to", "bob")).output

    assert told == f"{len(theirs)} definitions of ada's are bob's now\n"
    for path in (SCHEDULES, DEFINITIONS):
        assert {one["owner"] for one in (await ada.get(path)).json()["items"]} == {"bob"}
    assert "either NAME" in (await typed("schedule", "transfer", "--to", "bob", fails=True)).output


@pytest.mark.parametrize(
    ("words", "cadence"),
    [
        (("--daily", "--at", "09:00"), {"kind": "daily", "time": "09:00"}),
        (("--monthly", "last", "--at", "18:00"), {"kind": "monthly", "day": "last"}),
        (("--monthly", "31", "--at", "18:00"), {"kind": "monthly", "day": 31}),
        (
            ("--monthly", "2 tuesday", "--at", "18:00"),
            {"day": {"nth": 2, "weekday": "tuesday"}},
        ),
        (
            ("--quarterly", "last friday", "--at", "18:00"),
            {"kind": "quarterly", "month": 1, "day": {"nth": "last", "weekday": "friday"}},
        ),
        (("--yearly", "02-29", "--at", "09:00"), {"kind": "yearly", "month": 2, "day": 29}),
        (("--cron", "0 9 * * 1-5"), {"kind": "cron", "expression": "0 9 * * 1-5"}),
    ],
)
async def test_every_kind_of_cadence_can_be_typed(
    words: tuple[str, ...], cadence: dict[str, Any], typed: Type, ada: httpx.AsyncClient
) -> None:
    of = await saved(ada)
    await typed("schedule", "create", "Typed", "--definition", of["name"], *words)
    (schedule,) = (await ada.get(SCHEDULES)).json()["items"]
    unsaved = json.loads((await typed("schedule", "preview", *words, "--json")).output)
    there = json.loads((await typed("schedule", "preview", "Typed", "--json")).output)

    assert {name: schedule["cadence"][name] for name in cadence} == cadence
    assert unsaved["items"] == there["items"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("schedule", "preview", "--cron", "@reboot"), "/cadence/expression"),
        (("schedule", "preview", "--daily"), "--at 09:00"),
        (("schedule", "preview", "--daily", "--cron", "0 9 * * *"), "say when, by one of"),
        (("schedule", "pause", "Nothing"), "there is no schedule called 'Nothing'"),
        (("schedule", "create", "New", "--definition", "None"), "there is no definition"),
        (("definition", "create", "New"), "give NAME, --type and --preset"),
        (("import", "/no/such/file"), "cannot be read"),
    ],
)
async def test_what_cannot_be_meant_is_said(words: tuple[str, ...], said: str, typed: Type) -> None:
    assert said in (await typed(*words, fails=True)).output


async def test_a_file_of_an_export_changes_nothing_and_an_edited_one_is_shown_first(
    typed: Type, ada: httpx.AsyncClient, tmp_path: Path
) -> None:
    of = await saved(ada, name="Weekly", tags=["no", "2026-10-31"])
    await planned(ada, name="Mondays", definition=of["id"])
    file = tmp_path / "reports.yaml"
    told = await typed("export", "-o", str(file))
    assert told.output == f"1 definitions and 1 schedules written to {file}\n"
    assert (await typed("export")).output == file.read_text()

    same = await typed("import", str(file))
    assert same.output == "0 added, 0 changed, 2 unchanged\n"
    file.write_text(file.read_text().replace("time: '09:00'", "time: 18:00"))
    dry = await typed("import", str(file), "--dry-run")
    assert dry.output.splitlines() == [
        "--- schedule Mondays (saved)",
        "+++ schedule Mondays (file)",
        "@@ -4,7 +4,7 @@",
        "   kind: weekly",
        "   days:",
        "     - monday",
        "-  time: '09:00'",
        "+  time: '18:00'",
        "   timezone: America/New_York",
        " deliver_to:",
        "   - channel: email",
        "dry run: 0 added, 1 changed, 1 unchanged",
    ]
    (schedule,) = (await ada.get(SCHEDULES)).json()["items"]
    assert schedule["cadence"]["time"] == "09:00"
    assert "0 added, 1 changed" in (await typed("import", str(file))).output
    assert "0 added, 0 changed" in (await typed("import", str(file))).output
    (schedule,) = (await ada.get(SCHEDULES)).json()["items"]
    assert schedule["cadence"]["time"] == "18:00"


async def test_a_bad_entry_of_a_file_is_named(
    typed: Type, ada: httpx.AsyncClient, tmp_path: Path
) -> None:
    file = tmp_path / "reports.yaml"
    file.write_text("schedules:\n  - name: Daily\n    definition: Weekly\n    cadence: soon\n")
    refused = await typed("import", str(file), fails=True)
    assert "/schedules/0/cadence" in refused.output

    file.write_text("schedules: [\n")
    assert "no valid YAML" in (await typed("import", str(file), fails=True)).output


async def test_one_schedule_from_a_file(
    typed: Type, ada: httpx.AsyncClient, tmp_path: Path
) -> None:
    await saved(ada, name="Weekly")
    file = tmp_path / "one.yaml"
    file.write_text(
        "name: Month's end\n"
        "definition: Weekly\n"
        "cadence:\n"
        "  {kind: monthly, day: last, time: 18:00, timezone: Europe/Oslo, start: 2026-12-01}\n"
        "deliver_to: [{channel: email, to: someone@example.com}]\n"
    )

    await typed("schedule", "create", "--file", str(file))

    (schedule,) = (await ada.get(SCHEDULES)).json()["items"]
    assert (schedule["cadence"]["time"], schedule["cadence"]["start"]) == ("18:00", "2026-12-01")


async def test_a_destination_is_saved_from_a_file_and_its_secret_stays_there(
    typed: Type, ada: httpx.AsyncClient, tmp_path: Path
) -> None:
    file = tmp_path / "archive.yaml"
    lines = ["bucket: reports", "access_key_id: AKIAEXAMPLE", "secret_access_key: hunter2"]
    file.write_text("\n".join(lines))
    saved = await typed("destination", "save", "archive", str(file), "--channel", "s3")
    file.write_text("\n".join(["bucket: others", *lines[1:]]))
    again = await typed("destination", "save", "archive", str(file), "--channel", "s3")
    listed = await typed("destination", "list")
    as_json = await typed("destination", "list", "--json")

    found = (await ada.get("/api/v1/destinations/archive")).json()
    assert (found["version"], found["settings"]["bucket"]) == (2, "others")
    assert "archive" in listed.output
    assert "in use" in listed.output
    everything = saved.output + again.output + listed.output + as_json.output
    assert "hunter2" not in everything
    file.write_text("bucket: reports\nendpoint: https://10.0.0.1/")
    refused = await typed("destination", "save", "bad", str(file), "--channel", "s3", fails=True)
    assert "/settings/endpoint" in refused.output
    await typed("destination", "delete", "archive")
    assert (await ada.get("/api/v1/destinations")).json() == []
