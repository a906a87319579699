"""Of every report type: its parts come to what it shows, narrowed down however it may be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.bursting.sums import Ledger
from services.aggregator.report_types import ReportRequest, report_types
from services.aggregator.sources import SnapshotSession, Source
from shared.document import ReportDocument
from shared.periods import Period
from tests.studio import studio, studio_source

JUNE = Period(first_day=date(2026, 6, 1), last_day=date(2026, 6, 30), timezone="Europe/Berlin")
SO_FAR = Period(first_day=date(2026, 11, 2), last_day=date(2026, 12, 31), timezone="Asia/Kathmandu")
FEW_ROWS = {"limit": 1}
"""Of `generation_jobs`: its rows are not what this is about."""


@pytest.fixture(scope="module")
def database(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.1, seed=3, until=date(2026, 11, 20)) as url:
        yield url


@pytest.fixture
async def source(infra: LocalInfrastructure, database: str) -> AsyncIterator[Source]:
    opened = studio_source(infra, database)
    yield opened
    await opened.close()


def request(name: str, period: Period, **asked: Any) -> ReportRequest:
    limit = FEW_ROWS if name == "generation_jobs" else {}
    return ReportRequest(
        period=period,
        parameters=report_types[name].parameters.model_validate({**limit, **asked}),
        tenant="Lighthouse Studio",
        generated_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
    )


async def ensure_adds_up(
    name: str, session: SnapshotSession, period: Period, base: dict[str, Any]
) -> int:
    """Every value of every filter, alone, is a slice that shows what its parts come to."""
    report_type = report_types[name]
    by = report_type.counting.filters
    parts = await report_type.parts(session, request(name, period, **base), by)
    ledger = Ledger(report_type.counting, parts)

    async def shown(**asked: Any) -> ReportDocument:
        return await report_type.build(session, request(name, period, **asked))

    ledger.ensure_shown(await shown(**base), ledger.whole, "the whole")
    for filtered in by:
        slices = Ledger(report_type.counting, parts)
        for value in sorted({part.values[filtered] for part in parts} - {None}, key=str):
            asked = {**base, filtered: [value]}
            slices.ensure_shown(await shown(**asked), slices.add(asked), f"{filtered}: {value}")
        sums = slices.sums()
        assert sums.slices + sums.in_none == sums.whole == ledger.whole
        assert sums.in_several == 0
    return ledger.whole


@pytest.mark.parametrize("name", sorted(report_types))
async def test_its_parts_come_to_the_figure_that_it_shows(name: str, source: Source) -> None:
    async with source.snapshot() as session:
        assert await ensure_adds_up(name, session, JUNE, {}) > 0
        await ensure_adds_up(name, session, SO_FAR, {})


@pytest.mark.parametrize("name", sorted(report_types))
async def test_so_they_do_of_a_report_that_is_narrowed_down(name: str, source: Source) -> None:
    report_type = report_types[name]
    first, *_ = report_type.counting.filters
    async with source.snapshot() as session:
        parts = await report_type.parts(session, request(name, JUNE), [first])
        largest = max(parts, key=lambda part: part.counted)
        base = {first: [largest.values[first]]}
        assert await ensure_adds_up(name, session, JUNE, base) == largest.counted


@pytest.mark.parametrize("name", sorted(report_types))
def test_what_it_counts_is_a_figure_and_its_filters_are_parameters(name: str) -> None:
    report_type = report_types[name]
    assert report_type.counting.figure in report_type.kpis
    assert set(report_type.counting.filters) <= set(report_type.parameters.model_fields)
