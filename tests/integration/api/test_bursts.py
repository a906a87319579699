"""Recipients who each get a part of a report, as they are saved, refused, exported and typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.store import tables
from tests.integration.api.test_definitions import DEFINITIONS, saved
from tests.integration.api.test_planning_commands import Type, typed
from tests.integration.api.test_schedules import SCHEDULES
from tests.running_api import RunningApi, schedule
from tests.tenants import Tenant

__all__ = ["typed"]

ADMIRAL = {"to": "ada@example.com", "values": {"projects": ["The Paper Admiral"]}}
HOTEL = {"to": "bob@example.com", "values": {"projects": "Nébuleuse Hôtel"}, "formats": ["csv"]}


async def posted(client: httpx.AsyncClient, burst: Any, **fields: Any) -> httpx.Response:
    """What saving a schedule with that burst is answered."""
    definition = await saved(client, formats=["pdf"], **fields)
    return await client.post(SCHEDULES, json=schedule(definition["id"], burst=burst))


def fields_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


async def test_a_schedule_keeps_its_table_and_its_runs_carry_it(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    answer = await posted(ada, {"rows": [ADMIRAL, HOTEL]})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert [row["to"] for row in made["burst"]["rows"]] == ["ada@example.com", "bob@example.com"]
    assert made["burst"]["when_empty"] == "send"

    run = (await ada.post(f"{SCHEDULES}/{made['id']}/run")).json()
    assert run["burst"]["recipients"] == 2
    assert run["burst"]["sums"] is None, "not until it is aggregated"
    (row,) = await api.rows(tables.runs, tables.runs.c.id == UUID(run["id"]))
    assert row["lane"] == "bulk"
    assert row["work_key"] is None, "its parts and its whole are of one instant"

    changed = await ada.patch(
        f"{SCHEDULES}/{made['id']}",
        json={"burst": None},
        headers={"If-Match": answer.headers["ETag"]},
    )
    assert changed.json()["burst"] is None


@pytest.mark.parametrize(
    ("burst", "field", "words"),
    [
        ({"rows": [ADMIRAL, HOTEL, ADMIRAL]}, "/burst/rows/2", "row 3 is row 1 again"),
        (
            {"rows": [ADMIRAL, {**ADMIRAL, "to": "ADA@example.com", "formats": ["csv"]}]},
            "/burst/rows/1",
            "row 2 is row 1 again",
        ),
        (
            {"rows": [{"to": "ada@example.com", "values": {"project": "The Paper Admiral"}}]},
            "/burst/rows/0/values/project",
            "projects, scene_types",
        ),
        (
            {"rows": [{"to": "ada@example.com", "values": {"projects": []}}]},
            "/burst/rows/0/values/projects",
            "leave the column out",
        ),
        (
            {"rows": [{"to": "ada@example.com", "values": {"projects": None}}]},
            "/burst/rows/0/values/projects",
            "there is no value",
        ),
        (
            {"rows": [{"to": "ada@example.com", "values": {"grain": "fortnight"}}]},
            "/burst/rows/0/values/grain",
            "use one of",
        ),
        (
            {"rows": [{"to": "ada@example.com", "formats": ["papyrus"]}]},
            "/burst/rows/0/formats/0",
            "unknown format",
        ),
        ({"rows": [{"to": "ada"}]}, "/burst/rows/0/to", "e-mail address"),
        (
            {"rows": [{"to": "ada@example.com", "language": "tlh"}]},
            "/burst/rows/0/language",
            "delivery_summary is not written in 'tlh': use one of en, de, fr",
        ),
        (
            {"rows": [ADMIRAL, {**ADMIRAL, "language": "en"}]},
            "/burst/rows/1",
            "row 2 is row 1 again",
        ),
        (
            {"rows": [{**ADMIRAL, "channel": "carrier_pigeon", "to": "coop"}]},
            "/burst/rows/0/channel",
            "unknown channel",
        ),
        ({"rows": []}, "/burst", "either `rows` or a `query`"),
        ({"rows": [ADMIRAL], "query": "SELECT 1"}, "/burst", "either `rows` or a `query`"),
        ({"rows": [ADMIRAL], "when_empty": "maybe"}, "/burst/when_empty", ""),
    ],
)
async def test_what_is_wrong_is_named_with_how_to_mend_it(
    ada: httpx.AsyncClient, burst: dict[str, Any], field: str, words: str
) -> None:
    answer = await posted(ada, burst)
    assert field in fields_of(answer)
    assert words in answer.json()["detail"]


async def test_a_row_never_widens_the_report(ada: httpx.AsyncClient) -> None:
    answer = await posted(
        ada, {"rows": [ADMIRAL, HOTEL]}, parameters={"projects": ["The Paper Admiral"]}
    )
    assert fields_of(answer) == ["/burst/rows/1/values/projects"]
    assert "Nébuleuse Hôtel is not in the report" in answer.json()["detail"]


async def test_the_same_recipient_may_get_several_parts(ada: httpx.AsyncClient) -> None:
    other = {**HOTEL, "to": ADMIRAL["to"]}
    assert (await posted(ada, {"rows": [ADMIRAL, other]})).status_code == 201


async def test_the_same_part_in_two_languages_is_two_parts(ada: httpx.AsyncClient) -> None:
    rows = [ADMIRAL, {**ADMIRAL, "language": "de"}]
    answer = await posted(ada, {"rows": rows})
    assert answer.status_code == 201
    assert [row["language"] for row in answer.json()["burst"]["rows"]] == [None, "de"]


async def test_the_limit_is_the_organisations_own(ada: httpx.AsyncClient) -> None:
    assert (await ada.get("/api/v1/settings")).json()["max_burst_rows"] == 1000
    assert (await ada.patch("/api/v1/settings", json={"max_burst_rows": 1})).status_code == 200
    answer = await posted(ada, {"rows": [ADMIRAL, HOTEL]})
    assert fields_of(answer) == ["/burst/rows"]
    assert "`max_burst_rows`" in answer.json()["detail"]


async def test_a_query_is_an_administrators_to_write(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    query = {"query": "SELECT email AS to FROM producers"}
    author = api.client(studio, role="author", sub="eve")
    async with author:
        refused = await posted(author, query)
        assert refused.status_code == 403, refused.text
        assert refused.json()["errors"][0]["field"] == "/burst/query"
        definition = await saved(author)
        run = await author.post(f"{DEFINITIONS}/{definition['id']}/run", json={"burst": query})
        assert run.status_code == 403
    assert (await posted(ada, query)).status_code == 201


async def test_what_the_tenant_has_not_switched_on_is_not_had_by_a_row(
    ada: httpx.AsyncClient,
) -> None:
    await ada.patch("/api/v1/settings", json={"reviewer_productivity": True})
    answer = await posted(
        ada,
        {"rows": [{"to": "ada@example.com", "values": {"by_person": True}}]},
        type="reviewer_productivity",
    )
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/report-switched-off"


async def test_a_file_carries_it_there_and_back(ada: httpx.AsyncClient) -> None:
    assert (await posted(ada, {"rows": [ADMIRAL, HOTEL], "when_empty": "leave_out"})).is_success
    file = (await ada.get("/api/v1/export")).json()
    (entry,) = file["schedules"]
    assert entry["burst"] == {"rows": [ADMIRAL, HOTEL], "when_empty": "leave_out"}

    again = (await ada.post("/api/v1/import", json=file)).json()
    assert {one["action"] for one in again["entries"]} == {"unchanged"}
    entry["burst"]["rows"].append(ADMIRAL)
    refused = await ada.post("/api/v1/import", json=file)
    assert fields_of(refused) == ["/schedules/0/burst/rows/2"]


async def test_the_commands_take_a_table_from_a_spreadsheet(
    typed: Type, ada: httpx.AsyncClient, tmp_path: Path
) -> None:
    table = tmp_path / "producers.csv"
    table.write_text(
        "to,projects,formats,language\n"
        "ada@example.com,The Paper Admiral;Ångström Street,,\n"
        "bob@example.com,Nébuleuse Hôtel,pdf;csv,de\n",
        encoding="utf-8-sig",
    )
    await typed(
        *("definition", "create", "Weekly", "--type", "delivery_summary", "--preset", "last_week"),
        *("--format", "pdf", "--language", "en"),
    )
    await typed(
        *("schedule", "create", "Mondays", "--definition", "Weekly", "--weekly", "monday"),
        *("--at", "09:00", "--burst", str(table), "--empty", "leave_out"),
    )
    (made,) = (await ada.get(SCHEDULES)).json()["items"]
    assert made["burst"]["when_empty"] == "leave_out"
    assert [(row["values"]["projects"], row["formats"]) for row in made["burst"]["rows"]] == [
        (["The Paper Admiral", "Ångström Street"], None),
        ("Nébuleuse Hôtel", ["pdf", "csv"]),
    ]
    assert [row["language"] for row in made["burst"]["rows"]] == [None, "de"]
    why = (await typed("why", "ADA@example.com", "--date", "2030-12-24")).output
    assert "Mondays (Weekly): not due" in why, "whom a burst names is somebody who may ask"

    run = (await typed("schedule", "run", "Mondays")).output.strip()
    assert "2 recipients; its parts are not made yet" in (await typed("slices", run)).output

    table.write_text("recipient,projects\nada@example.com,The Paper Admiral\n")
    refused = await typed(
        *("definition", "run", "Weekly", "--burst", str(table), "-o", str(tmp_path / "x.pdf")),
        fails=True,
    )
    assert "no column `to`" in refused.output
