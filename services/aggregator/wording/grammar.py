"""Words that agree with their number, and beginnings of sentences. English."""

from __future__ import annotations


def plural(number: int, noun: str) -> str:
    """The noun alone: "character" for one, "characters" for any other number."""
    return noun if number == 1 else f"{noun}s"


def was(number: int) -> str:
    """ "was" for one, "were" for any other number."""
    return "was" if number == 1 else "were"


def sentence(text: str) -> str:
    """Beginning with a capital letter."""
    return text[:1].upper() + text[1:]
