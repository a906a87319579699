"""What `generation_jobs` says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from services.aggregator.report_types.generation_jobs.figures import Figures, Tally
from services.aggregator.scope.filters import note, nothing_left, unknown
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.durations import HOUR
from services.aggregator.statistics.rounding import percentage, quotient
from services.aggregator.wording.comparisons import against
from services.aggregator.wording.days import days_before, moment, whole_before
from services.aggregator.wording.grammar import sentence, was
from services.aggregator.wording.notes import not_covered, reach_notes, running_notes
from services.aggregator.wording.numbers import counted, percent
from shared.localized import listed

LEAST_RUNS, LEAST_FAILURES = 50, 5
"""Below these, that a worker fails more often than others may well be chance."""


def summary(figures: Figures) -> Iterator[str]:
    """The most important first."""
    if nothing := nothing_left(figures.filters):
        yield nothing
        return
    if figures.progress.stage is Stage.NOT_BEGUN:
        yield "The period has not begun, so no job has finished in it."
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
        yield (
            f"The table has the first {figures.table.row_count:,} of "
            f"{figures.total.finished:,} jobs; the figures above are of all."
        )


def _noun(figures: Figures) -> str:
    """What is counted: "job", or for instance "failed or cancelled job"."""
    return f"{listed(figures.statuses, last='or')} job" if figures.statuses else "job"


def _headline(figures: Figures) -> str:
    now, before = figures.total.finished, figures.previous.finished
    if not figures.covered_before:
        running = figures.progress.stage is Stage.RUNNING
        have = ("has " if now == 1 else "have ") if running else ""
        return (
            f"{sentence(counted(now, _noun(figures)))} {have}finished"
            f"{' so far' if running else ''}{not_covered(figures.progress)}."
        )
    days = figures.progress.period.days
    where = days_before(days)
    if figures.progress.stage is Stage.RUNNING:
        verb = "has" if now == 1 else "have"
        whole = whole_before(days)
        had = f"{before:,}" if before else "none"
        return (
            f"{sentence(counted(now, _noun(figures)))} {verb} finished so far; {whole} had {had}."
        )
    if now == 0:
        after = f"after {before:,}" if before else "and none"
        return f"No {_noun(figures)}s finished in this period, {after} {where}."
    return f"{sentence(counted(now, _noun(figures)))} finished, {against(now, before)} {where}."


def _outcome(total: Tally) -> Iterator[str]:
    if total.ran:
        share = percent(percentage(total.succeeded, total.ran) or Decimal(0))
        hours = quotient(total.gpu_milliseconds, HOUR, 1)
        yield (
            f"{sentence(counted(total.ran, 'job'))} ran: {share} succeeded and {total.failed:,} "
            f"failed; the GPUs computed for {hours:,} hours."
        )
    if total.cancelled:
        cancelled = sentence(counted(total.cancelled, "job"))
        yield f"{cancelled} {was(total.cancelled)} cancelled before the start."


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
    yield (
        f"Worker {worst} failed {share} of its {mine.ran:,} jobs, all other workers together "
        f"{rest}: it is worth a look."
    )


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what is left out."""
    progress = figures.progress
    zone = progress.period.timezone
    yield (
        "A job belongs to the day on which it finished (succeeded, failed or was cancelled) by "
        f"the clocks of {zone}, whenever it was queued; rows are in the order of that time, then "
        "of the job's number."
    )
    if only := note(figures.filters):
        yield only
    if figures.statuses:
        yield f"Only {_noun(figures)}s are counted, so there is no share of those that succeeded."
    yield from running_notes(progress)
    if figures.unfinished:
        verb = "is" if figures.unfinished == 1 else "are"
        yield (
            "Not in the list, because queued before the period's end and not finished by "
            f"{moment(progress.as_of, zone)}, {verb} {counted(figures.unfinished, 'job')}."
        )
    yield from reach_notes(progress, figures.first_finish, "finished-job")
