"""Page 1 of each report is the picture in the gallery.

After a change that is meant to be seen: `make pictures`, look at them, commit them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.report_types import ReportRequest, report_types
from services.renderer.isolation.pool import RenderPool
from shared.document import ReportDocument
from shared.periods import Period
from tests.pictures.first_pages import (
    MOST_STRONG,
    first_page,
    side_by_side,
    store,
    strong_differences,
)
from tests.studio import studio, studio_source

CHECKOUT = Path(__file__).parents[2]
STORED = CHECKOUT / "docs" / "pictures"
SEEN = CHECKOUT / "var" / "pictures"
"""Where the difference is drawn when there is one."""

REPORTS = {
    "cost_per_character": {"gpu_hour_rate": "2.40", "currency": "EUR"},
    "delivery_summary": {},
    "gpu_utilization": {},
    "quality_metrics": {},
    "reviewer_productivity": {},
    "throughput_metrics": {},
    "usage_summary": {},
}
OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")
AS_OF = datetime(2026, 11, 2, 8, 14, 30, tzinfo=UTC)

every_report = pytest.mark.parametrize("name", REPORTS)


def picture_of(name: str) -> Path:
    return STORED / f"{name.replace('_', '-')}.png"


async def _documents(infra: LocalInfrastructure, database: str) -> dict[str, ReportDocument]:
    """As they were at `AS_OF`, whenever the test runs."""
    found = {}
    source = studio_source(infra, database)
    try:
        async with source.snapshot() as session:
            session.as_of = AS_OF
            for name, parameters in REPORTS.items():
                request = ReportRequest(
                    period=OCTOBER,
                    parameters=report_types[name].parameters.model_validate(parameters),
                    tenant="Lighthouse Studio",
                    generated_at=AS_OF,
                )
                found[name] = await report_types[name].build(session, request)
    finally:
        await source.close()
    return found


async def _drawn(documents: dict[str, ReportDocument]) -> dict[str, Image.Image]:
    pool = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=100)
    try:
        return {
            name: first_page((await pool.render("pdf", found.model_dump_json().encode())).content)
            for name, found in documents.items()
        }
    finally:
        await pool.close()


@pytest.fixture(scope="module")
def pages(infra: LocalInfrastructure) -> Iterator[dict[str, Image.Image]]:
    """These reports over the demo studio as `make run` loads it."""
    with studio(infra, scale=1, seed=1, until=date(2026, 11, 2)) as database:
        yield asyncio.run(_drawn(asyncio.run(_documents(infra, database))))


@every_report
def test_page_1_looks_as_in_the_gallery(
    name: str, pages: dict[str, Image.Image], renew_pictures: bool
) -> None:
    if renew_pictures:
        store(pages[name], picture_of(name))
    with Image.open(picture_of(name)) as stored:
        apart = strong_differences(stored, pages[name])
        if apart > MOST_STRONG:
            store(side_by_side(stored, pages[name]), seen := SEEN / picture_of(name).name)
            pytest.fail(
                f"page 1 differs from {picture_of(name)} in {apart:,} pixels: look at {seen} "
                "(stored, drawn, difference); `make pictures` if it is meant to"
            )


@every_report
def test_a_change_that_one_can_see_is_noticed(name: str) -> None:
    with Image.open(picture_of(name)) as stored:
        changed = stored.convert("RGB")
    # A digit of a headline figure, covered.
    ImageDraw.Draw(changed).rectangle((300, 400, 312, 416), fill="black")
    assert strong_differences(changed, changed) == 0
    assert strong_differences(stored, changed) > MOST_STRONG
    moved = changed.transform(changed.size, Image.Transform.AFFINE, (1, 0, 3, 0, 1, 0))
    assert strong_differences(changed, moved) > MOST_STRONG
