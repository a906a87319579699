"""How the figures of `reviewer_productivity` were counted, and what they leave out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.aggregator.charts.stacked_bars import MOST_SERIES
from services.aggregator.report_types.reviewer_productivity.anonymity import LEAST_REVIEWS
from services.aggregator.report_types.reviewer_productivity.figures import (
    BEFORE,
    EVERY_TEAM,
    NOW,
    TOGETHER,
    Figures,
)
from services.aggregator.scope.filters import note
from services.aggregator.statistics.durations import HOUR
from services.aggregator.wording.notes import reach_notes, running_notes
from services.aggregator.wording.numbers import counted


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and whom it does not tell of."""
    progress = figures.progress
    zone = progress.period.timezone
    yield "These are figures of the pipeline: where reviews wait, not how good anybody's work is."
    yield (
        f"A review counts once, on the day of its decision by the clocks of {zone}. It takes from "
        "the request to the decision, nights and weekends included."
    )
    yield (
        "Half of the reviews took no longer than the median, nine in ten no longer than the time "
        "under 9 in 10; the median of the period before stands under Before. Notes per segment "
        "are all notes of the decided reviews over all segments looked at."
    )
    if only := note(figures.filters):
        yield only
    yield from running_notes(progress)
    if figures.waiting_in_all.at_end:
        yield (
            "Not counted as decided, because still waiting: "
            f"{counted(figures.waiting_in_all.at_end, 'review')}."
        )
    yield from _anonymity_notes(figures)
    yield from reach_notes(progress, figures.first_decision, "decision")


def _anonymity_notes(figures: Figures) -> Iterator[str]:
    """Who is not shown alone, and why."""
    if figures.teams_together:
        teams = counted(figures.teams_together, "team")
        yield (
            f"So that nobody's figures stand alone, {teams} are counted together: those in which "
            "one person decided, and where that is one person in all, the smallest of the others."
        )
    told = [
        measures
        for (when, team), measures in figures.measures.items()
        if team == EVERY_TEAM or (when in (NOW, BEFORE) and team in figures.teams)
    ]
    if not all(figures.may_show(measures) for measures in told):
        yield (
            "Where one person alone decided the reviews, nothing is told of them but how many "
            "there were."
        )
    if figures.people is None:
        return
    few, with_them = figures.people.few, figures.people.with_them
    if few:
        people = "1 person" if few == 1 else f"{few:,} people"
        yield (
            f"Not shown alone but counted together with others of the team, because of fewer than "
            f"{LEAST_REVIEWS} reviews: {people}."
        )
    if with_them:
        people = "1 person" if with_them == 1 else f"{with_them:,} people"
        yield f"Counted with them, so that nobody's figures can be worked out: {people}."
    if figures.people.unseen:
        yield (
            "Teams that are too small for that are in the table by team alone, not in the one by "
            "person."
        )


def chart_notes(figures: Figures) -> Iterator[str]:
    """What the lines leave out."""
    named = [team for team in figures.teams if team != TOGETHER and figures.of(NOW, team).reviews]
    points = medians_over_time(figures, named)
    if not points:
        yield (
            f"The line is of all teams together: none decided {LEAST_REVIEWS} reviews or more in "
            f"one {figures.grain}."
        )
        return
    if len(named) >= MOST_SERIES:
        yield (
            f"The lines are of the {MOST_SERIES - 1} teams with most reviews; the table has every "
            "team."
        )
    decided = {
        (team, bucket.key)
        for team in named
        for bucket in figures.buckets
        if figures.of(bucket.key, team).reviews
    }
    if decided - points.keys():
        yield (
            f"A team's line has a gap where the team decided fewer than {LEAST_REVIEWS} reviews or "
            "one person decided them alone."
        )


def medians_over_time(figures: Figures, teams: Sequence[str]) -> dict[tuple[str, str], Decimal]:
    """Median hours by team and bucket; that of one team's handful of reviews is chance."""
    found = {
        (team, bucket.key): figures.shown(bucket.key, team)
        for team in teams
        for bucket in figures.buckets
    }
    return {
        group: Decimal(measures.median) / HOUR
        for group, measures in found.items()
        if measures is not None
        and measures.median is not None
        and (group[0] == EVERY_TEAM or measures.reviews >= LEAST_REVIEWS)
    }
