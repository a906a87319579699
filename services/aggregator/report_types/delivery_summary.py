"""`delivery_summary`: characters delivered, by project and over time, beside the period before.

A character counts once, on the local day of its delivery. Both periods are read up to the
as-of time: what the source says about later is a plan, not a delivery.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.aggregator.report_types.chart_notes import chart_notes
from services.aggregator.report_types.grain import (
    Bucket,
    Grain,
    buckets,
    grain_for,
)
from services.aggregator.report_types.headline import against, kpi
from services.aggregator.report_types.progress import Progress, Stage
from services.aggregator.report_types.report_type import ReportRequest, register
from services.aggregator.report_types.selection import Selection
from services.aggregator.report_types.stacked_bars import stacked_bars
from services.aggregator.report_types.wording import (
    counted,
    day_range,
    listed,
    moment,
    percent,
    percentage,
    sentence,
    was,
)
from services.aggregator.sources import SourceSession
from shared.document import (
    Chart,
    Column,
    Kind,
    Kpi,
    ReportDocument,
    Section,
    Table,
    Verdict,
    compare,
)
from shared.periods import Period, local_midnight

# $1 holds the first instants of the previous period and of each bucket, in order, so that the
# source answers with a position in that list: 1 is the previous period. The midnights are ours,
# not the source's: its timezone tables may be of another year, and where the clocks go back
# over midnight a local date alone would put an hour into the wrong day.
_DELIVERED = """
SELECT p.name AS project, d.position, sum(d.delivered)::bigint AS delivered
  FROM (SELECT c.project_id,
               width_bucket(c.delivered_at, $1::timestamptz[]) AS position,
               count(*) AS delivered
          FROM characters c
         WHERE c.delivered_at >= $2 AND c.delivered_at < $3
         GROUP BY 1, 2) d
  JOIN projects p ON p.id = d.project_id
 WHERE cardinality($4::text[]) = 0 OR p.name = ANY ($4)
 GROUP BY 1, 2
"""

# In production at an instant: onboarded before it, and not delivered before it. $1 is the
# period's end and $2 its beginning; who had been delivered by $2 is in neither count.
_AROUND = """
SELECT count(*) FILTER (WHERE c.onboarded_at < $1
                          AND (c.delivered_at IS NULL OR c.delivered_at >= $1)) AS at_end,
       count(*) FILTER (WHERE c.onboarded_at < $2) AS at_beginning,
       (SELECT min(delivered_at) FROM characters) AS first_delivery,
       ARRAY(SELECT name FROM projects WHERE name = ANY ($3)) AS known_projects
  FROM characters c
 WHERE (c.delivered_at IS NULL OR c.delivered_at >= $2)
   AND (cardinality($3::text[]) = 0
        OR c.project_id IN (SELECT id FROM projects WHERE name = ANY ($3)))
