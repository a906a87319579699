"""Numbers, shares, days and codes as the current language writes them, by the CLDR (Babel).

Of English stays what people who read it anywhere can read: the day before the month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol

from shared.languages import LANGUAGES, current, written_in
from shared.messages import Messages, in_every_font

say = Messages(Path(__file__).parent / "texts")
"""What all who write reports have to say alike."""

_KEPT = 8_192
"""Days in words; a table of ten years has half as many."""


@dataclass(frozen=True)
class _Conventions:
    """How one language writes numbers."""

    marks: dict[int, str]
    """For `str.translate`, from Python's."""
    percent: str
    """What stands behind the number of a share, with the space before it."""


@cache
def _conventions(language: str) -> _Conventions:
    marks = {
        ",": in_every_font(get_group_symbol(language)),
        ".": get_decimal_symbol(language),
    }
    pattern = in_every_font(Locale.parse(language).percent_formats[None].pattern)
    return _Conventions(
        str.maketrans({python: own for python, own in marks.items() if python != own}),
        pattern[pattern.rindex("0") + 1 :],
    )


def number(text: str) -> str:
    """A number as Python writes it ("1,234.5") with the language's own marks: "1.234,5"."""
    marks = _conventions(current()).marks
    return text.translate(marks) if marks else text


def share(text: str) -> str:
    """The same of a share in percent, with its sign: "12.5%", "12,5 %"."""
    return number(text) + _conventions(current()).percent


def percent_sign() -> str:
    """What follows the number of a share, with the space before it."""
    return _conventions(current()).percent


def day(value: date) -> str:
    """For instance "4 October 2026"."""
    return _day(value, "pattern-day", current())


def short_day(value: date) -> str:
    """For instance "4 Oct 2026"."""
    return _day(value, "pattern-short-day", current())


def month(value: date) -> str:
    """For instance "October 2026"."""
    return _day(value, "pattern-month", current())


def short_month(value: date) -> str:
    """For instance "Oct", as under a chart."""
    return _day(value, "pattern-short-month", current())


def weekday(number: int) -> str:
    """For instance "Monday"; from 0 for Monday."""
    names: Mapping[int, str] = Locale.parse(current()).days["stand-alone"]["wide"]
    return names[number]


def short_weekday(number: int) -> str:
    """For instance "Mon"; from 0 for Monday."""
    names: Mapping[int, str] = Locale.parse(current()).days["stand-alone"]["abbreviated"]
    return names[number]


def day_range(first: date, last: date) -> str:
    """For instance "1–4 October 2026"; what both days share is said once."""
    if first == last:
        return day(last)
    begins = "pattern-day"
    if first.year == last.year:
        begins = "pattern-day-of-month" if first.month == last.month else "pattern-day-of-year"
    between = "\N{EN DASH}" if begins == "pattern-day-of-month" else " \N{EN DASH} "
    return f"{_day(first, begins, current())}{between}{day(last)}"


@lru_cache(maxsize=_KEPT)
def _day(value: date, pattern: str, language: str) -> str:
    """`pattern` names the message that has it, in the CLDR's letters (UTS 35 part 4)."""
    return format_date(date(value.year, value.month, value.day), say(pattern), locale=language)


def listed(names: Sequence[str], *, at_most: int = 5, last: str = "and") -> str:
    """For instance "A, B and C"; beyond `at_most` the rest is counted: "A, B and 3 more".

    `last`: "and" or "or".
    """
    shown = list(names) if len(names) <= at_most else list(names[: at_most - 1])
    if len(shown) < len(names):
        shown.append(say("more", count=len(names) - len(shown)))
    if len(shown) == 1:
        return shown[0]
    return say(f"list-{last}", names=", ".join(shown[:-1]), last=shown[-1])


def load() -> None:
    """Read all that any language needs: whoever is locked in later can open no file."""
    say.load()
    for language in LANGUAGES:
        with written_in(language):
            _conventions(language)
            for name in ("pattern-day", "pattern-short-day"):
                _day(date(2026, 1, 1), name, language)
            say("more", count=2)
