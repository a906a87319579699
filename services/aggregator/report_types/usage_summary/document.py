"""The usage summary that given figures make. Pure: the same figures, the same document."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from services.aggregator.charts.stacked_bars import stacked_bars
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.report_types.usage_summary.figures import Figures, Tally
from services.aggregator.report_types.usage_summary.messages import say
from services.aggregator.report_types.usage_summary.sentences import notes, summary
from services.aggregator.statistics.headline import change_percent, kpi
from services.aggregator.statistics.ratio import ratio_kpi
from services.aggregator.statistics.rounding import percentage
from shared import localized
from shared.document import (
    Cell,
    Chart,
    Column,
    Kind,
    Kpi,
    ReportDocument,
    Section,
    Table,
)
from shared.narrowing import PERIOD, to_names
from shared.plain_words import told_apart

NAME = "usage_summary"
TITLE = "Usage summary"


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The whole report."""
    drawn = figures.now.total.events > 0
    return report_document(
        NAME,
        say("title"),
        request,
        figures.scope.as_of,
        summary=summary(figures),
        kpis=_kpis(figures),
        covered_before=figures.covered_before,
        sections=(
            Section(
                title=say("section-over-time"),
                text=() if drawn else (say("nothing-to-draw"),),
                charts=(_chart(figures),) if drawn else (),
            ),
            Section(title=say("section-what"), tables=(_types(figures), _devices(figures))),
            Section(title=say("section-days"), tables=(_days(figures),)),
        ),
        notes=notes(figures),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    """None is called good or bad: more events may be more work or more trouble."""
    now, before, stage = figures.now.total, figures.before.total, figures.scope.stage
    return (
        kpi(
            "events", say("kpi-events"), now.events, before.events,
            unit=say("unit-events", count=now.events), stage=stage,
        ),
        kpi(
            "users", say("kpi-users"), now.users, before.users,
            unit=say("unit-users", count=now.users), stage=stage,
        ),
        ratio_kpi(
            "events_per_user", say("kpi-per-user"),
            (now.events, now.users), (before.events, before.users),
            unit=say("unit-events", count=2), places=1, stage=stage,
        ),
        kpi(
            "devices", say("kpi-devices"), now.devices, before.devices,
            unit=say("unit-kinds", count=now.devices), stage=stage,
        ),
    )  # fmt: skip


def _chart(figures: Figures) -> Chart:
    scope = figures.scope
    occurring = [name for name in figures.types if name in figures.now.types]
    words = told_apart(occurring)
    peak = max(scope.buckets, key=lambda bucket: figures.by_bucket[bucket.key])
    return stacked_bars(
        {(words[name], key): events for (name, key), events in figures.over_time.items()},
        name="events_over_time",
        title=say("chart-title", grain=scope.grain),
        alternative_text=say(
            "chart-words",
            grain=scope.grain,
            count=figures.now.total.events,
            types=len(occurring),
            period=localized.day_range(scope.period.first_day, scope.period.last_day),
            peak=peak.words,
            most=figures.by_bucket[peak.key],
        ),
        buckets=scope.buckets,
        grain=scope.grain,
        series=list(words.values()),
        series_title=say("column-type"),
        others=say("other-types"),
        value_title=say("column-events"),
        narrows=to_names("event_types", {words[name]: name for name in occurring}),
    )


def _text_column(name: str, title: str, narrows: str) -> Column:
    return Column(name=name, title=title, kind=Kind.TEXT, coded=True, narrows=narrows)


def _number(name: str, title: str) -> Column:
    return Column(name=name, title=title, kind=Kind.INTEGER)


def _compared_columns() -> tuple[Column, ...]:
    change, share = say("column-change"), say("column-share")
    return (
        _number("events", say("column-events")),
        Column(name="previous", title=say("column-previous"), kind=Kind.INTEGER, compares=True),
        Column(name="change_percent", title=change, kind=Kind.PERCENT, places=1, compares=True),
        Column(name="share_percent", title=share, kind=Kind.PERCENT, places=1),
        _number("users", say("column-users")),
    )


def _types(figures: Figures) -> Table:
    now, before = figures.now, figures.before
    return Table(
        name="by_type",
        title=say("table-types"),
        columns=(
            _text_column("event_type", say("column-type"), "event_types"),
            *_compared_columns(),
            _number("devices", say("column-devices")),
        ),
        rows=tuple(
            (*_compared(name, now.types, before.types, figures), _of(now.types, name).devices)
            for name in figures.types
        ),
        total=(*_total(say("all-types"), figures), now.total.devices) if figures.types else None,
    )


def _devices(figures: Figures) -> Table:
    now, before = figures.now, figures.before
    return Table(
        name="by_device",
        title=say("table-devices"),
        columns=(_text_column("device", say("column-device"), "devices"), *_compared_columns()),
        rows=tuple(
            _compared(name, now.devices, before.devices, figures) for name in figures.devices
        ),
        total=_total(say("all-devices"), figures) if figures.devices else None,
    )


def _days(figures: Figures) -> Table:
    return Table(
        name="by_day",
        title=say("table-days"),
        columns=(
            Column(name="day", title=say("column-day"), kind=Kind.DATE, narrows=PERIOD),
            _text_column("event_type", say("column-type"), "event_types"),
            _number("events", say("column-events")),
            _number("users", say("column-users")),
            _number("devices", say("column-devices")),
        ),
        rows=tuple(
            (row.day.isoformat(), row.event_type, *_cells(row.tally)) for row in figures.rows
        ),
        available_rows=figures.found if len(figures.rows) < figures.found else None,
    )


def _cells(tally: Tally) -> tuple[Cell, ...]:
    return tally.events, tally.users, tally.devices


def _of(tallies: Mapping[str, Tally], name: str) -> Tally:
    return tallies.get(name, Tally())


def _compared(
    name: str, now: Mapping[str, Tally], before: Mapping[str, Tally], figures: Figures
) -> tuple[Cell, ...]:
    return _row(name, _of(now, name), _of(before, name), figures)


def _total(name: str, figures: Figures) -> tuple[Cell, ...]:
    return _row(name, figures.now.total, figures.before.total, figures)


def _row(name: str, now: Tally, before: Tally, figures: Figures) -> tuple[Cell, ...]:
    """The name and the cells of `_compared_columns`."""
    change = change_percent(Fraction(now.events), Fraction(before.events))
    share = percentage(now.events, figures.now.total.events)
    return (name, now.events, before.events, _text(change), _text(share), now.users)


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)
