"""Parts of a report: what they say can be asked for."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from shared.narrowing import Narrowing, to_names


def test_names_in_plain_words_open_what_the_source_calls_them() -> None:
    parts = to_names("scene_types", {"lip sync": "lip_sync"})
    assert parts == {"lip sync": Narrowing(parameters={"scene_types": ("lip_sync",)})}


def test_a_part_of_a_period_has_both_of_its_days() -> None:
    with pytest.raises(ValidationError, match="two days"):
        Narrowing(first_day=date(2026, 10, 5))
    week = Narrowing(first_day=date(2026, 10, 5), last_day=date(2026, 10, 11))
    assert Narrowing.model_validate_json(week.model_dump_json()) == week
