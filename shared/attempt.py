"""What follows from one attempt at leased work: decided here, whatever the work is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared.errors import PermanentError, TransientError
from shared.lease import LeaseLostError
from shared.store.engine import store_is_away

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Endings:
    """What the holder of a lease does when its work does not come to its own end."""

    try_later: Callable[[TransientError], Awaitable[None]]
    give_up: Callable[[str, str], Awaitable[None]]
    """With a stable code, and the reason in words."""
    hand_back: Callable[[], Awaitable[None]]
    """Shutting down: somebody else is to do it at once."""


async def attempt(work: Awaitable[None], otherwise: Endings, *, stage: str) -> None:
    """Do `work`, which claims nothing and commits its own effect; else one of the endings.

    A store that is away is the consumer's to wait for, so that error goes on.
    """
    try:
        await work
    except LeaseLostError:
        log.warning("lease lost, result dropped", stage=stage)
    except TransientError as error:
        await otherwise.try_later(error)
    except PermanentError as error:
        await otherwise.give_up(error.code, error.message)
    except asyncio.CancelledError:  # shutting down
        await asyncio.shield(otherwise.hand_back())
        raise
    except Exception as error:
        if isinstance(error, SQLAlchemyError) and store_is_away(error):
            raise
        log.exception("unexpected error", stage=stage)
        await otherwise.try_later(TransientError("internal_error", repr(error)))
