"""The demo studio's October in every report type, as it was on 2 November whenever it is asked."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.report_types import ReportRequest, report_types
from shared.document import ReportDocument
from shared.periods import Period
from tests.studio import studio, studio_source

REPORTS: dict[str, dict[str, Any]] = {
    "cost_per_character": {"gpu_hour_rate": "2.40", "currency": "EUR"},
    "delivery_summary": {},
    "generation_jobs": {"limit": 120},
    "gpu_utilization": {},
    "quality_metrics": {},
    "reviewer_productivity": {},
    "throughput_metrics": {},
    "usage_summary": {},
}
"""By their type; what is asked for besides the period."""
OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")
AS_OF = datetime(2026, 11, 2, 8, 14, 30, tzinfo=UTC)


def october(infra: LocalInfrastructure, *, scale: float = 1) -> dict[str, ReportDocument]:
    """The documents by their type; at scale 1 over the studio as `make run` loads it."""
    with studio(infra, scale=scale, seed=1, until=date(2026, 11, 2)) as database:
        return asyncio.run(_documents(infra, database))


async def _documents(infra: LocalInfrastructure, database: str) -> dict[str, ReportDocument]:
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
