"""From rows to slices: which rows are the same, what a value means, and what it may not do."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from shared.bursts import (
    BurstRow,
    RefusedValueError,
    chosen,
    duplicates,
    narrowed,
    slices,
)
from shared.run_slices import RunSlice

SCHEMA = {"properties": {"projects": {"type": "array"}, "grain": {"type": "string"}}}


def rows(*pairs: tuple[str, dict[str, Any]]) -> tuple[list[BurstRow], list[dict[str, Any]]]:
    table = [BurstRow(to=to, values=values) for to, values in pairs]
    return table, [chosen(row.values, SCHEMA) for row in table]


def test_a_text_stands_for_a_list_of_one_where_a_list_is_wanted() -> None:
    assert chosen({"projects": "A", "grain": "day"}, SCHEMA) == {"projects": ["A"], "grain": "day"}
    assert chosen({"projects": ["A", "B", "A"]}, SCHEMA) == {"projects": ["A", "B"]}


@pytest.mark.parametrize("missing", [None, "", [], ()])
def test_a_value_that_is_missing_never_means_everything(missing: Any) -> None:
    with pytest.raises(RefusedValueError, match="there is no value"):
        chosen({"projects": missing}, SCHEMA)


def test_who_asks_for_the_same_part_shares_a_slice_whatever_the_order() -> None:
    found = slices(
        *rows(
            ("ada@example.com", {"projects": ["A", "B"]}),
            ("bob@example.com", {"projects": "A"}),
            ("eve@example.com", {"projects": ["B", "A"]}),
            ("una@example.com", {}),
        )
    )
    assert [[row.to for row in one.rows] for one in found] == [
        ["ada@example.com", "eve@example.com"],
        ["bob@example.com"],
        ["una@example.com"],
    ]
    assert [one.number for one in found] == [1, 2, 3]


def test_a_slice_has_the_formats_of_all_who_get_it() -> None:
    table = [BurstRow(to="ada@example.com"), BurstRow(to="bob@example.com", formats=("csv",))]
    (one,) = slices(table, [{}, {}])
    assert one.formats(("pdf",)) == ("pdf", "csv")


def test_the_same_part_for_the_same_mailbox_is_one_row_too_many() -> None:
    table, parts = rows(
        ("ada@example.com", {"projects": ["A", "B"]}),
        ("ada@example.com", {"projects": "A"}),
        ("ADA@example.com", {"projects": ["B", "A"]}),
    )
    assert list(duplicates(table, parts)) == [(2, 0)]


def test_a_part_narrows_the_report_and_never_widens_it() -> None:
    base = {"projects": ["A", "B"], "grain": "week"}
    assert narrowed(base, {"projects": ["A"]}) == {"projects": ["A"], "grain": "week"}
    assert narrowed(base, {"grain": "day"}) == {"projects": ["A", "B"], "grain": "day"}
    assert narrowed({"projects": []}, {"projects": ["Z"]}) == {"projects": ["Z"]}
    with pytest.raises(RefusedValueError, match="Z is not in the report, which has A, B"):
        narrowed(base, {"projects": ["A", "Z"]})


@pytest.mark.parametrize(
    ("part", "label"),
    [
        ({"projects": ["The Paper Admiral"]}, "The-Paper-Admiral"),
        ({"projects": ["Ångström Street", "../etc"]}, "Ångström-Street-etc"),
        ({"projects": ["x" * 200]}, "x" * 60),
        ({"grain": "day"}, ""),
        ({}, ""),
    ],
)
def test_what_names_its_files_is_fit_for_a_file_name(part: dict[str, Any], label: str) -> None:
    assert RunSlice(uuid4(), 1, part, "en", (), "key", "sha256").label == label
