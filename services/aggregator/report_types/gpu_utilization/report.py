"""The report type."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import astuple

from pydantic import BaseModel, ConfigDict

from services.aggregator.report_types.gpu_utilization.document import NAME, TITLE, document
from services.aggregator.report_types.gpu_utilization.messages import say
from services.aggregator.report_types.gpu_utilization.queries import (
    gpu_time_by_kind,
    read_figures,
)
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
from services.aggregator.statistics.durations import HOUR
from shared.document import ReportDocument


class GpuUtilizationParameters(SelectionOverTime):
    """What can be asked of a GPU report."""

    model_config = ConfigDict(title="GPU utilization")


@register
class GpuUtilization:
    """The report type."""

    name = NAME
    title = TITLE
    description = (
        "GPU hours by project, scene type and resolution tier, active against idle time of each "
        "worker, and the busiest hours, compared with the period of the same length before."
    )
    source = "studio"
    kpis: tuple[str, ...] = (
        "gpu_hours",
        "utilization",
        "idle_hours",
        "failed_gpu_hours",
    )
    formats: tuple[str, ...] = EVERY_FORMAT
    languages: tuple[str, ...] = say.languages
    parameters: type[BaseModel] = GpuUtilizationParameters
    known_names: Mapping[str, str] = NAMES_OF_SCENES

    counting = Counting(
        "gpu_hours", "GPU milliseconds", tuple(CHARACTER_COLUMNS), divisor=HOUR, places=1
    )

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """Raises what the source raises."""
        asked = request.parameters
        assert isinstance(asked, GpuUtilizationParameters)
        scope = await scope_of(source, request.period, asked.grain, asked)
        return document(await read_figures(source, scope, asked), request)

    async def parts(
        self, source: SourceSession, request: ReportRequest, by: Collection[str]
    ) -> tuple[Part, ...]:
        """GPU time of the period, by what the jobs were for."""
        asked = request.parameters
        assert isinstance(asked, GpuUtilizationParameters)
        scope = await scope_of(source, request.period, asked.grain, asked)
        found = await gpu_time_by_kind(source, scope, asked)
        return together([(scene_values(*astuple(kind)), gpu) for kind, gpu in found.items()], by)
