"""What `generation_jobs` says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from services.aggregator.report_types.generation_jobs.figures import Figures, Tally
from services.aggregator.report_types.generation_jobs.messages import say
from services.aggregator.scope.filters import note, nothing_left, unknown
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.durations import HOUR
from services.aggregator.statistics.rounding import percentage, quotient
from services.aggregator.wording.comparisons import against
from services.aggregator.wording.moments import moment
from services.aggregator.wording.notes import reach_notes, running_notes
from services.aggregator.wording.numbers import percent
from shared import localized
from shared.localized import listed
from shared.messages import select

LEAST_RUNS, LEAST_FAILURES = 50, 5
"""Below these, that a worker fails more often than others may well be chance."""


def summary(figures: Figures) -> Iterator[str]:
    """The most important first."""
    if nothing := nothing_left(figures.filters):
        yield nothing
        return
    if figures.progress.stage is Stage.NOT_BEGUN:
        yield say("headline-not-begun")
    else:
        yield _headline(figures)
    if names := unknown(figures.filters):
        yield names
    if not figures.total.finished:
        return
    if not figures.statuses:
        yield from _outcome(figures.total)
        yield from _outlier(figures)
    if figures.table.row_count < figures.total.finished:
        shown = figures.table.row_count
        yield say("first-rows", shown=shown, found=figures.total.finished)


def _statuses(figures: Figures, count: int) -> str:
    """What is said of so many jobs where not all are counted: "failed or cancelled"."""
    adjectives = [say("of-status", status=status, count=count) for status in figures.statuses]
    return listed(adjectives, last="or") if adjectives else ""


def _headline(figures: Figures) -> str:
    now, before = figures.total.finished, figures.previous.finished
    running = figures.progress.stage is Stage.RUNNING
    about: dict[str, str | int] = {
        "count": now,
        "number": before,
        "days": figures.progress.period.days,
        "running": select(running),
        "narrowed": select(figures.statuses),
        "statuses": _statuses(figures, now),
    }
    if not figures.covered_before:
        return say("headline-not-covered", **about)
    if running:
        return say("headline-running", **about)
    if now == 0:
        return say("headline-none", **about)
    return say("headline-ended", against=against(now, before), **about)


def _outcome(total: Tally) -> Iterator[str]:
    if total.ran:
        share = percent(percentage(total.succeeded, total.ran) or Decimal(0))
        hours = quotient(total.gpu_milliseconds, HOUR, 1)
        yield say(
            "outcome",
            ran=total.ran,
            share=share,
            failed=total.failed,
            hours=localized.number(f"{hours:,}"),
        )
    if total.cancelled:
        yield say("cancelled", count=total.cancelled)


def _outlier(figures: Figures) -> Iterator[str]:
    """The worker that fails most often, if twice as often as the others together."""
    ran = {name: tally for name, tally in figures.workers.items() if name and tally.ran}
    shares = {
        name: Fraction(tally.failed, tally.ran)
        for name, tally in ran.items()
        if tally.ran >= LEAST_RUNS and tally.failed >= LEAST_FAILURES
    }
    if not shares or len(ran) < 2:
        return
    worst = max(shares, key=lambda name: (shares[name], name))
    others = sum((tally for name, tally in ran.items() if name != worst), Tally())
    if shares[worst] < 2 * Fraction(others.failed, others.ran):
        return
    mine = ran[worst]
    share = percent(percentage(mine.failed, mine.ran) or Decimal(0))
    rest = percent(percentage(others.failed, others.ran) or Decimal(0))
    yield say("outlier", worker=worst, share=share, jobs=mine.ran, others=rest)


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what is left out."""
    progress = figures.progress
    zone = progress.period.timezone
    yield say("note-counting", zone=zone)
    if only := note(figures.filters):
        yield only
    if figures.statuses:
        yield say("note-statuses", statuses=_statuses(figures, 2))
    yield from running_notes(progress)
    if figures.unfinished:
        at = moment(progress.as_of, zone)
        yield say("note-unfinished", at=at, count=figures.unfinished)
    yield from reach_notes(progress, figures.first_finish, "finished-job")
