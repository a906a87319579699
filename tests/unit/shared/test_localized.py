"""Numbers, days and lists as each language writes them."""

from __future__ import annotations

from datetime import date

import pytest

from shared import localized
from shared.languages import LANGUAGES, current, written_in
from shared.plain_words import plain_words

OCTOBER_4 = date(2026, 10, 4)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("first", "last", "english", "german"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "1–31 October 2026", "1.–31. Oktober 2026"),
        (
            *(date(2026, 9, 28), OCTOBER_4),
            *("28 September – 4 October 2026", "28. September – 4. Oktober 2026"),
        ),
        (
            *(date(2025, 12, 29), date(2026, 1, 4)),
            *("29 December 2025 – 4 January 2026", "29. Dezember 2025 – 4. Januar 2026"),
        ),
        (OCTOBER_4, OCTOBER_4, "4 October 2026", "4. Oktober 2026"),
    ],
)
def test_what_two_days_share_is_said_once(
    first: date, last: date, english: str, german: str
) -> None:
    assert localized.day_range(first, last) == english
    with written_in("de"):
        assert localized.day_range(first, last) == german


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    assert localized.number("1,234.5") == "1,234.5"
    assert localized.share("38.2") == "38.2%"
    assert localized.short_day(OCTOBER_4) == "4 Oct 2026"
    with written_in("de"):
        assert localized.number("1,234.5") == "1.234,5"
        assert localized.share("38.2") == f"38,2{NBSP}%"
        assert localized.short_day(OCTOBER_4) == "4. Okt. 2026"
        assert (localized.month(OCTOBER_4), localized.weekday(0)) == ("Oktober 2026", "Montag")


def test_every_font_has_the_spaces_within_numbers() -> None:
    with written_in("fr"):
        assert localized.number("1,234.5") == f"1{NBSP}234,5"
        assert localized.say("more", count=1234) == f"1{NBSP}234 de plus"


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("A", "A"),
        ("AB", "A and B"),
        ("ABC", "A, B and C"),
        ("ABCDE", "A, B, C, D and E"),
        ("ABCDEF", "A, B, C, D and 2 more"),
    ],
)
def test_names_are_listed_and_many_are_counted(names: str, text: str) -> None:
    assert localized.listed(list(names)) == text


def test_lists_end_as_the_language_and_the_sentence_want_it() -> None:
    assert localized.listed(["A", "B", "C"], last="or") == "A, B or C"
    with written_in("de"):
        assert localized.listed(list("ABCDEF")) == "A, B, C, D und 2 weitere"
        assert localized.listed(["A", "B"], last="or") == "A oder B"


def test_a_known_code_has_a_word_in_each_language_and_another_keeps_its_own() -> None:
    with written_in("de"):
        assert plain_words("close_up") == "Nahaufnahme"
        assert plain_words("wide_shot") == "wide shot"


def test_a_language_ends_with_its_block_and_an_unknown_one_is_refused() -> None:
    with written_in("de"):
        assert current() == "de"
    assert current() == "en"
    with pytest.raises(LookupError, match=f"use one of {', '.join(LANGUAGES)}"), written_in("tlh"):
        pass
