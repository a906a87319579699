"""`gpu_utilization`: GPU hours by what they were for, and how much of the workers' time was used.

What counts, and when, is said in `figures.py`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from services.aggregator.report_types.gpu_utilization.document import kpis, sections
from services.aggregator.report_types.gpu_utilization.figures import Figures
from services.aggregator.report_types.gpu_utilization.reading import read_figures
from services.aggregator.report_types.gpu_utilization.sentences import notes, summary
from services.aggregator.report_types.grain import Grain
from services.aggregator.report_types.report_type import EVERY_FORMAT, ReportRequest, register
from services.aggregator.report_types.selection import SceneSelection
from services.aggregator.sources import SourceSession
from shared.document import ReportDocument


class GpuUtilizationParameters(SceneSelection):
    """What can be asked of a GPU report."""

    model_config = ConfigDict(title="GPU utilization")

    grain: Grain = Field(
        Grain.AUTO,
        title="Grain of the charts",
        description="What one bar covers: a local day, an ISO week or a month. "
        "`auto` takes days up to a month, weeks up to half a year, months beyond.",
    )


@register
class GpuUtilization:
    """The report type."""

    name = "gpu_utilization"
    title = "GPU utilization"
    description = (
        "GPU hours by project, scene type and resolution tier, active against idle time of each "
        "worker, and the busiest hours, compared with the period of the same length before."
    )
    source = "studio"
    formats: tuple[str, ...] = EVERY_FORMAT
    parameters: type[BaseModel] = GpuUtilizationParameters

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """The figures, then the document."""
        asked = request.parameters
        assert isinstance(asked, GpuUtilizationParameters)
        return document(await read_figures(source, request.period, asked, asked.grain), request)


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    asked = request.parameters
    assert isinstance(asked, GpuUtilizationParameters)
    return ReportDocument(
        type=GpuUtilization.name,
        title=GpuUtilization.title,
        period=figures.period,
        previous_period=figures.period.previous,
        as_of=figures.as_of,
        generated_at=request.generated_at,
        tenant=request.tenant,
        parameters=asked.model_dump(mode="json"),
        summary=tuple(summary(figures)),
        kpis=kpis(figures),
        sections=sections(figures),
        notes=tuple(notes(figures, asked.grain)),
    )
