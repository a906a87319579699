"""What a report says of the names in its filters."""

from __future__ import annotations

from services.aggregator.report_types.filters import Filter, kept, missing, nothing_left

ALL = Filter("project")
SOME = Filter("scene type", known=("action", "crowd"), unknown=("opera",))
NONE = Filter("worker", unknown=("gpu-7", "gpu-8"))


def test_only_a_filter_whose_names_are_all_unknown_lets_nothing_pass() -> None:
    assert not nothing_left((ALL, SOME))
    assert nothing_left((ALL, SOME, NONE))


def test_unknown_names_are_told_by_kind() -> None:
    assert missing((ALL,)) is None
    assert missing((ALL, SOME)) == "the source has no scene type named opera."
    assert (
        missing((SOME, NONE))
        == "the source has no scene type named opera and no workers named gpu-7 and gpu-8."
    )


def test_known_names_are_told_as_what_is_counted() -> None:
    assert kept((ALL, NONE)) is None
    assert kept((ALL, SOME)) == "scene type action or crowd"
    assert kept((Filter("project", ("A",)), SOME)) == "project A, scene type action or crowd"
