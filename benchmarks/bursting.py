"""One report for a thousand recipients: equal parts made once, and parts of everybody's own."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import megabytes, milliseconds, table
from benchmarks.usage import PeakMemory, cpu_seconds, difference

_PROJECTS = "SELECT name FROM studio.projects ORDER BY id"
_SCENES = "SELECT DISTINCT scene_type FROM studio.characters ORDER BY 1"
_TIERS = "SELECT DISTINCT resolution_tier FROM studio.characters ORDER BY 1"
_WENT = """
SELECT r.status,
       (SELECT count(*) FROM run_slices s WHERE s.run_id = r.id AND s.status = 'rendered') AS made,
       (SELECT count(*) FROM deliveries d WHERE d.run_id = r.id AND d.status = 'sent') AS sent,
       (SELECT count(*) FROM deliveries d
         WHERE d.run_id = r.id AND d.status IN ('pending', 'sending', 'deferred')) AS waiting,
       extract(epoch FROM (SELECT max(t.at) FROM run_timeline t
                            WHERE t.run_id = r.id AND t.stage = 'aggregated')
                          - r.started_at)::float8 AS building,
       extract(epoch FROM r.completed_at - r.created_at)::float8 AS completed,
       extract(epoch FROM (SELECT max(d.finished_at) FROM deliveries d WHERE d.run_id = r.id)
                          - r.created_at)::float8 AS sending
  FROM runs r WHERE r.id = $1
"""
_AT_WORK = ("aggregator", "renderer", "mailer")
_PATIENCE_SECONDS = 1800.0


@dataclass(frozen=True)
class Went:
    """How one burst went."""

    recipients: int
    slices: int
    building_seconds: float
    """The one transaction of the source: the whole report, its counts, and all slices."""
    completed_seconds: float
    """From the request until the last slice's files were there: a PDF and a mail each."""
    sent_seconds: float
    """Until the last mail was taken."""
    cpu_seconds: Mapping[str, float]
    """Of each service meanwhile."""
    peak_bytes: Mapping[str, int]


def measure(running: Broadsheet, slices: tuple[int, ...], recipients: int) -> list[Went]:
    """A burst of so many slices, one after the other."""
    token = running.stack.token(sub="burst", role="admin")
    with httpx.Client(
        base_url=running.stack.api_url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        trust_env=False,
    ) as client:
        return [_burst(running, client, number, recipients) for number in slices]


def _burst(running: Broadsheet, client: httpx.Client, slices: int, recipients: int) -> Went:
    rows = asyncio.run(_rows(running, slices, recipients))
    definition = client.post(
        "/api/v1/definitions",
        json={
            "name": f"burst of {slices} slices for {recipients}",
            "type": "delivery_summary",
            "formats": ["pdf"],
            "preset": "last_month",
        },
    ).raise_for_status()
    running.settle()
    before = cpu_seconds(running.services())
    with PeakMemory(running.services) as peak:
        run = client.post(
            f"/api/v1/definitions/{definition.json()['id']}/run", json={"burst": {"rows": rows}}
        ).raise_for_status()
        went = asyncio.run(_until_sent(running, UUID(run.json()["id"])))
    if (went["status"], went["made"], went["sent"]) != ("completed", slices, recipients):
        raise RuntimeError(f"{slices} slices for {recipients}: {dict(went)}")
    return Went(
        recipients=recipients,
        slices=slices,
        building_seconds=went["building"],
        completed_seconds=went["completed"],
        sent_seconds=went["sending"],
        cpu_seconds=difference(before, cpu_seconds(running.services())),
        peak_bytes=peak.bytes,
    )


async def _rows(running: Broadsheet, slices: int, recipients: int) -> list[dict[str, Any]]:
    connection = await asyncpg.connect(running.stack.infrastructure.admin_database_url)
    try:
        names = [
            [row[0] for row in await connection.fetch(query)]
            for query in (_PROJECTS, _SCENES, _TIERS)
        ]
    finally:
        await connection.close()
    # Projects first: few slices are told apart by those alone.
    projects, scenes, tiers = names
    every = [{"projects": [name]} for name in projects]
    if slices > len(every):
        every = [
            {"projects": [project], "scene_types": [scene], "resolution_tiers": [tier]}
            for project, scene, tier in itertools.product(projects, scenes, tiers)
        ]
    parts = list(itertools.islice(every, slices))
    if len(parts) < slices:
        raise RuntimeError(f"the studio has {len(parts)} parts, and not {slices}")
    return [
        {"to": f"burst-{number}@example.com", "values": part}
        for number, part in zip(range(recipients), itertools.cycle(parts), strict=False)
    ]


async def _until_sent(running: Broadsheet, run_id: UUID) -> asyncpg.Record:
    connection = await asyncpg.connect(running.stack.infrastructure.admin_database_url)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    try:
        while True:
            went = await connection.fetchrow(_WENT, run_id)
            if went["status"] in ("completed", "failed") and not went["waiting"]:
                return went
            if time.monotonic() > deadline:
                raise RuntimeError(f"not done: {dict(went)}")
            await asyncio.sleep(0.5)
    finally:
        await connection.close()


def report(bursts: list[Went]) -> str:
    """For people."""
    header = [
        *("slices", "recipients", "built in", "slices/s to files", "mails/s", "all sent after"),
        *("aggregator per slice", "renderer per slice", "mailer per mail"),
        *(f"peak, {name}" for name in _AT_WORK),
    ]
    return table(
        "Bursts: PDF; CPU of each service, memory as PSS",
        header,
        [
            [
                str(one.slices),
                str(one.recipients),
                f"{one.building_seconds:.1f} s",
                f"{one.slices / max(one.completed_seconds - one.building_seconds, 0.001):.1f}",
                f"{one.recipients / max(one.sent_seconds - one.completed_seconds, 0.001):.0f}",
                f"{one.sent_seconds:.1f} s",
                milliseconds(one.cpu_seconds["aggregator"] / one.slices),
                milliseconds(one.cpu_seconds["renderer"] / one.slices),
                milliseconds(one.cpu_seconds["mailer"] / one.recipients),
                *(megabytes(one.peak_bytes[name]) for name in _AT_WORK),
            ]
            for one in bursts
        ],
    )
