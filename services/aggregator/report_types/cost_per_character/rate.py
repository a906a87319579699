"""What an hour of GPU time costs, as a parameter of a report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from services.aggregator.report_types.cost_per_character.messages import say
from services.aggregator.statistics.durations import HOUR
from shared import localized

_SMALLEST = Decimal("0.0001")
_TOO_LARGE = Decimal(1_000_000)
# The same bounds for text: not below 0.0001, below a million, and no exponent.
_PATTERN = r"^(?!0+(\.0{1,3}|\.0{4}[0-9]*)?$)[0-9]{1,6}(\.[0-9]{1,24})?$"


def _decimal(value: object) -> object:
    """Text as it stands; a number by its shortest notation, so that 2.4 is 2.4."""
    if value is None:
        return None
    if isinstance(value, str):
        if re.fullmatch(_PATTERN, value, re.ASCII):
            return Decimal(value)
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        exact = Decimal(str(value))
        if exact.is_finite() and _SMALLEST <= exact < _TOO_LARGE:
            return Decimal(f"{exact:f}")
    raise ValueError("a rate is a decimal from 0.0001 up to, but not including, 1000000")


OptionalRate = Annotated[
    Decimal | None,
    BeforeValidator(_decimal),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _PATTERN},
                {"type": "number", "minimum": 0.0001, "exclusiveMaximum": 1_000_000},
                {"type": "null"},
            ]
        }
    ),
]
"""A positive decimal, as text or as a number; exact either way."""

OptionalCurrency = Annotated[str | None, Field(pattern=r"^[A-Z]{3}$")]
"""A code as in ISO 4217; which of them exist is the asker's business."""


@dataclass(frozen=True)
class Rate:
    """Money for an hour of GPU time."""

    per_hour: Decimal
    currency: str

    def of(self, gpu_milliseconds: Fraction | int) -> Fraction:
        """What so much GPU time costs, exactly."""
        return Fraction(self.per_hour) * gpu_milliseconds / HOUR

    @property
    def words(self) -> str:
        """For instance "2.40 EUR per GPU hour"."""
        amount = localized.number(f"{self.per_hour:,f}")
        return say("rate", amount=amount, currency=self.currency)
