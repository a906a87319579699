"""How slices come to the whole, and what is told of the rest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.aggregator.bursting.rows import Offered, rows_of_answer
from services.aggregator.bursting.slices import title_of_part
from services.aggregator.bursting.sums import Ledger
from services.aggregator.scope.parts import Counting, Part, scene_values, together
from shared.bursts import MOST_TOLD
from shared.errors import PermanentError
from tests.documents import document, kpi

DELIVERED = Counting("characters_delivered", "characters", ("projects", "scene_types"))
PARTS = tuple(
    Part({"projects": project, "scene_types": scene}, counted)
    for project, scene, counted in (
        ("A", "crowd", 5),
        ("A", "action", 2),
        ("B", "crowd", 11),
        ("C", None, 1),
    )
)
SCHEMA = {"properties": {"projects": {"type": "array"}, "limit": {"type": "integer"}}}


def test_slices_that_are_everything_come_to_the_whole() -> None:
    ledger = Ledger(DELIVERED, PARTS)
    assert [ledger.add({"projects": [name]}) for name in "ABC"] == [7, 11, 1]
    sums = ledger.sums()
    assert (sums.whole, sums.slices, sums.in_several, sums.in_none) == (19, 19, 0, 0)
    assert ledger.without_recipient() == ((), 0)


def test_what_is_in_several_and_in_none_is_told() -> None:
    ledger = Ledger(DELIVERED, PARTS)
    assert ledger.add({"projects": ["A", "B"], "scene_types": ["crowd"]}) == 16
    assert ledger.add({"projects": ["A"], "scene_types": []}) == 7
    sums = ledger.sums()
    assert (sums.whole, sums.slices, sums.in_several, sums.in_none) == (19, 23, 5, 1)
    assert sums.whole == sums.slices - sums.in_several + sums.in_none
    named, more = ledger.without_recipient()
    assert [(one.values, one.counted) for one in named] == [
        ({"projects": "C", "scene_types": None}, 1)
    ]
    assert more == 0


def test_of_many_values_without_recipient_the_largest_are_named() -> None:
    parts = [Part({"projects": str(number)}, number) for number in range(MOST_TOLD + 50)]
    named, more = Ledger(DELIVERED, parts).without_recipient()
    assert (len(named), more) == (MOST_TOLD, 49)  # one has nothing in it
    assert named[0].counted == MOST_TOLD + 49


@pytest.mark.parametrize(("shown", "fits"), [("19", True), ("18", False), (None, False)])
def test_a_document_that_shows_another_figure_stops_everything(
    shown: str | None, fits: bool
) -> None:
    ledger = Ledger(DELIVERED, PARTS)
    told = document().model_copy(update={"kpis": (kpi("characters_delivered", shown, None),)})
    if fits:
        ledger.ensure_shown(told, ledger.whole, "the whole report")
    else:
        with pytest.raises(PermanentError, match="slices_do_not_add_up"):
            ledger.ensure_shown(told, ledger.whole, "the whole report")


def test_a_figure_is_compared_as_it_is_shown() -> None:
    hours = Counting("gpu_hours", "GPU milliseconds", (), divisor=3_600_000, places=1)
    ledger = Ledger(hours, [Part({}, 5_399_999)])
    told = document().model_copy(update={"kpis": (kpi("gpu_hours", "1.5", None),)})
    ledger.ensure_shown(told, ledger.whole, "the whole report")
    assert hours.shown(5_399_999) == Decimal("1.5")


def test_parts_told_apart_by_more_than_was_asked_are_added_up() -> None:
    counted = [
        (scene_values("A", "crowd", "hd"), 3),
        (scene_values("A", "action", "hd"), 4),
        (scene_values("B", "crowd", "uhd"), 5),
    ]
    assert together(counted, ["projects"]) == (
        Part({"projects": "A"}, 7),
        Part({"projects": "B"}, 5),
    )
    assert together(counted, []) == (Part({}, 12),)


def test_the_title_says_which_part_it_is() -> None:
    part = {"projects": ["The Paper Admiral"], "scene_types": ["close_up", "crowd"], "grain": "day"}
    assert title_of_part(part, DELIVERED) == "The Paper Admiral, close-up and crowd"
    assert title_of_part({"projects": list("ABCDE")}, DELIVERED) == "A, B and 3 more"
    assert title_of_part({}, DELIVERED) == ""


def answer(*records: dict[str, Any]) -> Any:
    return rows_of_answer(records, SCHEMA, Offered(("pdf", "csv"), ("en", "de"), "en"))


def test_rows_of_an_answer_are_read_by_the_names_of_its_columns() -> None:
    found = answer(
        {
            "to": " ada@example.com ",
            "formats": "pdf, csv",
            "language": "de",
            "projects": ["A", "B"],
            "limit": 10,
        },
        {"to": "bob@example.com", "formats": None, "projects": date(2026, 10, 1), "limit": 5},
    )
    ada, bob = found.rows
    assert (ada.to, ada.formats, ada.language) == ("ada@example.com", ("pdf", "csv"), "de")
    assert found.parts[0] == {"projects": ["A", "B"], "limit": 10}
    assert (bob.formats, bob.language) == (None, "en")
    assert found.parts[1]["projects"] == ["2026-10-01"]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"to": None}, "it has no recipient"),
        ({"to": "   "}, "it has no recipient"),
        ({"to": 7}, "it has no recipient"),
        ({"to": "ada@example.com\r\nBcc: eve@example.com"}, "that is no address"),
        ({"to": "a" * 321}, "that is no address"),
        ({"to": "ada@example.com", "formats": "papyrus"}, "it is not made as papyrus"),
        ({"to": "ada@example.com", "language": "fr"}, "it is not written in fr: use en, de"),
        ({"to": "ada@example.com", "language": 7}, "language"),
        ({"to": "ada@example.com", "projects": None}, "there is no value"),
    ],
)
def test_a_row_that_is_nobodys_is_told_with_the_reason(record: dict[str, Any], why: str) -> None:
    found = answer({"projects": "A", **record}, {"to": "bob@example.com", "projects": "B"})
    assert [row.to for row in found.rows] == ["bob@example.com"]
    (refused,) = found.refused
    assert refused.row == 1
    assert why in refused.reason


@pytest.mark.parametrize("name", ["project", "tongue"])
def test_a_column_that_is_no_parameter_stops_the_run_and_says_which_there_are(name: str) -> None:
    with pytest.raises(PermanentError, match="projects, limit"):
        answer({"to": "ada@example.com", name: "A"})
