"""What stands before all other sentences, in the language of the report."""

from __future__ import annotations

import pytest

from services.aggregator.first_sentences import said_first
from shared.banners import Banner
from shared.languages import written_in


@pytest.mark.parametrize(
    ("banner", "english", "german"),
    [
        (
            Banner(signal="loaded", not_later_than="09:00"),
            "The data may be old: the signal 'loaded' had not come by 09:00.",
            "Die Daten sind möglicherweise nicht aktuell: Das Signal „loaded“ war bis 09:00 Uhr "
            "nicht eingetroffen.",
        ),
        (
            Banner(reason="late clips"),
            "Reason of the correction: late clips",
            "Grund der Korrektur: late clips",
        ),
    ],
)
def test_a_banner_is_said_in_the_language_of_the_report(
    banner: Banner, english: str, german: str
) -> None:
    kept = Banner.of(banner.stored())
    assert kept == banner
    assert said_first(kept) == english
    with written_in("de"):
        assert said_first(kept) == german


@pytest.mark.parametrize("sentence", ["The data may be old: nobody came.", "{", "12", "null"])
def test_a_sentence_from_before_there_were_languages_stays_as_it_is(sentence: str) -> None:
    kept = Banner.of(sentence)
    assert kept is not None
    assert said_first(kept) == sentence
