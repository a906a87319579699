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
from services.aggregator.report_types.quality_metrics.messages import say
from shared import localized
from shared.document import Chart
from shared.localized import listed
from shared.messages import select
from shared.plain_words import told_apart


def pass_chart(figures: Figures) -> Chart:
    """The share of checks that passed, bucket by bucket."""
    rate = say("pass-rate")
    rates = {
        (rate, key): share.value * 100
        for key, found in figures.findings.items()
        if (share := passed_in(found)).whole
    }
    marked = _marked(figures)
    return lines(
        rates,
        name="pass_rate",
        title=say("rates-title", grain=figures.scope.grain),
        alternative_text=say(
            "rates-words",
            grain=figures.scope.grain,
            period=_days(figures),
            share=share_words(figures.passed),
            marked=select(marked),
        ),
        buckets=figures.scope.buckets,
        grain=figures.scope.grain,
        series=[rate],
        value_title=say("rates-value"),
        value_format=",~r",
        from_zero=False,
        changes=marked,
    )


def what_rules_mark(figures: Figures) -> tuple[str, ...]:
    """A sentence that names the changes behind the numbers in a chart; none without any."""
    marked = [
        say("rule-is", number=str(number), change=change.title)
        for number, change in enumerate(figures.changes, 1)
        if figures.bucket_of(change.changed_at) is not None
    ]
    if not marked:
        return ()
    return (say("rules", count=len(marked), changes=listed(marked)),)


def _marked(figures: Figures) -> dict[str, str]:
    """By the bucket that it lies in, the numbers of the changes of the period."""
    found: dict[str, str] = {}
    for number, change in enumerate(figures.changes, 1):
        if (key := figures.bucket_of(change.changed_at)) is not None:
            found[key] = f"{found[key]}, {number}" if key in found else str(number)
    return found


def _days(figures: Figures) -> str:
    return localized.day_range(figures.scope.period.first_day, figures.scope.period.last_day)


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
        title=say("failures-title", grain=figures.scope.grain),
        alternative_text=say(
            "failures-words",
            grain=figures.scope.grain,
            period=_days(figures),
            failures=listed(list(words.values()), at_most=MOST_SERIES),
            commonest=words[names[0]],
            share=share_words(found_in(figures.total, names[0])),
        ),
        buckets=figures.scope.buckets,
        grain=figures.scope.grain,
        series=list(words.values()),
        value_title=say("failures-value"),
        value_format=",~r",
        changes=_marked(figures),
    )
