"""Recipients who each get a part of a report: from a schedule to their inboxes."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pypdf
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.store import tables
from tests.e2e.conftest import LOADED, client_of, point_source_to
from tests.e2e.reports import REPORTS
from tests.e2e.test_pipeline import mails_to
from tests.e2e.test_usage_summary import first_run, last_monday_at_nine
from tests.processes import Fleet
from tests.running_api import definition, schedule
from tests.tenants import Tenant, new_tenant

OPEN = ("pending", "sending", "deferred")
IN_A_MONTH = """
SELECT p.name, count(*) FROM studio.characters c JOIN studio.projects p ON p.id = c.project_id
 WHERE c.delivered_at >= $1 AND c.delivered_at < $2 GROUP BY 1 ORDER BY 2 DESC, 1
"""


def until_sent(client: httpx.Client, run_id: str) -> dict[str, Any]:
    """The run once nothing more of it or of its parts is to be sent."""
    deadline = time.monotonic() + 60
    while True:
        view: dict[str, Any] = client.get(f"{REPORTS}/{run_id}").json()
        sent = [entry["status"] for part in (view, *view["slices"]) for entry in part["deliveries"]]
        over = view["status"] in ("completed", "failed", "skipped", "cancelled")
        if over and not any(status in OPEN for status in sent):
            return view
        assert time.monotonic() < deadline, (view["status"], sent)
        time.sleep(0.1)


async def delivered_in_month_before(studio_url: str, day: date) -> dict[str, int]:
    """Characters by project, counted by the database itself; the largest project first."""
    ends = datetime(day.year, day.month, 1, tzinfo=UTC)
    begins = (ends - timedelta(days=1)).replace(day=1)
    connection = await asyncpg.connect(studio_url)
    try:
        return dict(map(tuple, await connection.fetch(IN_A_MONTH, begins, ends)))
    finally:
        await connection.close()


@pytest.fixture
async def reader(
    ada: httpx.Client, infra: LocalInfrastructure, tenant: Tenant, loaded_studio: str
) -> httpx.Client:
    """An administrator of a tenant whose studio has data."""
    await point_source_to(infra, tenant, LOADED)
    return ada


def files_of(mail: EmailMessage) -> dict[str, bytes]:
    """Attachments by their media type."""
    return {
        part.get_content_type(): bytes(part.get_payload(decode=True))
        for part in mail.iter_attachments()
    }


def shown(document: dict[str, Any], name: str) -> int:
    """A key figure."""
    return int(next(kpi["value"] for kpi in document["kpis"] if kpi["name"] == name))


async def test_three_recipients_of_a_schedule_get_three_parts_that_come_to_the_whole(
    reader: httpx.Client, inbox: httpx.Client, loaded_studio: str, admin: AsyncEngine
) -> None:
    monday = last_monday_at_nine()
    delivered = await delivered_in_month_before(loaded_studio, monday.date())
    first, second, *others = delivered
    assert others
    tag = uuid4().hex[:8]
    parts = {
        f"{name}-{tag}@example.com": projects
        for name, projects in (("one", [first]), ("two", [second]), ("three", others))
    }
    boss = f"boss-{tag}@example.com"
    saved = reader.post(
        "/api/v1/definitions",
        json=definition(formats=["pdf", "json"], preset="last_month", timezone="UTC"),
    ).json()
    made = reader.post(
        "/api/v1/schedules",
        json=schedule(
            saved["id"],
            deliver_to=[{"channel": "email", "to": boss}],
            burst={
                "rows": [
                    {"to": address, "values": {"projects": projects}}
                    for address, projects in parts.items()
                ]
            },
        ),
    )
    assert made.status_code == 201, made.text
    async with admin.begin() as connection:
        # As if nothing had run since.
        await connection.execute(
            update(tables.schedules)
            .where(tables.schedules.c.id == made.json()["id"])
            .values(next_run_at=monday.astimezone(UTC), next_nominal=None)
        )
    run = until_sent(reader, first_run(reader)["id"])

    assert run["status"] == "completed", run["error"]
    assert {one["status"] for one in run["slices"]} == {"rendered"}
    sums = run["burst"]["sums"]
    assert sums["whole"] == sums["slices"] == sum(delivered.values())
    assert (sums["in_none"], sums["in_several"]) == (0, 0)
    assert run["burst"]["without_recipient"] == run["burst"]["without_rows"] == []
    as_of, figures = set(), []
    for address, projects in parts.items():
        (mail,) = mails_to(inbox, address)
        files = files_of(mail)
        assert set(files) == {"application/pdf", "application/json"}
        document = json.loads(files["application/json"])
        told = "".join(
            page.extract_text()
            for page in pypdf.PdfReader(io.BytesIO(files["application/pdf"])).pages
        )
        for name in delivered:
            assert (name in told) is (name in projects), f"{name} in the PDF of {address}"
        assert shown(document, "characters_delivered") == sum(delivered[name] for name in projects)
        assert projects[0] in mail["Subject"] or len(projects) > 1
        as_of.add(document["as_of"])
        figures.append(shown(document, "characters_delivered"))
    (mail,) = mails_to(inbox, boss)
    whole = json.loads(files_of(mail)["application/json"])
    assert shown(whole, "characters_delivered") == sum(figures) == sum(delivered.values())
    assert as_of == {whole["as_of"]}, "all parts are of one instant"

    why = reader.get(
        "/api/v1/why",
        params={"recipient": f"ONE-{tag}@example.com", "date": monday.date().isoformat()},
    ).json()
    (told_why,) = [entry for entry in why["entries"] if entry["run"] == run["id"]]
    assert told_why["verdict"] == "sent"
    assert f"their part (projects: {first})" in told_why["answer"]
    assert told_why["slice"] == run["slices"][0]["id"]


async def test_each_recipient_reads_their_part_in_their_language(
    reader: httpx.Client, inbox: httpx.Client
) -> None:
    tag = uuid4().hex[:8]
    english, german = f"english-{tag}@example.com", f"german-{tag}@example.com"
    saved = reader.post(
        "/api/v1/definitions",
        json=definition(formats=["pdf", "csv"], preset="last_month", timezone="Europe/Berlin"),
    ).json()
    asked = {"burst": {"rows": [{"to": english}, {"to": german, "language": "de"}]}}

    answer = reader.post(f"/api/v1/definitions/{saved['id']}/run", json=asked)
    run = until_sent(reader, answer.json()["id"])

    assert run["status"] == "completed", run["error"]
    assert (run["language"], [one["language"] for one in run["slices"]]) == ("en", ["en", "de"])
    (to_english,), (to_german,) = mails_to(inbox, english), mails_to(inbox, german)
    assert to_english["Subject"].startswith("Delivery summary, ")
    assert to_german["Subject"].startswith("Lieferübersicht, ")
    told = {name: shown_to(mail) for name, mail in (("en", to_english), ("de", to_german))}
    assert '<html lang="en">' in told["en"]["html"]
    assert '<html lang="de">' in told["de"]["html"]
    for where in ("pdf", "text", "html"):
        assert "Data as of" in told["en"][where]
        assert "Datenstand" in told["de"][where]
        assert "Data as of" not in told["de"][where]
    assert (told["en"]["pdf lang"], told["de"]["pdf lang"]) == ("en", "de")
    assert told["en"]["csv"] == told["de"]["csv"], "data files are the same in every language"


def shown_to(mail: EmailMessage) -> dict[str, str]:
    """What the recipient reads, in the mail and in its files."""
    files = files_of(mail)
    pdf = pypdf.PdfReader(io.BytesIO(files["application/pdf"]))
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    return {
        "pdf": "".join(page.extract_text() for page in pdf.pages),
        "pdf lang": str(pdf.root_object["/Lang"]),
        "html": html.get_content(),
        "text": text.get_content(),
        "csv": files["text/csv"].decode(),
    }


async def test_a_retry_makes_the_failed_part_alone_and_nobody_gets_theirs_twice(
    reader: httpx.Client, inbox: httpx.Client
) -> None:
    def people(shown: bool) -> None:
        asked = {"reviewer_productivity": True, "reviewer_productivity_by_person": shown}
        assert reader.patch("/api/v1/settings", json=asked).status_code == 200

    tag = uuid4().hex[:8]
    got, missed = f"got-{tag}@example.com", f"missed-{tag}@example.com"
    people(shown=True)
    saved = reader.post("/api/v1/definitions", json=definition(type="reviewer_productivity")).json()
    made = reader.post(
        "/api/v1/schedules",
        json=schedule(
            saved["id"],
            deliver_to=[],
            burst={"rows": [{"to": got}, {"to": missed, "values": {"by_person": True}}]},
        ),
    )
    assert made.status_code == 201, made.text
    people(shown=False)
    answer = reader.post(f"/api/v1/schedules/{made.json()['id']}/run")
    first = until_sent(reader, answer.json()["id"])
    assert first["status"] == "completed", first["error"]
    assert [one["status"] for one in first["slices"]] == ["rendered", "failed"]
    assert (len(mails_to(inbox, got)), len(mails_to(inbox, missed))) == (1, 0)

    people(shown=True)
    answer = reader.post(f"{REPORTS}/{first['id']}/retry")

    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"].endswith(answer.json()["id"])
    again = until_sent(reader, answer.json()["id"])
    assert (again["status"], again["remakes"]) == ("completed", first["id"])
    assert again["period"] == first["period"]
    (part,) = again["slices"]
    assert (part["status"], part["values"]) == ("rendered", {"by_person": True})
    assert (len(mails_to(inbox, got)), len(mails_to(inbox, missed))) == (1, 1)
    told = reader.get(f"{REPORTS}/{first['id']}").json()
    assert told["remade_by"] == again["id"]
    assert told["slices"] == first["slices"], "what became of the first one stays"
    where_it_is_planned = ZoneInfo(made.json()["cadence"]["timezone"])
    asked = {"recipient": missed, "date": f"{datetime.now(where_it_is_planned):%Y-%m-%d}"}
    entries = reader.get("/api/v1/why", params=asked).json()["entries"]
    told_why = {entry["run"]: entry["verdict"] for entry in entries if entry["run"]}
    assert told_why == {first["id"]: "not sent", again["id"]: "sent"}


JOBS = {"columns": ["job_id", "project"], "limit": 3000}


def rows_of(content: bytes) -> list[dict[str, str]]:
    """A CSV file's."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_no_file_holds_a_row_of_another_recipients_part(
    reader: httpx.Client, inbox: httpx.Client, loaded_studio: str
) -> None:
    delivered = await delivered_in_month_before(loaded_studio, last_monday_at_nine().date())
    first, second, *_ = delivered
    tag = uuid4().hex[:8]
    mine, theirs = f"mine-{tag}@example.com", f"theirs-{tag}@example.com"
    saved = reader.post(
        "/api/v1/definitions",
        json=definition(
            type="generation_jobs", preset="last_week", formats=["csv"], parameters=JOBS
        ),
    ).json()
    answer = reader.post(
        f"/api/v1/definitions/{saved['id']}/run",
        json={
            "burst": {
                "rows": [
                    {"to": mine, "values": {"projects": first}},
                    {"to": theirs, "values": {"projects": second}, "formats": ["csv", "json"]},
                ]
            }
        },
    )
    assert answer.status_code == 202, answer.text
    run = until_sent(reader, answer.json()["id"])
    assert run["status"] == "completed", run["error"]
    assert run["deliveries"] == []

    jobs: dict[str, set[str]] = {}
    for address, project, media_types in (
        (mine, first, {"text/csv"}),
        (theirs, second, {"text/csv", "application/json"}),
    ):
        (mail,) = mails_to(inbox, address)
        files = files_of(mail)
        assert set(files) == media_types
        rows = rows_of(files["text/csv"])
        assert {row["project"] for row in rows} == {project}
        assert first not in json.dumps(str(mail)) or project == first
        jobs[address] = {row["job_id"] for row in rows}
    assert jobs[mine]
    assert not jobs[mine] & jobs[theirs]

    one, other = run["slices"]
    assert (one["deliveries"][0]["to"], other["deliveries"][0]["to"]) == (mine, theirs)
    (file,) = one["artifacts"]
    assert f"slice={one['id']}" in file["url"]
    assert {row["project"] for row in rows_of(reader.get(file["url"]).content)} == {first}
    whole = rows_of(reader.get(f"{REPORTS}/{run['id']}/download?format=csv").content)
    assert {first, second} < {row["project"] for row in whole}


