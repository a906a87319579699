"""The charts of a quality report: the pass rate and the failures over time."""

from __future__ import annotations

from services.aggregator.charts.lines import lines
from services.aggregator.charts.stacked_bars import MOST_SERIES
from services.aggregator.report_types.quality_metrics.figures import (
    Figures,
    found_in,
    passed_in,
)
from services.aggregator.report_types.quality_metrics.findings import share_words
from services.aggregator.wording.grammar import listed
from shared.document import Chart
from shared.plain_words import told_apart

RATE = "Pass rate"


def pass_chart(figures: Figures) -> Chart:
    """The share of checks that passed, bucket by bucket."""
    rates = {
        (RATE, key): share.value * 100
        for key, found in figures.findings.items()
        if (share := passed_in(found)).whole
    }
    marked = _marked(figures)
    rules = " Upright rules mark the workflow changes of the period." if marked else ""
    return lines(
        rates,
        name="pass_rate",
        title=f"Checks passed per {figures.scope.grain}, in percent",
        alternative_text=(
            f"A line, one point per {figures.scope.grain} of {_days(figures)}: the share of checks "
            f"that passed, {share_words(figures.passed)} over the whole period.{rules}"
        ),
        buckets=figures.scope.buckets,
        grain=figures.scope.grain,
        series=[RATE],
        value_title="Passed (%)",
        value_format=",~r",
        from_zero=False,
        changes=marked,
    )


def what_rules_mark(figures: Figures) -> tuple[str, ...]:
    """A sentence that names the changes behind the numbers in a chart; none without any."""
    marked = [
        f"{number} is “{change.title}”"
        for number, change in enumerate(figures.changes, 1)
        if figures.bucket_of(change.changed_at) is not None
    ]
    if not marked:
        return ()
    rules = "The upright rule marks a workflow change"
    if len(marked) > 1:
        rules = "Upright rules mark workflow changes"
    return (f"{rules}: {listed(marked)}.",)


def _marked(figures: Figures) -> dict[str, str]:
    """By the bucket that it lies in, the numbers of the changes of the period."""
    found: dict[str, str] = {}
    for number, change in enumerate(figures.changes, 1):
        if (key := figures.bucket_of(change.changed_at)) is not None:
            found[key] = f"{found[key]}, {number}" if key in found else str(number)
    return found


def _days(figures: Figures) -> str:
    return figures.scope.period.words


def failure_chart(figures: Figures) -> Chart:
    """How often checks found what, bucket by bucket."""
    names = [name for name in figures.failures if figures.total.get(name)][:MOST_SERIES]
    words = told_apart(names)
    rates = {
        (words[name], key): found_in(found, name).value * 100
        for key, found in figures.findings.items()
        if passed_in(found).whole
        for name in names
    }
    return lines(
        rates,
        name="failures",
        title=f"Failures per 100 checks and {figures.scope.grain}",
        alternative_text=(
            f"Lines, one point per {figures.scope.grain} of {_days(figures)}: how many of 100 "
            f"checks found {listed(list(words.values()), at_most=MOST_SERIES)}. The commonest, "
            f"{words[names[0]]}, was found by "
            f"{share_words(found_in(figures.total, names[0]))} of all checks."
        ),
        buckets=figures.scope.buckets,
        grain=figures.scope.grain,
        series=list(words.values()),
        value_title="Of 100 checks",
        value_format=",~r",
        changes=_marked(figures),
    )
