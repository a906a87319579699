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
from services.aggregator.wording.numbers import counted
from shared import localized
from shared.document import Cell, Chart, Column, Kind, Kpi, ReportDocument, Section, Table, Verdict

NAME = "reviewer_productivity"
TITLE = "Reviewer productivity"


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    asked = request.parameters
    assert isinstance(asked, SelectionOverTime)
    charts = tuple(_charts(figures))
    tables = [Section(title="By team", tables=(_team_table(figures),))]
    if figures.people is not None:
        tables.append(Section(title="By person", tables=(_people_table(figures),)))
    return report_document(
        NAME,
        TITLE,
        request,
        figures.progress.as_of,
        summary=summary(figures),
        kpis=_kpis(figures),
        covered_before=figures.progress.covered_before(figures.first_decision),
        sections=(
            *tables,
            Section(
                title="Over time",
                text=() if charts else ("Too little was decided to draw it over time.",),
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
            "median_hours", "Half decided within", now.median, before.median,
            divisor=HOUR, places=1, unit="h", stage=stage,
            more_is=long, grows=False,
        ),
        kpi(
            "ninetieth_hours", "Nine in ten within", now.ninetieth, before.ninetieth,
            divisor=HOUR, places=1, unit="h", stage=stage,
            more_is=long, grows=False,
        ),
        ratio_kpi(
            "approved_percent", "Approved",
            (now.approved * 100, now.reviews), (before.approved * 100, before.reviews),
            unit="%", places=1, stage=stage, more_is=many,
        ),
        ratio_kpi(
            "notes_per_segment", "Notes per segment",
            (now.notes, now.segments), (before.notes, before.segments),
            unit="notes", places=2, stage=stage,
        ),
        kpi(
            "reviews_decided", "Reviews decided",
            figures.of(NOW).reviews, figures.of(BEFORE).reviews, unit="reviews", stage=stage,
        ),
        kpi(
            "reviews_waiting", "Still waiting", waiting.at_end, waiting.at_beginning,
            unit="reviews", stage=stage, more_is=Verdict.BAD, grows=False,
        ),
    )  # fmt: skip


# Charts


def _label(figures: Figures, team: str) -> str:
    """What a group of reviews is called beside teams' own names."""
    label = {EVERY_TEAM: "All teams", TOGETHER: "Teams counted together"}.get(team, team)
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
        title=f"Hours within which half of the reviews were decided, per {figures.grain}",
        alternative_text=(
            f"Lines by team: the median hours from request to decision per {figures.grain} in "
            f"{days}. The highest point is {_label(figures, slowest)} in {when} with "
            f"{longest:,.1f} hours."
        ),
        buckets=figures.buckets,
        grain=figures.grain,
        series=[_label(figures, team) for team in series],
        value_title="Hours",
    )
    together = [TOGETHER] if figures.of(NOW, TOGETHER).reviews else []
    yield stacked_bars(
        {
            (_label(figures, team), bucket.key): figures.of(bucket.key, team).reviews
            for team in (*named, *together)
            for bucket in figures.buckets
        },
        name="decided_over_time",
        title=f"Reviews decided per {figures.grain}",
        alternative_text=(
            f"Stacked bars, one per {figures.grain}, by team: "
            f"{counted(figures.of(NOW).reviews, 'review')} in {days}."
        ),
        buckets=figures.buckets,
        grain=figures.grain,
        series=[_label(figures, team) for team in (*named, *together)],
        series_title="Team",
        others="Other teams",
        value_title="Reviews decided",
    )


# Tables

_MEASURED = (
    Column(name="reviews", title="Decided", kind=Kind.INTEGER),
    Column(name="rejected", title="Rejected", kind=Kind.INTEGER),
    Column(name="approved_percent", title="Approved", kind=Kind.PERCENT, places=1),
    Column(name="median_hours", title="Median", kind=Kind.DECIMAL, unit="h", places=1),
    Column(name="ninetieth_hours", title="9 in 10", kind=Kind.DECIMAL, unit="h", places=1),
    Column(name="notes_per_segment", title="Notes/segment", kind=Kind.DECIMAL, places=2),
)


def _measured(figures: Figures, measures: Measures) -> tuple[Cell, ...]:
    """The cells of `_MEASURED`; but for their number, nothing of one person's reviews."""
    if not measures.reviews or not figures.may_show(measures):
        return (measures.reviews, *(None for _ in _MEASURED[1:]))
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
        title="Reviews by team, the slowest first",
        columns=(
            Column(name="team", title="Team", kind=Kind.TEXT),
            *_MEASURED,
            Column(
                name="previous_median_hours", title="Before", kind=Kind.DECIMAL,
                unit="h", places=1, compares=True,
            ),
            Column(name="waiting", title="Waiting", kind=Kind.INTEGER),
            Column(name="oldest_hours", title="Oldest", kind=Kind.DECIMAL, unit="h", places=1),
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
        title="Reviews by person, in the order of names",
        columns=(
            Column(name="team", title="Team", kind=Kind.TEXT),
            Column(name="reviewer", title="Reviewer", kind=Kind.TEXT),
            *_MEASURED,
        ),
        rows=tuple(
            (team, "Others, counted together" if person is None else person,
             *_measured(figures, measures))
            for team, person, measures in rows
        ),
    )  # fmt: skip


def _time_table(figures: Figures) -> Table:
    return Table(
        name="over_time",
        title=f"Reviews of all teams per {figures.grain}",
        columns=(
            *bucket_columns(figures.grain),
            *_MEASURED,
        ),
        rows=tuple(
            (*bucket_cells(bucket, figures.grain), *_measured(figures, figures.of(bucket.key)))
            for bucket in figures.buckets
        ),
    )
