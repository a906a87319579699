"""The report type."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel, ConfigDict, Field

from services.aggregator.report_types.report_type import EVERY_FORMAT, ReportRequest, register
from services.aggregator.report_types.reviewer_productivity.document import NAME, TITLE, document
from services.aggregator.report_types.reviewer_productivity.messages import say
from services.aggregator.report_types.reviewer_productivity.queries import OF_REVIEWS, read_figures
from services.aggregator.scope.grain import Grain
from services.aggregator.scope.known_names import NAMES_OF_CHARACTERS
from services.aggregator.scope.parts import CHARACTER_COLUMNS, Counting, Part, count_parts
from services.aggregator.scope.selection import SelectionOverTime, grain_field
from services.aggregator.sources import SourceSession
from shared.document import ReportDocument


class ReviewerProductivityParameters(SelectionOverTime):
    """What can be asked of the report."""

    model_config = ConfigDict(title="Reviewer productivity")

    grain: Grain = grain_field(Grain.WEEK)
    by_person: bool = Field(
        False,
        title="Single people",
        description="Also show single people, where the tenant has allowed it; those with fewer "
        "than five reviews are counted together.",
    )


@register
class ReviewerProductivity:
    """The report type."""

    name = NAME
    title = TITLE
    description = (
        "How long reviews take from request to decision, how many are approved, and how many "
        "notes they leave, by team: to find where work waits. A tenant has to switch it on."
    )
    source = "studio"
    kpis: tuple[str, ...] = (
        "median_hours",
        "ninetieth_hours",
        "approved_percent",
        "notes_per_segment",
        "reviews_decided",
        "reviews_waiting",
    )
    formats: tuple[str, ...] = EVERY_FORMAT
    languages: tuple[str, ...] = say.languages
    parameters: type[BaseModel] = ReviewerProductivityParameters
    known_names: Mapping[str, str] = NAMES_OF_CHARACTERS

    counting = Counting("reviews_decided", "reviews", tuple(CHARACTER_COLUMNS))

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """A handful of queries, whose answers grow with teams times buckets, and with people."""
        asked = request.parameters
        assert isinstance(asked, ReviewerProductivityParameters)
        figures = await read_figures(
            source, request.period, asked, asked.grain, by_person=asked.by_person
        )
        return document(figures, request)

    async def parts(
        self, source: SourceSession, request: ReportRequest, by: Collection[str]
    ) -> tuple[Part, ...]:
        """Reviews decided, by what they looked at."""
        asked, period = request.parameters, request.period
        return await count_parts(
            source, OF_REVIEWS, CHARACTER_COLUMNS, by, asked=asked, period=period
        )
