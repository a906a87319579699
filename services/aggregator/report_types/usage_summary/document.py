"""The usage summary that given figures make. Pure: the same figures, the same document."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from services.aggregator.charts.stacked_bars import stacked_bars
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.report_types.usage_summary.figures import Figures, Tally
from services.aggregator.report_types.usage_summary.sentences import notes, summary
from services.aggregator.statistics.headline import change_percent, kpi
from services.aggregator.statistics.ratio import ratio_kpi
from services.aggregator.statistics.rounding import percentage
from services.aggregator.wording.numbers import counted
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
        TITLE,
        request,
        figures.scope.as_of,
        summary=summary(figures),
        kpis=_kpis(figures),
        covered_before=figures.covered_before,
        sections=(
            Section(
                title="Usage over time",
                text=() if drawn else ("No events to draw.",),
                charts=(_chart(figures),) if drawn else (),
            ),
            Section(
                title="What was done, and on what", tables=(_types(figures), _devices(figures))
            ),
            Section(title="Day by day", tables=(_days(figures),)),
        ),
        notes=notes(figures),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    """None is called good or bad: more events may be more work or more trouble."""
    now, before, stage = figures.now.total, figures.before.total, figures.scope.stage
    return (
        kpi("events", "Events", now.events, before.events, unit="events", stage=stage),
        kpi("users", "Active users", now.users, before.users, unit="users", stage=stage),
        ratio_kpi(
            "events_per_user", "Events per user",
            (now.events, now.users), (before.events, before.users),
            unit="events", places=1, stage=stage,
        ),
        kpi("devices", "Kinds of device", now.devices, before.devices, unit="kinds", stage=stage),
    )  # fmt: skip


def _chart(figures: Figures) -> Chart:
    scope = figures.scope
    occurring = [name for name in figures.types if name in figures.now.types]
    words = told_apart(occurring)
    peak = max(scope.buckets, key=lambda bucket: figures.by_bucket[bucket.key])
    return stacked_bars(
        {(words[name], key): events for (name, key), events in figures.over_time.items()},
        name="events_over_time",
        title=f"Events per {scope.grain}",
        alternative_text=(
            f"Stacked bars, one per {scope.grain}, by event type: "
            f"{counted(figures.now.total.events, 'event')} of "
            f"{counted(len(occurring), 'type')} in {scope.period.words}. "
            f"The highest bar is {peak.words} with {figures.by_bucket[peak.key]:,}."
        ),
        buckets=scope.buckets,
        grain=scope.grain,
        series=list(words.values()),
        series_title="Event type",
        value_title="Events",
        narrows=to_names("event_types", {words[name]: name for name in occurring}),
    )


_EVENTS = Column(name="events", title="Events", kind=Kind.INTEGER)
_COMPARED = (
    _EVENTS,
    Column(name="previous", title="Period before", kind=Kind.INTEGER, compares=True),
    Column(name="change_percent", title="Change", kind=Kind.PERCENT, places=1, compares=True),
    Column(name="share_percent", title="Share", kind=Kind.PERCENT, places=1),
    Column(name="users", title="Users", kind=Kind.INTEGER),
)
_DEVICES = Column(name="devices", title="Kinds of device", kind=Kind.INTEGER)
_EVENT_TYPE = Column(
    name="event_type", title="Event type", kind=Kind.TEXT, coded=True, narrows="event_types"
)
_DEVICE = Column(name="device", title="Device", kind=Kind.TEXT, coded=True, narrows="devices")


def _types(figures: Figures) -> Table:
    now, before = figures.now, figures.before
    return Table(
        name="by_type",
        title="Events by type",
        columns=(_EVENT_TYPE, *_COMPARED, _DEVICES),
        rows=tuple(
            (*_compared(name, now.types, before.types, figures), _of(now.types, name).devices)
            for name in figures.types
        ),
        total=(*_total("All types", figures), now.total.devices) if figures.types else None,
    )


def _devices(figures: Figures) -> Table:
    now, before = figures.now, figures.before
    return Table(
        name="by_device",
        title="Events by kind of device",
        columns=(_DEVICE, *_COMPARED),
        rows=tuple(
            _compared(name, now.devices, before.devices, figures) for name in figures.devices
        ),
        total=_total("All devices", figures) if figures.devices else None,
    )


def _days(figures: Figures) -> Table:
    return Table(
        name="by_day",
        title="Events by day and type",
        columns=(
            Column(name="day", title="Day", kind=Kind.DATE, narrows=PERIOD),
            _EVENT_TYPE,
            _EVENTS,
            Column(name="users", title="Users", kind=Kind.INTEGER),
            _DEVICES,
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
    """The name and the cells of `_COMPARED`."""
    change = change_percent(Fraction(now.events), Fraction(before.events))
    share = percentage(now.events, figures.now.total.events)
    return (name, now.events, before.events, _text(change), _text(share), now.users)


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)
