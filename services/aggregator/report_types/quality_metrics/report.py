"""The report type."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import astuple

from pydantic import BaseModel, ConfigDict

from services.aggregator.report_types.quality_metrics.document import NAME, TITLE, document
from services.aggregator.report_types.quality_metrics.messages import say
from services.aggregator.report_types.quality_metrics.queries import checks_by_kind, read_figures
from services.aggregator.report_types.report_type import EVERY_FORMAT, ReportRequest, register
from services.aggregator.scope.known_names import NAMES_OF_SCENES
from services.aggregator.scope.parts import (
    CHARACTER_COLUMNS,
    Counting,
    Part,
    scene_values,
    together,
)
from services.aggregator.scope.scope import scope_of
from services.aggregator.scope.selection import SelectionOverTime
from services.aggregator.sources import SourceSession
from shared.document import ReportDocument


class QualityMetricsParameters(SelectionOverTime):
    """What can be asked of a quality report."""

    model_config = ConfigDict(title="Quality metrics")


@register
class QualityMetrics:
    """The report type."""

    name = NAME
    title = TITLE
    description = (
        "How often automatic checks pass, over time and compared with the period before, what "
        "they find, how often work is repeated, and checks before and after workflow changes."
    )
    source = "studio"
    kpis: tuple[str, ...] = (
        "pass_rate",
        "first_pass_rate",
        "mean_retries",
        "checks",
    )
    formats: tuple[str, ...] = EVERY_FORMAT
    languages: tuple[str, ...] = say.languages
    parameters: type[BaseModel] = QualityMetricsParameters
    known_names: Mapping[str, str] = NAMES_OF_SCENES

    counting = Counting("checks", "checks", tuple(CHARACTER_COLUMNS))

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """Raises what the source raises."""
        asked = request.parameters
        assert isinstance(asked, QualityMetricsParameters)
        scope = await scope_of(source, request.period, asked.grain, asked)
        return document(await read_figures(source, scope, asked), request)

    async def parts(
        self, source: SourceSession, request: ReportRequest, by: Collection[str]
    ) -> tuple[Part, ...]:
        """Checks, by what was checked."""
        asked = request.parameters
        assert isinstance(asked, QualityMetricsParameters)
        scope = await scope_of(source, request.period, asked.grain, asked)
        found = await checks_by_kind(source, scope, asked)
        return together(
            [(scene_values(*astuple(kind)), checks) for kind, checks in found.items()], by
        )
