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
from services.aggregator.report_types.reviewer_productivity.messages import say
from services.aggregator.scope.filters import note
from services.aggregator.statistics.durations import HOUR
from services.aggregator.wording.notes import reach_notes, running_notes


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and whom it does not tell of."""
    progress = figures.progress
    zone = progress.period.timezone
    yield say("note-what-for")
    yield say("note-counting", zone=zone)
    yield say("note-columns")
    if only := note(figures.filters):
        yield only
    yield from running_notes(progress)
    if figures.waiting_in_all.at_end:
        yield say("note-waiting", count=figures.waiting_in_all.at_end)
    yield from _anonymity_notes(figures)
    yield from reach_notes(progress, figures.first_decision, "decision")


def _anonymity_notes(figures: Figures) -> Iterator[str]:
    """Who is not shown alone, and why."""
    if figures.teams_together:
        yield say("note-together", count=figures.teams_together)
    told = [
        measures
        for (when, team), measures in figures.measures.items()
        if team == EVERY_TEAM or (when in (NOW, BEFORE) and team in figures.teams)
    ]
    if not all(figures.may_show(measures) for measures in told):
        yield say("note-alone")
    if figures.people is None:
        return
    few, with_them = figures.people.few, figures.people.with_them
    if few:
        yield say("note-few", least=LEAST_REVIEWS, people=few)
    if with_them:
        yield say("note-with-them", people=with_them)
    if figures.people.unseen:
        yield say("note-unseen")


def chart_notes(figures: Figures) -> Iterator[str]:
    """What the lines leave out."""
    named = [team for team in figures.teams if team != TOGETHER and figures.of(NOW, team).reviews]
    points = medians_over_time(figures, named)
    if not points:
        yield say("note-one-line", least=LEAST_REVIEWS, grain=figures.grain)
        return
    if len(named) >= MOST_SERIES:
        yield say("note-lines", most=MOST_SERIES - 1)
    decided = {
        (team, bucket.key)
        for team in named
        for bucket in figures.buckets
        if figures.of(bucket.key, team).reviews
    }
    if decided - points.keys():
        yield say("note-gaps", least=LEAST_REVIEWS)


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