async def test_a_slice_of_another_run_or_tenant_is_not_to_be_had(
    reader: httpx.Client, infra: LocalInfrastructure, fleet: Fleet
) -> None:
    saved = reader.post("/api/v1/definitions", json=definition()).json()
    wanted = {
        "burst": {
            "rows": [{"to": f"{uuid4().hex}@example.com", "values": {"scene_types": "crowd"}}]
        }
    }
    path = f"/api/v1/definitions/{saved['id']}/run"
    runs = [until_sent(reader, reader.post(path, json=wanted).json()["id"]) for _ in range(2)]
    own, foreign = (run["slices"][0]["id"] for run in runs)
    stranger = await new_tenant(infra.admin_database_url)

    def fetched(client: httpx.Client, run: dict[str, Any], part: str) -> int:
        query = {"format": "csv", "slice": part}
        return client.get(f"{REPORTS}/{run['id']}/download", params=query).status_code

    assert fetched(reader, runs[0], own) == 200
    assert fetched(reader, runs[0], foreign) == 404
    assert fetched(reader, runs[1], own) == 404
    assert fetched(reader, runs[0], str(uuid4())) == 404
    asked = {"formats": ["json"], "slice": foreign}
    assert reader.post(f"{REPORTS}/{runs[0]['id']}/render", json=asked).status_code == 404
    with client_of(infra, fleet, stranger) as eve:
        assert fetched(eve, runs[0], own) == 404

    links = f"{REPORTS}/{runs[0]['id']}/links"
    assert reader.post(links, json={"format": "csv", "slice": foreign}).status_code == 404
    link = reader.post(links, json={"format": "csv", "slice": own})
    assert link.status_code == 201, link.text
    assert link.json()["slice"] == own
    query = {"format": "csv", "slice": own}
    part_of_it = reader.get(f"{REPORTS}/{runs[0]['id']}/download", params=query).content
    whole_of_it = reader.get(f"{REPORTS}/{runs[0]['id']}/download?format=csv").content
    assert reader.get(link.json()["file_url"]).content == part_of_it != whole_of_it

    further = reader.post(
        f"{REPORTS}/{runs[0]['id']}/render",
        json={"formats": ["json"], "slice": own},
        headers={"Prefer": "wait=30"},
    )
    assert further.status_code == 200, further.text
    (part,) = further.json()["slices"]
    assert {file["format"]: file["status"] for file in part["artifacts"]} == {
        "csv": "rendered",
        "json": "rendered",
    }
    document = json.loads(
        reader.get(f"{REPORTS}/{runs[0]['id']}/download?format=json&slice={own}").content
    )
    assert document["parameters"]["scene_types"] == ["crowd"]
    assert document["as_of"] == runs[0]["as_of"]
    assert [file["format"] for file in further.json()["artifacts"]] == ["csv"], "not of the whole"
