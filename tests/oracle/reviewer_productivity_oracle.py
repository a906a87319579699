"""`reviewer_productivity`, once more: review by review in plain Python, from the generated rows.

Nothing of the report type is used. Days are read off the clock of the period's timezone, shares
are exact fractions, quantiles come from sorted lists, and who may be shown is worked out anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import ceil

from deploy.demo.generate import Tables
from deploy.demo.rows import Review
from shared.document import Cell
from tests.oracle.plain import HOUR, bucket_of, fixed
from tests.oracle.question import Question

OTHERS = "Others, counted together"
TOGETHER = "Teams counted together"


@dataclass(frozen=True)
class Decided:
    """One decided review."""

    on: date
    team: str
    person: str
    approved: bool
    segments: int
    notes: int
    milliseconds: int


@dataclass
class Expected:
    """What the report should say; figures are exact."""

    now: list[Decided] = field(default_factory=list)
    before: list[Decided] = field(default_factory=list)
    waiting: list[Review] = field(default_factory=list)
    """At the end."""
    waiting_at_beginning: int = 0
    ends_at: datetime | None = None
    together: set[str] = field(default_factory=set)

    def team(self, name: str) -> str:
        return TOGETHER if name in self.together else name


def expected(
    tables: Tables,
    question: Question,
) -> Expected:
    as_of, first_day, last_day = question.as_of, question.first_day, question.last_day
    names = {project.id: project.name for project in tables.projects}
    notes = Counter(annotation.review_id for annotation in tables.annotations)
    midnight = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=question.zone)
    truth = Expected(ends_at=min(midnight, as_of, key=datetime.timestamp))
    wanted = {
        character.id
        for character in tables.characters
        if question.covers(
            names[character.project_id], character.scene_type, character.resolution_tier
        )
    }
    for review in tables.reviews:
        if review.character_id not in wanted:
            continue
        decided = review.decided_at
        if decided is not None and decided >= as_of:
            decided = None
        on = None if decided is None else question.day(decided)
        asked = question.day(review.requested_at)
        if review.requested_at < as_of:
            if asked <= last_day and (on is None or on > last_day):
                truth.waiting.append(review)
            truth.waiting_at_beginning += asked < first_day and (on is None or on >= first_day)
        if decided is None or on is None:
            continue
        one = Decided(
            on=on,
            team=review.reviewer_team,
            person=review.reviewer,
            approved=review.decision == "approved",
            segments=review.segments,
            notes=notes[review.id],
            milliseconds=(decided - review.requested_at) // timedelta(milliseconds=1),
        )
        half = question.half(on)
        if half is not None:
            (truth.now, truth.before)[half].append(one)
    truth.together = together(truth.now)
    return truth


def together(reviews: Iterable[Decided]) -> set[str]:
    """Teams in which one person decided; with the smallest other ones while that is one in all."""
    people = defaultdict(set)
    sizes: Counter[str] = Counter()
    for review in reviews:
        people[review.team].add(review.person)
        sizes[review.team] += 1
    folded = [team for team in people if len(people[team]) == 1]
    rest = sorted((sizes[team], team) for team in people if len(people[team]) > 1)
    while folded and rest and len(set().union(*(people[team] for team in folded))) == 1:
        folded.append(rest.pop(0)[1])
    return set(folded)


def alone(reviews: Iterable[Decided]) -> set[tuple[str, str]]:
    """Who may be shown, as (team, person)."""
    counts = Counter((review.team, review.person) for review in reviews)
    shown = set()
    for team in {team for team, _ in counts}:
        ranked = sorted((n, pair) for pair, n in counts.items() if pair[0] == team)
        hidden = [entry for entry in ranked if entry[0] < 5]
        while 0 < len(hidden) < len(ranked) and (len(hidden) == 1 or sum(n for n, _ in hidden) < 5):
            hidden = ranked[: len(hidden) + 1]
        shown |= {pair for _, pair in ranked[len(hidden) :]}
    return shown


def quantile(values: Iterable[int], of: Fraction) -> int | None:
    """The smallest of them that so large a part of them does not exceed."""
    ordered = sorted(values)
    return ordered[ceil(of * len(ordered)) - 1] if ordered else None


@dataclass(frozen=True)
class Row:
    """The measures of some reviews, rounded as a table shows them."""

    reviews: int
    rejected: int | None = None
    approved_percent: str | None = None
    median_hours: str | None = None
    ninetieth_hours: str | None = None
    notes_per_segment: str | None = None

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(vars(self).values())


def row(reviews: Sequence[Decided], *, people_too: bool = False) -> Row:
    """Of one person's reviews only their number, unless people may be shown."""
    count = len(reviews)
    if count == 0 or hidden(reviews, people_too=people_too):
        return Row(count)
    approved = sum(review.approved for review in reviews)
    times = [review.milliseconds for review in reviews]
    return Row(
        count,
        count - approved,
        fixed(Fraction(100 * approved, count), 1),
        hours(quantile(times, Fraction(1, 2))),
        hours(quantile(times, Fraction(9, 10))),
        fixed(Fraction(sum(r.notes for r in reviews), sum(r.segments for r in reviews)), 2),
    )


def hidden(reviews: Sequence[Decided], *, people_too: bool) -> bool:
    """Whether nothing but their number may be told."""
    one_person = len({review.person for review in reviews}) == 1
    return one_person and not (people_too and len(reviews) >= 5)


def hours(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else fixed(Fraction(milliseconds, HOUR), 1)


def by_bucket(reviews: Iterable[Decided], grain: str) -> dict[str, list[Decided]]:
    found = defaultdict(list)
    for review in reviews:
        found[bucket_of(review.on, grain)].append(review)
    return found
