"""The fixed words of files: what a file says that the document does not."""

from __future__ import annotations

from pathlib import Path

from shared import localized
from shared.messages import Messages

words = Messages(Path(__file__).parent / "texts", localized.say)


def load() -> None:
    """Read them in all languages now: a process that is locked in can open no file."""
    localized.load()
    words.load()
