"""Which days are no business days, and why.

The library `holidays` is imported when a country is first asked for: it takes a quarter of a
second and some memory, which a schedule without a country does not need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

OwnDays = Mapping[date, str]
"""The tenant's own days off, each with its name."""

_WEEKEND = frozenset({5, 6})
_IN_ENGLISH = "en_US"


@dataclass(frozen=True)
class DaysOff:
    """The days off in one country, or in none, with the tenant's own."""

    country: str | None
    subdivision: str | None
    own: OwnDays

    def why(self, day: date) -> str | None:
        """Why it is a day off, in words; None: it is a business day."""
        if (name := self.own.get(day)) is not None:
            return name
        public = None if self.country is None else _public(self.country, self.subdivision)
        if public is not None and (name := public.get(day)) is not None:
            return f"{name} ({self.country}{f'-{self.subdivision}' if self.subdivision else ''})"
        if day.weekday() in (_WEEKEND if public is None else public.weekend):
            return f"{day:%A}"
        return None


def country_refusal(country: str) -> str | None:
    """What is wrong with a country's code; None: its holidays are known."""
    import holidays

    if country in holidays.list_supported_countries(include_aliases=False):
        return None
    return f"no holidays are known for {country[:20]!r}: use a code of two letters such as DE"


def subdivision_refusal(country: str, subdivision: str) -> str | None:
    """What is wrong with a part of a known country; None: it is known."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)[country]
    if subdivision in known:
        return None
    offered = ", ".join(known) if known else "none: leave it out"
    return f"{country} has no part {subdivision!r}; known are {offered}"


@lru_cache(maxsize=256)
def _public(country: str, subdivision: str | None) -> HolidayBase:
    import holidays

    found = holidays.country_holidays(country, subdiv=subdivision)
    if _IN_ENGLISH not in found.supported_languages:
        return found
    return holidays.country_holidays(country, subdiv=subdivision, language=_IN_ENGLISH)