"""


class DeliverySummaryParameters(Selection):
    """What can be asked of a delivery summary."""

    model_config = ConfigDict(title="Delivery summary")

    grain: Grain = Field(
        Grain.AUTO,
        title="Grain of the chart",
        description="What one bar of the chart covers: a local day, an ISO week or a month. "
        "`auto` takes days up to a month, weeks up to half a year, months beyond.",
    )


@dataclass(frozen=True)
class Figures:
    """What the source said, and all that the document is made from."""

    period: Period
    as_of: datetime
    grain: Grain
    """Day, week or month."""
    buckets: tuple[Bucket, ...]
    delivered: Mapping[tuple[str, str], int]
    """Characters by (project, bucket key); what is missing is zero."""
    previous: Mapping[str, int]
    """Characters by project in the period before."""
    in_production: int
    """Characters at the period's end, or at the as-of time if that is earlier."""
    in_production_before: int
    """Characters at the period's beginning, which is the end of the one before."""
    first_delivery: datetime | None
    """The first of the whole source, whatever its project."""
    only: tuple[str, ...] = ()
    """The projects that were asked for and exist; with `unknown` empty too, all count."""
    unknown: tuple[str, ...] = ()
    """The projects that were asked for and do not exist."""

    @cached_property
    def by_project(self) -> dict[str, int]:
        """Characters delivered in the period; only projects that delivered some."""
        totals: dict[str, int] = {}
        for (project, _), count in self.delivered.items():
            totals[project] = totals.get(project, 0) + count
        return totals

    @cached_property
    def by_bucket(self) -> dict[str, int]:
        """Characters delivered by bucket key, every bucket included."""
        totals = dict.fromkeys((bucket.key for bucket in self.buckets), 0)
        for (_, key), count in self.delivered.items():
            totals[key] += count
        return totals

    @cached_property
    def total(self) -> int:
        """Characters delivered in the period."""
        return sum(self.by_project.values())

    @cached_property
    def previous_total(self) -> int:
        """Characters delivered in the period before."""
        return sum(self.previous.values())

    @cached_property
    def projects(self) -> list[str]:
        """Those with a delivery in either period or asked for by name: most delivered first."""
        names = {*self.by_project, *self.previous, *self.only}
        return sorted(names, key=lambda name: (-self.by_project.get(name, 0), name))

    @property
    def progress(self) -> Progress:
        """How far the period has got."""
        return Progress(self.period, self.as_of)

    @property
    def stage(self) -> Stage:
        """Where the as-of time lies."""
        return self.progress.stage


@register
class DeliverySummary:
    """The report type."""

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
        """Two queries, whose answers grow with projects times buckets, not with characters."""
        assert isinstance(request.parameters, DeliverySummaryParameters)
        period, wanted = request.period, request.parameters.projects
        grain = grain_for(request.parameters.grain, period.days)
        cut = buckets(period, grain)
        progress = Progress(period, source.as_of)
        days = [period.previous.first_day, *(bucket.first_day for bucket in cut)]
        starts = [local_midnight(day, period.timezone) for day in days]
        rows = await source.fetch(_DELIVERED, starts, starts[0], progress.ends_at, wanted)
        (around,) = await source.fetch(_AROUND, progress.ends_at, progress.starts_at, wanted)
        known = set(around["known_projects"])
        return document(
            Figures(
                period=period,
                as_of=source.as_of,
                grain=grain,
                buckets=cut,
                delivered={
                    (row["project"], cut[row["position"] - 2].key): row["delivered"]
                    for row in rows
                    if row["position"] > 1
                },
                previous={row["project"]: row["delivered"] for row in rows if row["position"] == 1},
                in_production=around["at_end"],
                in_production_before=around["at_beginning"],
                first_delivery=around["first_delivery"],
                only=tuple(name for name in wanted if name in known),
                unknown=tuple(name for name in wanted if name not in known),
            ),
            request,
        )


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    assert isinstance(request.parameters, DeliverySummaryParameters)
    return ReportDocument(
        type=DeliverySummary.name,
        title=DeliverySummary.title,
        period=figures.period,
        previous_period=figures.period.previous,
        as_of=figures.as_of,
        generated_at=request.generated_at,
        tenant=request.tenant,
        parameters=request.parameters.model_dump(mode="json"),
        summary=tuple(_summary(figures)),
        kpis=_kpis(figures),
        sections=(
            Section(
                title="Deliveries over time",
                text=() if figures.total else ("No deliveries to draw.",),
                charts=(_chart(figures),) if figures.total else (),
            ),
            Section(title="By project", tables=(_table(figures),)),
        ),
        notes=tuple(_notes(figures, request.parameters.grain)),
    )


# Headline figures


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    total, previous, days = figures.total, figures.previous_total, figures.period.days
    begun, stage = figures.progress.days_begun, figures.stage
    return (
        kpi(
            "characters_delivered", "Characters delivered", total, previous,
            unit="characters", stage=stage, more_is=Verdict.GOOD,
        ),
        kpi(
            "delivered_per_day", "Delivered per day",
            # On a common denominator.
            total * days, previous * begun, divisor=begun * days, places=2,
            unit="characters", stage=stage, more_is=Verdict.GOOD,
        ),
        kpi(
            "projects_delivering", "Projects with deliveries",
            len(figures.by_project), len(figures.previous), unit="projects", stage=stage,
        ),
        kpi(
            "in_production", "Still in production",
            figures.in_production, figures.in_production_before, unit="characters", stage=stage,
        ),
    )  # fmt: skip


