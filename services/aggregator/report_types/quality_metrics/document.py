"""The document that the figures of a quality report make. Pure: equal figures, equal document."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from services.aggregator.report_types.quality_metrics.charts import (
    failure_chart,
    pass_chart,
    what_rules_mark,
)
from services.aggregator.report_types.quality_metrics.figures import (
    Attempts,
    Change,
    Checked,
    Figures,
    found_in,
    passed_in,
)
from services.aggregator.report_types.quality_metrics.findings import (
    Comparison,
    compared,
)
from services.aggregator.report_types.quality_metrics.messages import say
from services.aggregator.report_types.quality_metrics.sentences import (
    change_failure,
    failure_trend,
    failures_around,
    notes,
    summary,
)
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.scope.dimensions import Dimension
from services.aggregator.scope.grain import bucket_cells, bucket_columns, whole_period_cells
from services.aggregator.statistics.headline import kpi
from services.aggregator.statistics.intervals import Share
from services.aggregator.statistics.ratio import ratio_kpi
from services.aggregator.statistics.rounding import percentage, quotient
from shared.document import Column, Kind, Kpi, ReportDocument, Section, Table, Verdict

NAME = "quality_metrics"
TITLE = "Quality metrics"


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    return report_document(
        NAME,
        say("title"),
        request,
        figures.scope.as_of,
        summary=summary(figures),
        kpis=_kpis(figures),
        covered_before=figures.scope.progress.covered_before(figures.first_check),
        sections=_sections(figures),
        notes=notes(figures),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    """Pass rates, repeats and checks. Good or bad only where the difference is no noise."""
    now, before = figures.passed, figures.passed_before
    attempts, attempts_before = figures.total_attempts, figures.attempts_before
    stage = figures.scope.stage
    return (
        ratio_kpi(
            "pass_rate", say("pass-rate"),
            (now.part * 100, now.whole), (before.part * 100, before.whole),
            places=1, unit="%", stage=stage,
            more_is=_if_clear(before, now, Verdict.GOOD),
        ),
        ratio_kpi(
            "first_pass_rate", say("kpi-first"),
            (figures.first.part * 100, figures.first.whole),
            (figures.first_before.part * 100, figures.first_before.whole),
            places=1, unit="%", stage=stage,
            more_is=_if_clear(figures.first_before, figures.first, Verdict.GOOD),
        ),
        ratio_kpi(
            "mean_retries", say("mean-retries"),
            (attempts.repeats, attempts.first), (attempts_before.repeats, attempts_before.first),
            places=2, unit="", stage=stage,
            more_is=_if_clear(_repeated(attempts_before), _repeated(attempts), Verdict.BAD),
        ),
        kpi("checks", say("kpi-checks"), now.whole, before.whole, unit="", stage=stage),
    )  # fmt: skip


def _repeated(attempts: Attempts) -> Share:
    return Share(attempts.repeats, attempts.first + attempts.repeats)


def _if_clear(before: Share, now: Share, verdict: Verdict) -> Verdict:
    return verdict if compared(before, now).clear else Verdict.NEUTRAL


def _sections(figures: Figures) -> tuple[Section, ...]:
    """Over time, by what fails, around each workflow change, by what was made."""
    checked = figures.passed.whole > 0
    failed = figures.passed.part < figures.passed.whole
    found = tuple(figures.changes)
    return (
        Section(
            title=say("section-over-time"),
            text=what_rules_mark(figures) if checked else (say("nothing-to-draw"),),
            charts=(pass_chart(figures),) if checked else (),
            tables=(_over_time(figures),),
        ),
        Section(
            title=say("section-failures"),
            text=() if failed else (say("no-check-failed"),),
            charts=(failure_chart(figures),) if failed else (),
            tables=(_failures(figures),),
        ),
        Section(
            title=say("section-changes"),
            text=() if found else (say("no-change"),),
            tables=(_changes(figures), _around_changes(figures)) if found else (),
        ),
        Section(
            title=say("section-by"),
            tables=(
                _by(figures, Dimension.SCENE_TYPE),
                _by(figures, Dimension.RESOLUTION_TIER),
                _by(figures, Dimension.PROJECT),
            ),
        ),
    )


# Cells


def _text(name: str, title: str, *, coded: bool = False) -> Column:
    return Column(name=name, title=title, kind=Kind.TEXT, coded=coded)


def _count(name: str, title: str, *, compares: bool = False) -> Column:
    return Column(name=name, title=title, kind=Kind.INTEGER, compares=compares)


def _percentage(name: str, title: str, *, compares: bool = False) -> Column:
    return Column(name=name, title=title, kind=Kind.PERCENT, places=1, compares=compares)


def _points(name: str, title: str) -> Column:
    return Column(name=name, title=title, kind=Kind.DECIMAL, places=2)


def _difference_columns() -> tuple[Column, ...]:
    """Of two shares, whatever they are of."""
    return (
        _points("difference_points", say("column-points")),
        _points("low_points", say("column-from")),
        _points("high_points", say("column-to")),
        _text("reading", say("column-reading")),
    )


def _columns_on_period_before() -> tuple[Column, ...]:
    return tuple(column.model_copy(update={"compares": True}) for column in _difference_columns())


def _percent_cell(share: Share) -> str | None:
    found = percentage(share.part, share.whole)
    return None if found is None else str(found)


def _compared_cells(found: Comparison) -> tuple[str | None, ...]:
    """In percentage points, to two decimals."""
    three = found.difference
    ends = (None,) * 3 if three is None else (three.value, three.low, three.high)
    rounded = [
        None if end is None else str((end * 100).quantize(Decimal("0.01"), ROUND_HALF_EVEN))
        for end in ends
    ]
    return (*rounded, found.reading.words)


# Over time


def _over_time(figures: Figures) -> Table:
    scope = figures.scope
    return Table(
        name="over_time",
        title=say("table-over-time", grain=scope.grain),
        columns=(
            *bucket_columns(scope.grain),
            _count("checks", say("column-checks")),
            _count("passed", say("column-passed")),
            _percentage("pass_percent", say("pass-rate")),
            _count("first_attempts", say("column-first")),
            _count("repeats", say("column-repeats")),
            _points("mean_retries", say("mean-retries")),
        ),
        rows=tuple(
            (
                *bucket_cells(bucket, scope.grain),
                *_time_cells(
                    passed_in(figures.findings.get(bucket.key, {})),
                    figures.attempts.get(bucket.key, Attempts()),
                ),
            )
            for bucket in scope.buckets
        ),
        total=(
            *whole_period_cells(scope.period, scope.grain),
            *_time_cells(figures.passed, figures.total_attempts),
        ),
    )


def _time_cells(passed: Share, attempts: Attempts) -> tuple[Any, ...]:
    mean = quotient(attempts.repeats, attempts.first, 2) if attempts.first else None
    return (
        passed.whole,
        passed.part,
        _percent_cell(passed),
        attempts.first,
        attempts.repeats,
        None if mean is None else str(mean),
    )


# Failures


def _failures(figures: Figures) -> Table:
    failed = figures.passed.whole - figures.passed.part
    before = figures.passed_before.whole - figures.passed_before.part
    return Table(
        name="failures",
        title=say("table-failures"),
        columns=(
            _text("failure", say("column-failure"), coded=True),
            _count("checks", say("column-checks")),
            _percentage("share_percent", say("column-of-failures")),
            _percentage("rate_percent", say("column-of-checks")),
            _count("previous_checks", say("column-previous"), compares=True),
            _percentage("previous_rate_percent", say("column-of-checks"), compares=True),
            *_columns_on_period_before(),
        ),
        rows=tuple(
            (
                name,
                figures.total.get(name, 0),
                _percent_cell(Share(figures.total.get(name, 0), failed)),
                _percent_cell(found_in(figures.total, name)),
                figures.findings_before.get(name, 0),
                _percent_cell(found_in(figures.findings_before, name)),
                *_compared_cells(failure_trend(figures, name)),
            )
            for name in figures.failures
        ),
        total=(
            say("all-failures"),
            failed,
            _percent_cell(Share(failed, failed)),
            _percent_cell(Share(failed, figures.passed.whole)),
            before,
            _percent_cell(Share(before, figures.passed_before.whole)),
            *_compared_cells(
                compared(
                    Share(before, figures.passed_before.whole),
                    Share(failed, figures.passed.whole),
                    more_is_better=False,
                )
            ),
        )
        if figures.failures
        else None,
    )


# Workflow changes


def _instant(name: str, title: str) -> Column:
    return Column(name=name, title=title, kind=Kind.INSTANT)


def _changes(figures: Figures) -> Table:
    return Table(
        name="workflow_changes",
        title=say("table-changes"),
        columns=(
            _text("number", say("column-number")),
            _text("change", say("column-workflow-change")),
            _instant("changed_at", say("column-changed")),
            _instant("before_from", say("column-compared-from")),
            _instant("after_until", say("column-compared-until")),
        ),
        rows=tuple(
            (
                str(number),
                change.title,
                change.changed_at.isoformat(),
                change.before_from.isoformat(),
                change.after_until.isoformat(),
            )
            for number, change in enumerate(figures.changes, 1)
        ),
    )


def _around_changes(figures: Figures) -> Table:
    return Table(
        name="around_changes",
        title=say("table-around"),
        columns=(
            _text("number", say("column-number")),
            _text("measure", say("column-measure"), coded=True),
            _count("checks_before", say("column-checks-before")),
            _percentage("before_percent", say("column-before")),
            _count("checks_after", say("column-checks-after")),
            _percentage("after_percent", say("column-after")),
            *_difference_columns(),
        ),
        rows=tuple(
            row
            for number, change in enumerate(figures.changes, 1)
            for row in _change_rows(str(number), change)
        ),
    )


def _change_rows(number: str, change: Change) -> list[tuple[Any, ...]]:
    names = failures_around(change)
    measures: Mapping[str, Comparison] = {
        say("pass-rate"): compared(passed_in(change.before), passed_in(change.after)),
        **{name: change_failure(change, name, len(names)) for name in names},
    }
    return [
        (
            number,
            measure,
            found.before.whole,
            _percent_cell(found.before),
            found.after.whole,
            _percent_cell(found.after),
            *_compared_cells(found),
        )
        for measure, found in measures.items()
    ]


# By what was made


def _by(figures: Figures, dimension: Dimension) -> Table:
    groups = figures.by(dimension)
    whole = [sum((pair[side] for pair in groups.values()), Checked()) for side in (0, 1)]
    return Table(
        name=f"by_{dimension}",
        title=say("table-by", dimension=dimension),
        columns=(
            dimension.column,
            _count("checks", say("column-checks")),
            _percentage("pass_percent", say("pass-rate")),
            _count("previous_checks", say("column-checks-before"), compares=True),
            _percentage("previous_pass_percent", say("column-rate-before"), compares=True),
            *_columns_on_period_before(),
        ),
        rows=tuple(_kind_row(name, *pair, len(groups)) for name, pair in groups.items()),
        total=_kind_row(say("all-of", dimension=dimension), whole[0], whole[1], 1)
        if groups
        else None,
    )


def _kind_row(name: str, now: Checked, before: Checked, comparisons: int) -> tuple[Any, ...]:
    return (
        name,
        now.checks,
        _percent_cell(now.share),
        before.checks,
        _percent_cell(before.share),
        *_compared_cells(compared(before.share, now.share, comparisons=comparisons)),
    )
