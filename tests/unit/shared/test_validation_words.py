"""What a person reads where Pydantic has refused something."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.periods import Period
from shared.validation_words import all_in_words


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: Size
    count: int = Field(ge=1)
    names: list[str] = Field(min_length=1, max_length=2)


GOOD = {"size": "small", "count": 1, "names": ["a"]}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"size": "huge"}, "size: use one of 'small' or 'large'"),
        ({"count": 0}, "count: this must be at least 1"),
        ({"count": "many"}, "count: give a whole number"),
        ({"names": []}, "names: give at least 1"),
        ({"names": ["a", 2, "c"]}, "names: give at most 2"),
        ({"names": [2]}, "names.0: give a text"),
        ({"x" * 500: 1}, "x" * 79 + "…: unknown field: leave it out, or see the documentation for"),
    ],
)
def test_each_mistake_is_said_with_the_name_of_its_field(
    wrong: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Order.model_validate(GOOD | wrong)

    said = all_in_words(refused.value)
    assert said.startswith(words)
    assert "pydantic" not in said


def test_our_own_sentences_stay_as_they_are() -> None:
    with pytest.raises(ValidationError) as refused:
        Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 2), timezone="Mars/X")

    assert all_in_words(refused.value) == (
        "timezone: unknown timezone 'Mars/X': use an IANA name such as Europe/Berlin"
    )
