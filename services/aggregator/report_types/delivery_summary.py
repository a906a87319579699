"""Characters delivered in a period: by project, over time, against the period before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.aggregator.report_types.grain import Bucket, Grain, buckets, chosen_grain
from services.aggregator.report_types.report_type import ReportRequest, register
from services.aggregator.sources import SourceSession
from shared.document import (
    Chart,
    Column,
    Direction,
    Kind,
    Kpi,
    ReportDocument,
    Section,
    Table,
    Verdict,
    compare,
)
from shared.periods import Period

CHARTED_PROJECTS = 6
"""More than these cannot be told apart by colour; the rest is charted as one."""

# Okabe and Ito's palette (2008), distinguishable without colour vision, dark to light so that
# a grey print keeps the order.
_COLOURS = ("#0b4f8a", "#d55e00", "#009e73", "#56b4e9", "#e69f00", "#cc79a7", "#999999")

# Ranges of instants, so that the index on delivered_at serves; the day is the local one.
_DELIVERED = """
SELECT p.name AS project,
       (c.delivered_at AT TIME ZONE $4)::date AS day,
       count(*) AS delivered
  FROM characters c
  JOIN projects p ON p.id = c.project_id
 WHERE c.delivered_at >= $1 AND c.delivered_at < $2 AND c.delivered_at <= $3
   AND ($5::text[] IS NULL OR p.name = ANY ($5))
 GROUP BY p.name, day
"""

# Under way at the ends of both periods: onboarded before, and not delivered by then.
_IN_PRODUCTION = """
SELECT count(*) FILTER (WHERE c.onboarded_at < $1
                          AND (c.delivered_at IS NULL OR c.delivered_at >= $1)) AS now,
       count(*) FILTER (WHERE c.onboarded_at < $2
                          AND (c.delivered_at IS NULL OR c.delivered_at >= $2)) AS before
  FROM characters c
  JOIN projects p ON p.id = c.project_id
 WHERE $3::text[] IS NULL OR p.name = ANY ($3)
"""

_PROJECTS = "SELECT name FROM projects WHERE name = ANY ($1)"


class DeliverySummaryParameters(BaseModel):
    """What can be asked of a delivery summary."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grain: Grain = Field(Grain.AUTO, title="Grain", description="How long one bar of the chart is.")
    projects: tuple[str, ...] | None = Field(
        None,
        title="Projects",
        description="Only these projects, by name; all when left out.",
        min_length=1,
        max_length=100,
    )


@dataclass(frozen=True)
class Delivered:
    """How many characters one project delivered on one local day."""

    project: str
    day: date
    count: int


@dataclass(frozen=True)
class Figures:
    """Everything the document is made of."""

    deliveries: tuple[Delivered, ...]
    """Of the period and of the one before."""
    in_production: int
    """At the period's end, or at the as-of time if that is earlier."""
    in_production_before: int
    unknown_projects: tuple[str, ...] = ()


@register
class DeliverySummary:
    """The `delivery_summary` report type."""

    name = "delivery_summary"
    title = "Delivery summary"
    description = (
        "Characters delivered in the period, by project and over time, compared with the "
        "period of the same length before."
    )
    source = "studio"
    formats: tuple[str, ...] = ("pdf", "csv", "json")
    parameters: type[BaseModel] = DeliverySummaryParameters

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """Two queries, three where projects are named."""
        parameters = request.parameters
        assert isinstance(parameters, DeliverySummaryParameters)
        period = request.period
        projects = list(parameters.projects) if parameters.projects else None
        rows = await source.fetch(
            _DELIVERED,
            period.previous.starts_at,
            period.ends_at,
            source.as_of,
            period.timezone,
            projects,
        )
        (under_way,) = await source.fetch(
            _IN_PRODUCTION,
            min(period.ends_at, source.as_of),
            min(period.starts_at, source.as_of),
            projects,
        )
        unknown: tuple[str, ...] = ()
        if projects:
            known = {row["name"] for row in await source.fetch(_PROJECTS, projects)}
            unknown = tuple(name for name in projects if name not in known)
        figures = Figures(
            deliveries=tuple(Delivered(r["project"], r["day"], r["delivered"]) for r in rows),
            in_production=under_way["now"],
            in_production_before=under_way["before"],
            unknown_projects=unknown,
        )
        return document(figures, request, source)


def document(figures: Figures, request: ReportRequest, source: SourceSession) -> ReportDocument:
    """The document that the figures make."""
    parameters = request.parameters
    assert isinstance(parameters, DeliverySummaryParameters)
    period = request.period
    grain = chosen_grain(parameters.grain, period.days)
    now = by_project(figures.deliveries, period)
    before = by_project(figures.deliveries, period.previous)
    return ReportDocument(
        type=DeliverySummary.name,
        title=DeliverySummary.title,
        period=period,
        previous_period=period.previous,
        as_of=source.as_of,
        generated_at=request.generated_at,
        tenant=request.tenant,
        parameters=parameters.model_dump(mode="json"),
        summary=tuple(_summary(now, before, figures, period)),
        kpis=_kpis(now, before, figures, period),
        sections=(
            Section(
                title="Deliveries over time",
                charts=_charts(figures.deliveries, now, period, grain),
            ),
            Section(title="By project", tables=(_table(now, before),)),
        ),
        notes=tuple(_notes(figures, period, grain, source)),
    )


