"""`quality_metrics`: how often automatic checks pass, what they find, and what changes did to it.

What counts, and when, is said in `figures.py`; how noise is told from a difference, in
`services/aggregator/report_types/intervals.py`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from services.aggregator.report_types.grain import Grain
from services.aggregator.report_types.quality_metrics.document import kpis, sections
from services.aggregator.report_types.quality_metrics.figures import Figures
from services.aggregator.report_types.quality_metrics.reading import read_figures
from services.aggregator.report_types.quality_metrics.sentences import notes, summary
from services.aggregator.report_types.report_type import EVERY_FORMAT, ReportRequest, register
from services.aggregator.report_types.selection import SceneSelection
from services.aggregator.sources import SourceSession
from shared.document import ReportDocument


class QualityMetricsParameters(SceneSelection):
    """What can be asked of a quality report."""

    model_config = ConfigDict(title="Quality metrics")

    grain: Grain = Field(
        Grain.AUTO,
        title="Grain of the charts",
        description="What one point covers: a local day, an ISO week or a month. "
        "`auto` takes days up to a month, weeks up to half a year, months beyond.",
    )


@register
class QualityMetrics:
    """The report type."""

    name = "quality_metrics"
    title = "Quality metrics"
    description = (
        "How often automatic checks pass, over time and compared with the period before, what "
        "they find, how often work is repeated, and checks before and after workflow changes."
    )
    source = "studio"
    formats: tuple[str, ...] = EVERY_FORMAT
    parameters: type[BaseModel] = QualityMetricsParameters

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """The figures, then the document."""
        asked = request.parameters
        assert isinstance(asked, QualityMetricsParameters)
        return document(await read_figures(source, request.period, asked, asked.grain), request)


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    asked = request.parameters
    assert isinstance(asked, QualityMetricsParameters)
    return ReportDocument(
        type=QualityMetrics.name,
        title=QualityMetrics.title,
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