# Sentences


def _summary(figures: Figures) -> Iterator[str]:
    if figures.unknown and not figures.only:
        # Not an error: a schedule should not break because a project was renamed, and a
        # report that says so in its first line is found sooner than one that did not come.
        yield f"There is nothing to report: {_no_such_project(figures.unknown)}"
        return
    begun = figures.stage is not Stage.NOT_BEGUN
    if begun:
        yield _headline(figures)
    else:
        yield "The period has not begun, so nothing has been delivered in it."
    if figures.unknown:
        yield sentence(_no_such_project(figures.unknown))
    if not begun:
        return
    if figures.stage is Stage.ENDED:
        yield from _movements(figures)
    yield from _concentration(figures)
    yield from _in_production(figures)


def _headline(figures: Figures) -> str:
    total, previous, days = figures.total, figures.previous_total, figures.period.days
    before = "on the day before" if days == 1 else f"in the {days:,} days before"
    running = figures.stage is Stage.RUNNING
    if total == 0:
        opening = f"No characters {'have been' if running else 'were'} delivered"
        opening += " so far" if running else " in this period"
        return f"{opening}, {_after(previous)} {before}."
    verb = ("has been" if total == 1 else "have been") if running else was(total)
    ranked = list(figures.by_project)
    where = f"for {ranked[0]}" if len(ranked) == 1 else f"across {len(ranked):,} projects"
    opening = f"{sentence(counted(total, 'character'))} {verb} delivered {where}"
    if running:
        whole = "the day before" if days == 1 else f"the whole {days:,} days before"
        return f"{opening} so far; {whole} had {f'{previous:,}' if previous else 'none'}."
    return f"{opening}, {against(total, previous)} {before}."


def _after(count: int) -> str:
    return f"after {count:,}" if count else "and none"


def _movements(figures: Figures) -> Iterator[str]:
    """The project that moved most, where one did, and those that fell silent."""
    if figures.previous_total == 0:
        return  # Everything rose from nothing, and the headline says so.
    changes = {
        name: figures.by_project.get(name, 0) - figures.previous.get(name, 0)
        for name in figures.projects
    }
    most = max((abs(change) for change in changes.values()), default=0)
    movers = [name for name in figures.projects if most and abs(changes[name]) == most]
    mover = movers[0] if len(changes) > 1 and len(movers) == 1 else None
    if mover is not None:
        now, before = figures.by_project.get(mover, 0), figures.previous.get(mover, 0)
        verb = "rose" if now > before else "fell"
        yield f"The largest movement was {mover}, which {verb} from {before:,} to {now:,}."
    silent = sorted(name for name in figures.previous if name not in figures.by_project)
    if figures.total and (rest := [name for name in silent if name != mover]):
        one = len(rest) == 1
        also = " also" if mover in silent else ""
        yield (
            f"{listed(rest)}{also} delivered nothing after "
            f"{sum(figures.previous[name] for name in rest):,} in the period before"
            f"{'' if one else ', taken together'}: {'it is' if one else 'they are'} worth a look."
        )


def _concentration(figures: Figures) -> Iterator[str]:
    """Where and when most of it was delivered."""
    total = figures.total
    if len(figures.by_project) > 1:
        leader = figures.projects[0]
        if figures.by_project[leader] * 2 >= total:
            share = percentage(figures.by_project[leader], total) or Decimal(0)
            yield f"{leader} alone accounts for {percent(share)} of the deliveries."
    peak = max(figures.by_bucket.values())
    busiest = [bucket for bucket in figures.buckets if figures.by_bucket[bucket.key] == peak]
    if len(figures.buckets) > 1 and len(busiest) == 1 and 1 < peak < total:
        share = percentage(peak, total) or Decimal(0)
        yield (
            f"The busiest {figures.grain} was {busiest[0].words} with "
            f"{counted(peak, 'character')}, {percent(share)} of the total."
        )


