"""The report type."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel, ConfigDict, Field

from services.aggregator.report_types.report_type import EVERY_FORMAT, ReportRequest, register
from services.aggregator.report_types.usage_summary.document import NAME, TITLE, document
from services.aggregator.report_types.usage_summary.messages import say
from services.aggregator.report_types.usage_summary.queries import read
from services.aggregator.scope.grain import Grain, buckets, grain_for
from services.aggregator.scope.known_names import NAMES_OF_EVENTS
from services.aggregator.scope.parts import Counting, Part, count_parts
from services.aggregator.scope.scope import Scope
from services.aggregator.scope.selection import Names, grain_field
from services.aggregator.sources import SourceSession
from shared.document import ReportDocument

_OF_EVENTS = "FROM usage_events WHERE occurred_at >= $1 AND occurred_at < $2"
_COLUMNS = {"event_types": "event_type", "devices": "device"}

MOST_ROWS = 1_000
"""Of the table by day: half a year of the studio's six event types, 25 pages."""


class UsageSummaryParameters(BaseModel):
    """What can be asked of a usage summary."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Usage summary")

    event_types: Names = Field(
        (),
        title="Event types",
        description="Only these event types, by their exact names; all of them when left out.",
    )
    devices: Names = Field(
        (),
        title="Kinds of device",
        description="Only these kinds of device, by their exact names; all when left out.",
    )
    grain: Grain = grain_field(Grain.AUTO)
    limit: int = Field(
        MOST_ROWS,
        title="Row limit",
        description="At most so many rows in the table by day and event type, those of the "
        "newest days. The report says how many there were; its figures are of all.",
        ge=1,
        le=MOST_ROWS,
    )


@register
class UsageSummary:
    """Events, users and devices, beside the period before."""

    name = NAME
    title = TITLE
    description = (
        "What people did in the review application: events by day and type, and how many users "
        "and kinds of device they came from, compared with the period of the same length before."
    )
    source = "studio"
    kpis: tuple[str, ...] = ("events", "users", "events_per_user", "devices")
    formats: tuple[str, ...] = EVERY_FORMAT
    languages: tuple[str, ...] = say.languages
    parameters: type[BaseModel] = UsageSummaryParameters
    known_names: Mapping[str, str] = NAMES_OF_EVENTS

    counting = Counting("events", "events", tuple(_COLUMNS))

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """Raises what the source raises."""
        asked, period = request.parameters, request.period
        assert isinstance(asked, UsageSummaryParameters)
        grain = grain_for(asked.grain, period.days)
        scope = Scope(period, source.as_of, grain, buckets(period, grain), asked.grain)
        figures = await read(source, scope, asked.event_types, asked.devices, asked.limit)
        return document(figures, request)

    async def parts(
        self, source: SourceSession, request: ReportRequest, by: Collection[str]
    ) -> tuple[Part, ...]:
        """Events, by type and kind of device."""
        asked, period = request.parameters, request.period
        return await count_parts(source, _OF_EVENTS, _COLUMNS, by, asked=asked, period=period)
