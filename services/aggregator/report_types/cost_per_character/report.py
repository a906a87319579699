"""The report type."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from services.aggregator.report_types.cost_per_character.document import NAME, TITLE, document
from services.aggregator.report_types.cost_per_character.messages import say
from services.aggregator.report_types.cost_per_character.queries import read
from services.aggregator.report_types.cost_per_character.rate import (
    OptionalCurrency,
    OptionalRate,
    Rate,
)
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

# What the validator below says, for those who validate by the schema: both or neither.
_BOTH_OR_NEITHER: JsonDict = {
    "oneOf": [
        {
            "required": ["gpu_hour_rate", "currency"],
            "properties": {
                "gpu_hour_rate": {"not": {"type": "null"}},
                "currency": {"type": "string"},
            },
        },
        {"properties": {"gpu_hour_rate": {"type": "null"}, "currency": {"type": "null"}}},
    ]
}


class CostParameters(SelectionOverTime):
    """What can be asked of a cost report."""

    model_config = ConfigDict(title="Cost per character", json_schema_extra=_BOTH_OR_NEITHER)
    gpu_hour_rate: OptionalRate = Field(
        None,
        title="Rate per GPU hour",
        description="What an hour of GPU time costs, from 0.0001 up to a million, together with "
        "a currency; without them the report speaks of time alone.",
    )
    currency: OptionalCurrency = Field(
        None,
        title="Currency of the rate",
        description="Three capital letters as in ISO 4217, for instance EUR.",
    )

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.gpu_hour_rate is None) != (self.currency is None):
            raise ValueError("a rate needs a currency and a currency a rate: give both or neither")
        return self

    @property
    def rate(self) -> Rate | None:
        """None when the report is to speak of time alone."""
        if self.gpu_hour_rate is None or self.currency is None:
            return None
        return Rate(self.gpu_hour_rate, self.currency)


@register
class CostPerCharacter:
    """What a delivered character took to make."""

    name = NAME
    title = TITLE
    description = (
        "GPU time and wall-clock time per delivered character, over time and by scene type, "
        "resolution tier and project, dearest first; in money where a rate is given."
    )
    source = "studio"
    kpis: tuple[str, ...] = (
        "cost_per_character",
        "gpu_hours_per_character",
        "worker_hours_per_character",
        "days_to_delivery",
        "characters_delivered",
        "cost",
        "gpu_hours",
        "repeated_percent",
    )
    formats: tuple[str, ...] = EVERY_FORMAT
    languages: tuple[str, ...] = say.languages
    parameters: type[BaseModel] = CostParameters
    known_names: Mapping[str, str] = NAMES_OF_SCENES

    counting = CHARACTERS_DELIVERED

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """Raises what the source raises."""
        asked = request.parameters
        assert isinstance(asked, CostParameters)
        scope = await scope_of(source, request.period, asked.grain, asked)
        return document(await read(source, scope, asked, asked.rate), request)

    async def parts(
        self, source: SourceSession, request: ReportRequest, by: Collection[str]
    ) -> tuple[Part, ...]:
        """Characters delivered."""
        return await delivered_parts(source, by, asked=request.parameters, period=request.period)
