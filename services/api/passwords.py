"""Passwords of share links: kept as Argon2id hashes, compared off the event loop."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

# The least that OWASP's Password Storage Cheat Sheet asks of Argon2id: 19 MiB, two passes.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Passwords:
    """Hashes and compares, two at a time: each takes memory and a processor."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(2)

    async def hashed(self, password: str) -> str:
        """What to keep of it."""
        async with self._room:
            return await asyncio.to_thread(_HASHER.hash, password)

    async def is_right(self, kept: str, password: str) -> bool:
        """Whether it is the one that was kept."""
        async with self._room:
            return await asyncio.to_thread(_matches, kept, password)


def _matches(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except VerificationError:
        return False
