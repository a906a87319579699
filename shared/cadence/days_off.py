"""Which days are no business days, and why.

The library `holidays` is imported when a country is first asked for: with all of its countries it
takes two thirds of a second and 17 MB, which a process without such schedules does not need.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

OwnDays = Mapping[date, str]
"""The tenant's own days off, each with its name."""

_AT_HAND = threading.Event()
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


async def public_holidays_at_hand(*cadences: object) -> None:
    """Load the library if any of these cadences, as JSON, names a country.

    In a thread, so that the event loop goes on: reading such a cadence would load it on the spot.
    """
    if not _AT_HAND.is_set() and any(map(_names_a_country, cadences)):
        await asyncio.to_thread(_load)


def _names_a_country(cadence: object) -> bool:
    days = cadence.get("business_days") if isinstance(cadence, Mapping) else None
    return isinstance(days, Mapping) and days.get("country") is not None


def _load() -> None:
    import holidays

    # This, and not the import, reads every country.
    holidays.list_supported_countries(include_aliases=False)
    _AT_HAND.set()


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
