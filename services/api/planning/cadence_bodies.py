"""What reading a body with cadences needs, seen to before: so that nobody else waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import Depends, Request

from shared.cadence import public_holidays_at_hand


async def _public_holidays(request: Request) -> None:
    await public_holidays_at_hand(*_cadences(await request.json()))


def _cadences(body: Any) -> Iterator[Any]:
    """Of a schedule, or of a file with many."""
    if isinstance(body, dict):
        yield body.get("cadence")
        several = body.get("schedules")
        for one in several if isinstance(several, list) else ():
            yield from _cadences(one)


BEFORE_CADENCES = Depends(_public_holidays)
"""A dependency of routes whose bodies may name a country; FastAPI reads bodies after them."""
