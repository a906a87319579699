"""The report type."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel, ConfigDict

from services.aggregator.report_types.delivery_summary.document import NAME, TITLE, document
from services.aggregator.report_types.delivery_summary.messages import say
from services.aggregator.report_types.delivery_summary.queries import read
from services.aggregator.report_types.report_type import (
    EVERY_FORMAT,
    ReportRequest,
    register,
)
from services.aggregator.scope.known_names import NAMES_OF_SCENES
from services.aggregator.scope.parts import CHARACTERS_DELIVERED, Part, delivered_parts
from services.aggregator.scope.scope import scope_of
from services.aggregator.scope.selection import SelectionOverTime
from services.aggregator.sources import SourceSession
from shared.document import ReportDocument


class DeliverySummaryParameters(SelectionOverTime):
    """What can be asked of a delivery summary."""

    model_config = ConfigDict(title="Delivery summary")


@register
class DeliverySummary:
    """Characters delivered, beside the period before and a year before."""

    name = NAME
    title = TITLE
    description = (
        "Characters delivered in the period, by project and over time, compared with the "
        "period of the same length before and, where the data reach, with a year before."
    )
    source = "studio"
    kpis: tuple[str, ...] = (
        "characters_delivered",
        "delivered_per_day",
        "projects_delivering",
        "in_production",
    )
    formats: tuple[str, ...] = EVERY_FORMAT
    languages: tuple[str, ...] = say.languages
    parameters: type[BaseModel] = DeliverySummaryParameters
    known_names: Mapping[str, str] = NAMES_OF_SCENES

    counting = CHARACTERS_DELIVERED

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """Raises what the source raises."""
        asked = request.parameters
        assert isinstance(asked, DeliverySummaryParameters)
        scope = await scope_of(source, request.period, asked.grain, asked)
        return document(await read(source, scope, asked), request)

    async def parts(
        self, source: SourceSession, request: ReportRequest, by: Collection[str]
    ) -> tuple[Part, ...]:
        """Characters delivered."""
        return await delivered_parts(source, by, asked=request.parameters, period=request.period)
