"""Words that agree with their number, lists and beginnings of sentences. English."""

from __future__ import annotations

from collections.abc import Sequence


def plural(number: int, noun: str) -> str:
    """The noun alone: "character" for one, "characters" for any other number."""
    return noun if number == 1 else f"{noun}s"


def was(number: int) -> str:
    """ "was" for one, "were" for any other number."""
    return "was" if number == 1 else "were"


def sentence(text: str) -> str:
    """Beginning with a capital letter."""
    return text[:1].upper() + text[1:]


def listed(names: Sequence[str], *, at_most: int = 5, last: str = "and") -> str:
    """For instance "A, B and C"; beyond `at_most` the rest is counted: "A, B and 3 more"."""
    shown = list(names) if len(names) <= at_most else list(names[: at_most - 1])
    if len(shown) < len(names):
        shown.append(f"{len(names) - len(shown):,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"
