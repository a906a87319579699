"""What channels have in common that keep nothing: all they need is the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from services.mailer.outgoing import Outgoing


class Outward:
    """The part of a `Channel` that has no settings of its own, opens what it needs for each
    delivery, and sends files, not links."""

    links_for: ClassVar[timedelta | None] = None
    given_up_after: ClassVar[timedelta] = timedelta(hours=24)

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    @classmethod
    def from_environment(cls, outgoing: Outgoing) -> Self:
        """It has no settings of its own."""
        return cls(outgoing)

    async def close(self) -> None:
        """Nothing is kept open."""
