"""What the figures of `generation_jobs` say: the document, from what the source answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.scope.filters import Asked, note, nothing_left, unknown
from services.aggregator.scope.progress import Progress, Stage
from services.aggregator.statistics.headline import kpi
from services.aggregator.statistics.ratio import ratio_kpi
from services.aggregator.statistics.rounding import percentage, quotient
from services.aggregator.wording.comparisons import against
from services.aggregator.wording.days import moment
from services.aggregator.wording.grammar import listed, sentence
from services.aggregator.wording.notes import half_covered, reach_notes, running_notes
from services.aggregator.wording.numbers import counted, percent
from shared.document import Kpi, ReportDocument, Section, Table, Verdict

NAME = "generation_jobs"
TITLE = "Generation jobs"
MILLISECONDS_PER_HOUR = 3_600_000


@dataclass(frozen=True)
class Tally:
    """What some jobs came to."""

    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    repeated: int = 0
    """Jobs that were not the first attempt at their scene."""
    gpu_milliseconds: int = 0

    @property
    def finished(self) -> int:
        """All of them."""
        return self.ran + self.cancelled

    @property
    def ran(self) -> int:
        """Those that a worker took."""
        return self.succeeded + self.failed

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.succeeded + other.succeeded,
            self.failed + other.failed,
            self.cancelled + other.cancelled,
            self.repeated + other.repeated,
            self.gpu_milliseconds + other.gpu_milliseconds,
        )


@dataclass(frozen=True)
class Figures:
    """What the source said, and all that the document is made from."""

    progress: Progress
    workers: Mapping[str | None, Tally]
    """In the period, by worker; None: jobs that no worker took."""
    previous: Tally
    """All jobs of the period before."""
    table: Table
    """One row per job, by finish and id; fewer than there were where a limit was asked for."""
    unfinished: int
    """Jobs queued before the period's end that have not finished by the as-of time."""
    first_finish: datetime | None
    """Of the whole source."""
    filters: tuple[Asked, ...] = ()
    statuses: tuple[str, ...] = ()
    """How the jobs finished that were asked for; all of them without."""

    @cached_property
    def total(self) -> Tally:
        """All jobs of the period, also those that a limit keeps out of the rows."""
        return sum(self.workers.values(), Tally())


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    return report_document(
        NAME,
        TITLE,
        request,
        figures.progress.as_of,
        summary=_summary(figures),
        kpis=_kpis(figures),
        covered_before=_covered(figures),
        sections=(Section(title="Jobs", tables=(figures.table,)),),
        notes=_notes(figures),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    now, before, stage = figures.total, figures.previous, figures.progress.stage
    # Of the jobs of one status none or all succeeded: that is no figure about the farm.
    ran_now, ran_before = (0, 0) if figures.statuses else (now.ran, before.ran)
    return (
        kpi(
            "jobs_finished", "Jobs finished", now.finished, before.finished,
            unit="jobs", stage=stage,
        ),
        ratio_kpi(
            "succeeded_percent", "Jobs that succeeded",
            (now.succeeded * 100, ran_now), (before.succeeded * 100, ran_before),
            unit="%", places=1, stage=stage, more_is=Verdict.GOOD,
        ),
        ratio_kpi(
            "repeated_percent", "Repeated attempts",
            (now.repeated * 100, now.finished), (before.repeated * 100, before.finished),
            unit="%", places=1, stage=stage, more_is=Verdict.BAD,
        ),
        kpi(
            "gpu_hours", "GPU time", now.gpu_milliseconds, before.gpu_milliseconds,
            divisor=MILLISECONDS_PER_HOUR, places=1, unit="h", stage=stage,
        ),
    )  # fmt: skip


# Sentences


def _summary(figures: Figures) -> Iterator[str]:
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


def _covered(figures: Figures) -> bool:
    return figures.progress.covered_before(figures.first_finish)


def _headline(figures: Figures) -> str:
    now, before = figures.total.finished, figures.previous.finished
    if not _covered(figures):
        running = figures.progress.stage is Stage.RUNNING
        have = ("has " if now == 1 else "have ") if running else ""
        return (
            f"{sentence(counted(now, _noun(figures)))} {have}finished"
            f"{' so far' if running else ''}{half_covered(figures.progress)}."
        )
    days = figures.progress.period.days
    where = "on the day before" if days == 1 else f"in the {days:,} days before"
    if figures.progress.stage is Stage.RUNNING:
        verb = "has" if now == 1 else "have"
        whole = "the day before" if days == 1 else f"the whole {days:,} days before"
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
        hours = quotient(total.gpu_milliseconds, MILLISECONDS_PER_HOUR, 1)
        yield (
            f"{sentence(counted(total.ran, 'job'))} ran: {share} succeeded and {total.failed:,} "
            f"failed; the GPUs computed for {hours:,} hours."
        )
    if total.cancelled:
        verb = "was" if total.cancelled == 1 else "were"
        yield f"{sentence(counted(total.cancelled, 'job'))} {verb} cancelled before the start."


LEAST_RUNS, LEAST_FAILURES = 50, 5
"""Below these, that a worker fails more often than others may well be chance."""


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


# Notes


def _notes(figures: Figures) -> Iterator[str]:
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
        yield (f"Only {_noun(figures)}s are counted, so there is no share of those that succeeded.")
    yield from running_notes(progress)
    if figures.unfinished:
        verb = "is" if figures.unfinished == 1 else "are"
        yield (
            "Not in the list, because queued before the period's end and not finished by "
            f"{moment(progress.as_of, zone)}, {verb} {counted(figures.unfinished, 'job')}."
        )
    yield from reach_notes(progress, figures.first_finish, "finished job", "finished jobs")