def _in_production(figures: Figures) -> Iterator[str]:
    if figures.in_production == 0:
        return
    characters = sentence(counted(figures.in_production, "character"))
    one = figures.in_production == 1
    if figures.stage is Stage.RUNNING:
        yield f"{characters} {'is' if one else 'are'} still in production."
    else:
        yield f"{characters} {'was' if one else 'were'} still in production when the period ended."


def _no_such_project(names: Sequence[str]) -> str:
    noun = "project" if len(names) == 1 else "projects"
    return f"the source has no {noun} named {listed(names)}."


# Chart and table


def _chart(figures: Figures) -> Chart:
    delivering = [name for name in figures.projects if name in figures.by_project]
    peak = max(figures.buckets, key=lambda bucket: figures.by_bucket[bucket.key])
    return stacked_bars(
        figures.delivered,
        name="delivered_over_time",
        title=f"Characters delivered per {figures.grain}",
        alternative_text=(
            f"Stacked bars, one per {figures.grain}, by project: "
            f"{counted(figures.total, 'character')} of {counted(len(delivering), 'project')} in "
            f"{day_range(figures.period.first_day, figures.period.last_day)}. The highest bar is "
            f"{peak.words} with {figures.by_bucket[peak.key]:,}."
        ),
        buckets=figures.buckets,
        grain=figures.grain,
        series=delivering,
        series_title="Project",
        value_title="Characters delivered",
    )


_COLUMNS = (
    Column(name="project", title="Project", kind=Kind.TEXT),
    Column(name="delivered", title="Delivered", kind=Kind.INTEGER, unit="characters"),
    Column(name="previous", title="Period before", kind=Kind.INTEGER, unit="characters"),
    Column(name="change_percent", title="Change", kind=Kind.PERCENT, places=1),
    Column(name="share_percent", title="Share", kind=Kind.PERCENT, places=1),
)


def _table(figures: Figures) -> Table:
    return Table(
        name="by_project",
        title="Characters delivered by project",
        columns=_COLUMNS,
        rows=tuple(
            _row(name, figures.by_project.get(name, 0), figures.previous.get(name, 0), figures)
            for name in figures.projects
        ),
        total=_row("All projects", figures.total, figures.previous_total, figures)
        if figures.projects
        else None,
    )


def _row(name: str, now: int, before: int, figures: Figures) -> tuple[Any, ...]:
    _, change, _ = compare(Decimal(now), Decimal(before), more_is=Verdict.GOOD)
    share = percentage(now, figures.total)
    return (
        name,
        now,
        before,
        None if change is None else str(change),
        None if share is None else str(share),
    )


# Notes


def _notes(figures: Figures, asked: Grain) -> Iterator[str]:
    period, zone = figures.period, figures.period.timezone
    yield f"A character counts once, on the day of its delivery by the clocks of {zone}."
    if figures.only:
        yield f"Only what was asked for is counted: {listed(figures.only, at_most=10)}."
    if figures.stage is Stage.RUNNING:
        yield (
            f"The period has not ended: its figures reach up to {moment(figures.as_of, zone)}, "
            f"while the period before is whole. Deliveries per day are of "
            f"{figures.progress.days_begun:,} of its {counted(period.days, 'day')}."
        )
    elif figures.stage is Stage.NOT_BEGUN:
        yield f"The period begins after the as-of time, {moment(figures.as_of, zone)}."
    if figures.in_production:
        yield (
            "Not counted as delivered, because still in production: "
            f"{counted(figures.in_production, 'character')}."
        )
    if figures.first_delivery is None:
        yield "The source has no deliveries at all."
    elif figures.first_delivery > period.previous.starts_at:
        yield (
            f"The source's first delivery is of {moment(figures.first_delivery, zone)}: before "
            "that there is nothing to compare with."
        )
    if figures.total:
        yield from chart_notes(figures.buckets, figures.grain, asked)
