"""What the figures of `reviewer_productivity` say: sentences, charts, tables and notes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from services.aggregator.charts.lines import lines
from services.aggregator.charts.stacked_bars import MOST_SERIES, stacked_bars
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.report_types.reviewer_productivity.figures import (
    BEFORE,
    EVERY_TEAM,
    NOTHING,
    NOW,
    TOGETHER,
    Figures,
    Measures,
    Waiting,
)
from services.aggregator.report_types.reviewer_productivity.messages import say
from services.aggregator.report_types.reviewer_productivity.notes import (
    chart_notes,
    medians_over_time,
    notes,
)
from services.aggregator.report_types.reviewer_productivity.sentences import summary
from services.aggregator.scope.dimensions import ENOUGH
from services.aggregator.scope.grain import bucket_cells, bucket_columns
from services.aggregator.scope.selection import SelectionOverTime
from services.aggregator.statistics.durations import HOUR
from services.aggregator.statistics.headline import kpi
from services.aggregator.statistics.ratio import ratio_kpi
from services.aggregator.statistics.rounding import percentage, quotient
from services.aggregator.wording.notes import bucket_notes
from shared import localized
from shared.document import Cell, Chart, Column, Kind, Kpi, ReportDocument, Section, Table, Verdict

NAME = "reviewer_productivity"
TITLE = "Reviewer productivity"


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    asked = request.parameters
    assert isinstance(asked, SelectionOverTime)
    charts = tuple(_charts(figures))
    tables = [Section(title=say("section-team"), tables=(_team_table(figures),))]
    if figures.people is not None:
        tables.append(Section(title=say("section-person"), tables=(_people_table(figures),)))
    return report_document(
        NAME,
        say("title"),
        request,
        figures.progress.as_of,
        summary=summary(figures),
        kpis=_kpis(figures),
        covered_before=figures.progress.covered_before(figures.first_decision),
        sections=(
            *tables,
            Section(
                title=say("section-over-time"),
                text=() if charts else (say("nothing-to-draw"),),
                charts=charts,
                tables=(_time_table(figures),),
            ),
        ),
        notes=(
            *notes(figures),
            *(chart_notes(figures) if charts else ()),
            *(bucket_notes(figures.buckets, figures.grain, asked.grain, "bar") if charts else ()),
        ),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    stage, waiting = figures.progress.stage, figures.waiting_in_all
    now, before = figures.shown(NOW) or NOTHING, figures.shown(BEFORE) or NOTHING
    few = min(now.reviews, before.reviews) < ENOUGH  # a handful moves with every single one
    long, many = (Verdict.NEUTRAL,) * 2 if few else (Verdict.BAD, Verdict.GOOD)
    return (
        kpi(
            "median_hours", say("kpi-median"), now.median, before.median,
            divisor=HOUR, places=1, unit="h", stage=stage,
            more_is=long, grows=False,
        ),
        kpi(
            "ninetieth_hours", say("kpi-ninetieth"), now.ninetieth, before.ninetieth,
            divisor=HOUR, places=1, unit="h", stage=stage,
            more_is=long, grows=False,
        ),
        ratio_kpi(
            "approved_percent", say("kpi-approved"),
            (now.approved * 100, now.reviews), (before.approved * 100, before.reviews),
            unit="%", places=1, stage=stage, more_is=many,
        ),
        ratio_kpi(
            "notes_per_segment", say("kpi-notes"),
            (now.notes, now.segments), (before.notes, before.segments),
            unit=say("unit-notes"), places=2, stage=stage,
        ),
        kpi(
            "reviews_decided", say("kpi-decided"),
            figures.of(NOW).reviews, figures.of(BEFORE).reviews,
            unit=say("unit-reviews", count=figures.of(NOW).reviews), stage=stage,
        ),
        kpi(
            "reviews_waiting", say("kpi-waiting"), waiting.at_end, waiting.at_beginning,
            unit=say("unit-reviews", count=waiting.at_end),
            stage=stage, more_is=Verdict.BAD, grows=False,
        ),
    )  # fmt: skip


# Charts


def _label(figures: Figures, team: str) -> str:
    """What a group of reviews is called beside teams' own names."""
    label = {EVERY_TEAM: say("every-team"), TOGETHER: say("teams-together")}.get(team, team)
    while label != team and label in figures.teams:
        label += " "
    return label


