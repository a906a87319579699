"""Filters by names that the source knows, does not know, or knows in part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime

import pytest

from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.report_types import ReportRequest, report_types
from services.aggregator.sources import Source
from shared.document import ReportDocument
from shared.periods import Period
from tests.studio import studio, studio_source

UNTIL = date(2026, 11, 20)
both_types = pytest.mark.parametrize("name", ["gpu_utilization", "quality_metrics"])


@pytest.fixture(scope="module")
def database(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.02, seed=3, until=UNTIL) as url:
        yield url


@pytest.fixture
async def source(infra: LocalInfrastructure, database: str) -> AsyncIterator[Source]:
    opened = studio_source(infra, database)
    yield opened
    await opened.close()


async def report(name: str, source: Source, **filters: list[str]) -> ReportDocument:
    request = ReportRequest(
        period=Period(
            first_day=date(2026, 6, 1), last_day=date(2026, 6, 30), timezone="Europe/Berlin"
        ),
        parameters=report_types[name].parameters.model_validate(filters),
        tenant="Lighthouse Studio",
        generated_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
    )
    async with source.snapshot() as session:
        return await report_types[name].build(session, request)


@both_types
async def test_names_that_do_not_exist_are_all_that_is_said(name: str, source: Source) -> None:
    document = await report(
        name, source, projects=["The Paper Admiral"], scene_types=["mirror", "fog"]
    )
    assert document.summary == (
        "There is nothing to report: the source has no scene types named mirror and fog.",
    )


@both_types
async def test_one_wrong_name_of_several_is_said_and_the_others_count(
    name: str, source: Source
) -> None:
    right = await report(name, source, resolution_tiers=["hd"])
    both = await report(name, source, resolution_tiers=["hd", "8k"])
    assert both.summary == (
        right.summary[0],
        "The source has no resolution tier named 8k.",
        *right.summary[1:],
    )
    assert both.tables == right.tables
    assert any("Only what was asked for is counted: resolution tier hd." in n for n in both.notes)
