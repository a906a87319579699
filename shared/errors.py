"""The two ways work can go wrong, told apart by whether trying again can help.

Handlers and plug-ins raise them; `shared.consumer` alone decides what follows.
"""

from __future__ import annotations


class WorkError(Exception):
    """Why work on a run or a delivery stopped: a stable `code` and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class TransientError(WorkError):
    """Trying again later may succeed: a source that is down, a time-out, a full disk."""


class PermanentError(WorkError):
    """Trying again changes nothing: a missing column, a document that cannot be drawn."""