def by_project(deliveries: Iterable[Delivered], period: Period) -> Counter[str]:
    """Characters delivered in the period, by project."""
    totals: Counter[str] = Counter()
    for delivered in deliveries:
        if period.first_day <= delivered.day <= period.last_day:
            totals[delivered.project] += delivered.count
    return totals


def _kpis(
    now: Counter[str], before: Counter[str], figures: Figures, period: Period
) -> tuple[Kpi, ...]:
    per_day = Decimal(now.total()) / period.days
    per_day_before = Decimal(before.total()) / period.days
    return (
        _kpi("delivered", "Characters delivered", now.total(), before.total(), Verdict.GOOD),
        _kpi(
            "per_day",
            "Delivered per day",
            per_day.quantize(Decimal("0.01"), ROUND_HALF_UP),
            per_day_before.quantize(Decimal("0.01"), ROUND_HALF_UP),
            Verdict.GOOD,
            places=2,
        ),
        _kpi("projects", "Projects delivering", len(now), len(before), Verdict.NEUTRAL),
        _kpi(
            "in_production",
            "Still in production",
            figures.in_production,
            figures.in_production_before,
            Verdict.NEUTRAL,
        ),
    )


def _kpi(
    name: str,
    title: str,
    value: int | Decimal,
    previous: int | Decimal,
    more_is: Verdict,
    places: int = 0,
) -> Kpi:
    direction, percent, verdict = compare(Decimal(value), Decimal(previous), more_is=more_is)
    return Kpi(
        name=name,
        title=title,
        value=Decimal(value),
        previous=Decimal(previous),
        places=places,
        direction=direction,
        change_percent=percent,
        verdict=verdict,
    )


def _summary(
    now: Counter[str], before: Counter[str], figures: Figures, period: Period
) -> Iterable[str]:
    total, total_before = now.total(), before.total()
    days_before = f"the {_count(period.days, 'day')} before"
    if total == 0:
        yield (
            f"No character was delivered; there were {total_before} in {days_before}."
            if total_before
            else f"No character was delivered in this period or in {days_before}."
        )
    else:
        was = "was" if total == 1 else "were"
        yield (
            f"{_count(total, 'character')} {was} delivered across "
            f"{_count(len(now), 'project')}, {_against(total, total_before, days_before)}."
        )
        yield from _biggest_share(now, total)
    yield from _largest_movement(now, before)
    if figures.in_production:
        were = "character was" if figures.in_production == 1 else "characters were"
        yield f"{figures.in_production:,} {were} still in production at the end."


def _against(total: int, before: int, days_before: str) -> str:
    if before == 0:
        return f"after none in {days_before}"
    direction, percent, _ = compare(Decimal(total), Decimal(before), more_is=Verdict.GOOD)
    if direction is Direction.FLAT or percent is None:
        return f"as many as in {days_before}"
    word = "more" if direction is Direction.UP else "fewer"
    return f"{_percent(abs(percent))} {word} than in {days_before}"


def _biggest_share(now: Counter[str], total: int) -> Iterable[str]:
    name, most = _ranked(now)[0]
    share = Decimal(most) / total * 100
    if len(now) > 1 and share >= 40:
        yield f"{name} alone accounts for {_percent(share)} of them."


def _largest_movement(now: Counter[str], before: Counter[str]) -> Iterable[str]:
    changes = {name: now[name] - before[name] for name in {*now, *before}}
    moved = sorted(changes, key=lambda name: (-abs(changes[name]), name))
    if len(changes) < 2 or not changes[moved[0]]:
        return
    name = moved[0]
    verb = "rose" if changes[name] > 0 else "fell"
    yield f"The largest movement is {name}, which {verb} from {before[name]:,} to {now[name]:,}."
    stopped = sorted(name for name in before if name not in now and name != moved[0])
    if stopped:
        yield f"Worth a look: {_listed(stopped)} delivered before and nothing this time."


