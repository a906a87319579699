"""Codes in the words that people read."""

from __future__ import annotations

import pytest

from shared.plain_words import plain_words, told_apart


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("close_up", "close-up"),
        ("identity_drift", "identity drift"),
        ("uhd", "UHD"),
        ("crowd", "crowd"),
        # No codes: people wrote these.
        ("Pass rate", "Pass rate"),
        ("Take_2", "Take_2"),
        ("_", "_"),
        ("", ""),
    ],
)
def test_a_code_reads_as_words(code: str, words: str) -> None:
    assert plain_words(code) == words
    assert plain_words(words) == words


def test_two_codes_that_would_read_alike_stay_apart() -> None:
    assert told_apart(["close_up", "close-up", "wide_shot"]) == {
        "close_up": "close_up",
        "close-up": "close-up",
        "wide_shot": "wide shot",
    }
