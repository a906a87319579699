"""Whose figures may stand alone, and whose are counted together with those of others.

A census says how many reviews each person of each team decided. Figures that could be told by
subtracting what is shown from a total are as good as shown: so what is left over must be of
several people too.
"""

from __future__ import annotations

from collections.abc import Mapping

Census = Mapping[str, Mapping[str, int]]
"""Reviews by team and person; whoever decided none is not in it."""

LEAST_REVIEWS = 5
"""Nobody is shown alone with fewer."""


def teams_together(census: Census) -> frozenset[str]:
    """The teams that are counted as one: those in which one person alone decided reviews.

    Where that is one person in all, the smallest of the other teams is counted with them.
    """
    together = {team for team, people in census.items() if len(people) == 1}
    by_size = sorted(census, key=lambda team: (sum(census[team].values()), team))
    for team in by_size:
        if len({person for one in together for person in census[one]}) != 1:
            break
        together.add(team)
    return frozenset(together)


def people_alone(people: Mapping[str, int]) -> frozenset[str]:
    """Those of one team who may be shown alone; the others of the team are counted as one.

    The others are two people and `LEAST_REVIEWS` reviews at least, or none: where those with
    few reviews are not enough for that, the next ones are counted with them.
    """
    alone = {person for person, reviews in people.items() if reviews >= LEAST_REVIEWS}
    for person in sorted(alone, key=lambda one: (people[one], one)):
        if may_stand([people[one] for one in people if one not in alone]):
            break
        alone.discard(person)
    return frozenset(alone)


def may_stand(reviews: list[int]) -> bool:
    """Whether people with so many reviews each can be one row: nobody's figures are in it alone."""
    return not reviews or (len(reviews) > 1 and sum(reviews) >= LEAST_REVIEWS)