def _table(now: Counter[str], before: Counter[str]) -> Table:
    total = now.total()
    names = [name for name, _ in _ranked(now)] + sorted(name for name in before if name not in now)
    return Table(
        name="by_project",
        title="Characters delivered by project",
        columns=(
            Column(name="project", title="Project", kind=Kind.TEXT),
            Column(name="delivered", title="Delivered", kind=Kind.INTEGER, unit="characters"),
            Column(name="previous", title="Period before", kind=Kind.INTEGER, unit="characters"),
            Column(name="change_percent", title="Change", kind=Kind.PERCENT, places=1),
            Column(name="share_percent", title="Share", kind=Kind.PERCENT, places=1),
        ),
        rows=tuple(
            (
                name,
                now[name],
                before[name],
                _change(now[name], before[name]),
                _tenths(Decimal(now[name]) / total * 100) if total else None,
            )
            for name in names
        ),
        total=(
            "All projects",
            total,
            before.total(),
            _change(total, before.total()),
            "100.0" if total else None,
        ),
    )


def _charts(
    deliveries: Iterable[Delivered], now: Counter[str], period: Period, grain: Grain
) -> tuple[Chart, ...]:
    if not now:
        return ()
    parts = buckets(period, grain)
    shown = [name for name, _ in _ranked(now)[:CHARTED_PROJECTS]]
    series = [*shown, "Other projects"] if len(now) > len(shown) else shown
    bars = _bars(deliveries, parts, shown)
    # Every bucket has a value for every series: a missing bar would read as missing data.
    values = [
        {"bucket": part.label, "project": name, "delivered": bars[part.label, name]}
        for part in parts
        for name in series
    ]
    labels = [part.label for part in parts]
    peak = max(labels, key=lambda label: sum(bars[label, name] for name in series))
    peak_count = sum(bars[peak, name] for name in series)
    return (
        Chart(
            name="delivered_over_time",
            title=f"Characters delivered per {grain}",
            alternative_text=(
                f"Stacked bars, one per {grain}, of the characters delivered by project. "
                f"The highest is {peak} with {_count(peak_count, 'character')}."
            ),
            specification={
                "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
                "data": {"values": values},
                "mark": {"type": "bar"},
                "encoding": {
                    "x": {
                        "field": "bucket",
                        "type": "ordinal",
                        "sort": labels,
                        "title": None,
                        "axis": _axis(labels, grain),
                    },
                    "y": {
                        "field": "delivered",
                        "type": "quantitative",
                        "title": "characters",
                        "axis": {"tickMinStep": 1, "format": ",d"},
                    },
                    "color": {
                        "field": "project",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": series, "range": list(_COLOURS[: len(series)])},
                    },
                    "order": {"field": "project_order", "type": "quantitative"},
                },
                "transform": [
                    {
                        "calculate": f"indexof({json.dumps(series)}, datum.project)",
                        "as": "project_order",
                    }
                ],
            },
        ),
    )


def _bars(
    deliveries: Iterable[Delivered], parts: Sequence[Bucket], shown: Sequence[str]
) -> Mapping[tuple[str, str], int]:
    bars: Counter[tuple[str, str]] = Counter()
    for delivered in deliveries:
        for part in parts:
            if part.first_day <= delivered.day <= part.last_day:
                series = delivered.project if delivered.project in shown else "Other projects"
                bars[part.label, series] += delivered.count
    return bars


def _axis(labels: Sequence[str], grain: Grain) -> dict[str, Any]:
    """Labels short enough to stand side by side: every day as its number, few enough of them."""
    step = max(1, -(-len(labels) // 16))
    kept = labels[::step]
    axis: dict[str, Any] = {"values": kept, "labelAngle": 0}
    if grain is Grain.DAY:
        axis["labelExpr"] = "timeFormat(toDate(datum.value + 'T00:00:00'), '%-d %b')"
    elif grain is Grain.WEEK:
        axis["labelExpr"] = "slice(datum.value, 5)"
    return axis


def _notes(figures: Figures, period: Period, grain: Grain, source: SourceSession) -> Iterable[str]:
    if period.ends_at > source.as_of:
        yield "The period has not ended: what is delivered after the as-of time is not included."
    if figures.unknown_projects:
        yield f"There is no project named {_listed(figures.unknown_projects)}."
    cut = [part for part in buckets(period, grain) if _is_cut(part, grain)]
    if cut and grain is not Grain.DAY:
        which = _listed([part.label for part in cut])
        yield f"The {grain}s {which} are cut at the period's edges and cover fewer days."
    yield "Characters that are not delivered yet are counted as still in production, nowhere else."


def _is_cut(part: Bucket, grain: Grain) -> bool:
    days = (part.last_day - part.first_day).days + 1
    if grain is Grain.WEEK:
        return days < 7
    month_ends = part.last_day.month != date.fromordinal(part.last_day.toordinal() + 1).month
    return grain is Grain.MONTH and not (part.first_day.day == 1 and month_ends)


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _change(value: int, previous: int) -> str | None:
    _, percent, _ = compare(Decimal(value), Decimal(previous), more_is=Verdict.GOOD)
    return None if percent is None else str(percent)


def _tenths(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.1"), ROUND_HALF_UP))


def _percent(value: Decimal) -> str:
    # Whole percents read better in a sentence, unless that would say "0 %".
    whole = value.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{whole}%" if whole else f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"