def _charts(figures: Figures) -> Iterator[Chart]:
    drawn = [bucket for bucket in figures.buckets if figures.shown(bucket.key)]
    if len(drawn) < 2:
        return
    named = sorted(
        (team for team in figures.teams if team != TOGETHER and figures.of(NOW, team).reviews),
        key=lambda team: (-figures.of(NOW, team).reviews, team),
    )
    days = localized.day_range(figures.progress.period.first_day, figures.progress.period.last_day)
    # The same teams in the same order as in the bars: so each has one colour in both charts.
    points = medians_over_time(figures, named[: MOST_SERIES - 1]) or medians_over_time(
        figures, [EVERY_TEAM]
    )
    series = list(dict.fromkeys(team for team, _ in points))
    if series != [EVERY_TEAM]:
        series = named[: MOST_SERIES - 1]
    (slowest, key), longest = max(points.items(), key=lambda point: point[1])
    (when,) = (bucket.words for bucket in figures.buckets if bucket.key == key)
    yield lines(
        {(_label(figures, team), at): hours for (team, at), hours in points.items()},
        name="median_over_time",
        title=say("medians-title", grain=figures.grain),
        alternative_text=say(
            "medians-words",
            grain=figures.grain,
            period=days,
            team=_label(figures, slowest),
            when=when,
            hours=localized.number(f"{longest:,.1f}"),
        ),
        buckets=figures.buckets,
        grain=figures.grain,
        series=[_label(figures, team) for team in series],
        value_title=say("medians-value"),
    )
    together = [TOGETHER] if figures.of(NOW, TOGETHER).reviews else []
    yield stacked_bars(
        {
            (_label(figures, team), bucket.key): figures.of(bucket.key, team).reviews
            for team in (*named, *together)
            for bucket in figures.buckets
        },
        name="decided_over_time",
        title=say("decided-title", grain=figures.grain),
        alternative_text=say(
            "decided-words",
            grain=figures.grain,
            reviews=figures.of(NOW).reviews,
            period=days,
        ),
        buckets=figures.buckets,
        grain=figures.grain,
        series=[_label(figures, team) for team in (*named, *together)],
        series_title=say("column-team"),
        others=say("other-teams"),
        value_title=say("decided-value"),
    )


# Tables

_MEASURED = 5
"""Columns of `_measured_columns` beside the number of reviews."""


def _measured_columns() -> tuple[Column, ...]:
    approved, notes_ = say("column-approved"), say("column-notes")
    return (
        Column(name="reviews", title=say("column-decided"), kind=Kind.INTEGER),
        Column(name="rejected", title=say("column-rejected"), kind=Kind.INTEGER),
        Column(name="approved_percent", title=approved, kind=Kind.PERCENT, places=1),
        _decimal("median_hours", say("column-median")),
        _decimal("ninetieth_hours", say("column-ninetieth")),
        Column(name="notes_per_segment", title=notes_, kind=Kind.DECIMAL, places=2),
    )


def _decimal(name: str, title: str) -> Column:
    return Column(name=name, title=title, kind=Kind.DECIMAL, unit="h", places=1)


def _measured(figures: Figures, measures: Measures) -> tuple[Cell, ...]:
    """The cells of `_measured_columns`; but for their number, nothing of one person's reviews."""
    if not measures.reviews or not figures.may_show(measures):
        return (measures.reviews, *(None for _ in range(_MEASURED)))
    return (
        measures.reviews,
        measures.rejected,
        _text(percentage(measures.approved, measures.reviews)),
        _hours(measures.median),
        _hours(measures.ninetieth),
        _text(quotient(measures.notes, measures.segments, 2)) if measures.segments else None,
    )


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)


def _hours(milliseconds: int | None) -> str | None:
    return _text(quotient(milliseconds, HOUR, 1))


def _team_table(figures: Figures) -> Table:
    return Table(
        name="by_team",
        title=say("table-team"),
        columns=(
            Column(name="team", title=say("column-team"), kind=Kind.TEXT),
            *_measured_columns(),
            Column(
                name="previous_median_hours", title=say("column-before"), kind=Kind.DECIMAL,
                unit="h", places=1, compares=True,
            ),
            Column(name="waiting", title=say("column-waiting"), kind=Kind.INTEGER),
            _decimal("oldest_hours", say("column-oldest")),
        ),
        rows=tuple(
            _team_row(figures, team, figures.waiting.get(team, Waiting()))
            for team in figures.teams
        ),
        total=_team_row(figures, EVERY_TEAM, figures.waiting_in_all) if figures.teams else None,
    )  # fmt: skip


def _team_row(figures: Figures, team: str, waiting: Waiting) -> tuple[Cell, ...]:
    before = figures.shown(BEFORE, team)
    return (
        _label(figures, team),
        *_measured(figures, figures.of(NOW, team)),
        None if before is None else _hours(before.median),
        waiting.at_end,
        _hours(figures.waited(waiting)),
    )


def _people_table(figures: Figures) -> Table:
    """By name and not by any figure: it is no ranking."""
    people = figures.people
    assert people is not None
    rows: list[tuple[str, str | None, Measures]] = [
        (team, person, measures) for (team, person), measures in people.alone.items()
    ]
    rows += [(team, None, measures) for team, measures in people.others.items()]
    rows.sort(key=lambda row: (row[0], row[1] is None, row[1] or ""))
    return Table(
        name="by_person",
        title=say("table-person"),
        columns=(
            Column(name="team", title=say("column-team"), kind=Kind.TEXT),
            Column(name="reviewer", title=say("column-reviewer"), kind=Kind.TEXT),
            *_measured_columns(),
        ),
        rows=tuple(
            (team, say("others-together") if person is None else person,
             *_measured(figures, measures))
            for team, person, measures in rows
        ),
    )  # fmt: skip


def _time_table(figures: Figures) -> Table:
    return Table(
        name="over_time",
        title=say("table-over-time", grain=figures.grain),
        columns=(
            *bucket_columns(figures.grain),
            *_measured_columns(),
        ),
        rows=tuple(
            (*bucket_cells(bucket, figures.grain), *_measured(figures, figures.of(bucket.key)))
            for bucket in figures.buckets
        ),
    )
