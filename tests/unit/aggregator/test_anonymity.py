"""Whose figures may stand alone: nobody's with few reviews, and none that subtraction gives."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.report_types.reviewer_productivity.anonymity import (
    people_alone,
    teams_together,
)

PEOPLE = st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(1, 12), max_size=8)


@pytest.mark.parametrize(
    ("people", "alone"),
    [
        ({}, ""),
        ({"A": 5}, "A"),
        ({"A": 4}, ""),
        ({"A": 9, "B": 7}, "AB"),
        # One with few reviews would be what is left of the team: the next one hides them.
        ({"A": 9, "B": 7, "C": 2}, "A"),
        ({"A": 9, "B": 3, "C": 2}, "A"),
        ({"A": 9, "B": 6, "C": 2, "D": 2}, "A"),
        ({"A": 9, "B": 6, "C": 3, "D": 2}, "AB"),
        ({"A": 9, "B": 4}, ""),
    ],
)
def test_who_of_a_team_is_shown_alone(people: dict[str, int], alone: str) -> None:
    assert people_alone(people) == frozenset(alone)


@given(PEOPLE)
def test_nobody_is_shown_alone_with_few_reviews_nor_can_be_worked_out(
    people: dict[str, int],
) -> None:
    alone = people_alone(people)
    assert all(people[person] >= 5 for person in alone)
    left = [people[person] for person in people.keys() - alone]
    if alone and left:
        # The team's total less all that are shown.
        assert len(left) >= 2
        assert sum(left) >= 5


@given(PEOPLE)
def test_no_more_people_are_hidden_than_it_takes(people: dict[str, int]) -> None:
    hidden = people.keys() - people_alone(people)
    enough = [person for person in hidden if people[person] >= 5]
    if enough:
        # Without the largest of them the others would be too few.
        largest = max(enough, key=lambda person: (people[person], person))
        rest = [people[person] for person in hidden - {largest}]
        assert rest
        assert len(rest) == 1 or sum(rest) < 5


@pytest.mark.parametrize(
    ("census", "together"),
    [
        ({}, set()),
        ({"Day": {"A": 9, "B": 1}, "Night": {"C": 2, "D": 1}}, set()),
        ({"Day": {"A": 9, "B": 1}, "Night": {"C": 20}}, {"Day", "Night"}),
        ({"Day": {"A": 9, "B": 1}, "Night": {"C": 2}, "Noon": {"D": 1}}, {"Night", "Noon"}),
        # One and the same person in both: the smallest other team hides them.
        (
            {"Day": {"A": 9, "B": 1}, "Dusk": {"D": 4, "E": 4}, "N": {"C": 2}, "O": {"C": 1}},
            {"Dusk", "N", "O"},
        ),
        ({"Night": {"C": 20}}, {"Night"}),
    ],
)
def test_which_teams_are_counted_as_one(
    census: Mapping[str, Mapping[str, int]], together: set[str]
) -> None:
    assert teams_together(census) == together


@given(st.dictionaries(st.sampled_from("TUVWX"), PEOPLE.filter(bool), max_size=5))
def test_no_team_shows_what_one_person_did(census: dict[str, dict[str, int]]) -> None:
    together = teams_together(census)
    for team in census.keys() - together:
        assert len(census[team]) > 1
    people = {person for team in together for person in census[team]}
    if together != census.keys():
        assert len(people) != 1
