"""The report type."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel, ConfigDict

from services.aggregator.report_types.report_type import (
    EVERY_FORMAT,
    ReportRequest,
    register,
)
from services.aggregator.report_types.throughput_metrics.document import NAME, TITLE, document
from services.aggregator.report_types.throughput_metrics.messages import say
from services.aggregator.report_types.throughput_metrics.queries import read
from services.aggregator.scope.known_names import NAMES_OF_SCENES
from services.aggregator.scope.parts import CHARACTERS_DELIVERED, Part, delivered_parts
from services.aggregator.scope.scope import scope_of
from services.aggregator.scope.selection import SelectionOverTime
from services.aggregator.sources import SourceSession
from shared.document import ReportDocument


class ThroughputParameters(SelectionOverTime):
    """What can be asked of a throughput report."""

    model_config = ConfigDict(title="Throughput")


@register
class ThroughputMetrics:
    """Turnaround of what was delivered; the age of what was not."""

    name = NAME
    title = TITLE
    description = (
        "How long characters took from onboarding to delivery: mean, median and 90th percentile, "
        "over time and by project, scene type and resolution tier; what is under way apart."
    )
    source = "studio"
    kpis: tuple[str, ...] = (
        "median_turnaround",
        "p90_turnaround",
        "mean_turnaround",
        "characters_delivered",
        "under_way",
        "median_age_under_way",
    )
    formats: tuple[str, ...] = EVERY_FORMAT
    languages: tuple[str, ...] = say.languages
    parameters: type[BaseModel] = ThroughputParameters
    known_names: Mapping[str, str] = NAMES_OF_SCENES

    counting = CHARACTERS_DELIVERED

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """Raises what the source raises."""
        asked = request.parameters
        assert isinstance(asked, ThroughputParameters)
        scope = await scope_of(source, request.period, asked.grain, asked)
        return document(await read(source, scope, asked), request)

    async def parts(
        self, source: SourceSession, request: ReportRequest, by: Collection[str]
    ) -> tuple[Part, ...]:
        """Characters delivered."""
        return await delivered_parts(source, by, asked=request.parameters, period=request.period)
