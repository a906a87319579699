"""What the figures of `reviewer_productivity` say: sentences, charts, tables and notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.aggregator.charts.lines import lines
from services.aggregator.charts.stacked_bars import MOST_SERIES, stacked_bars
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.report_types.reviewer_productivity.anonymity import LEAST_REVIEWS
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
from services.aggregator.report_types.reviewer_productivity.sentences import summary
from services.aggregator.scope.filters import note
from services.aggregator.scope.grain import Grain
from services.aggregator.scope.progress import Stage
from services.aggregator.scope.selection import SelectionOverTime
from services.aggregator.statistics.headline import kpi
from services.aggregator.statistics.ratio import ratio_kpi
from services.aggregator.statistics.rounding import percentage, quotient
from services.aggregator.wording.days import day_range, moment
from services.aggregator.wording.notes import bucket_notes
from services.aggregator.wording.numbers import counted
from shared.document import Cell, Chart, Column, Kind, Kpi, ReportDocument, Section, Table, Verdict

NAME = "reviewer_productivity"
TITLE = "Reviewer productivity"
MILLISECONDS_PER_HOUR = 3_600_000


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
            *_notes(figures),
            *(_chart_notes(figures) if charts else ()),
            *(bucket_notes(figures.buckets, figures.grain, asked.grain, "bar") if charts else ()),
        ),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    stage, waiting = figures.progress.stage, figures.waiting_in_all
    now, before = figures.shown(NOW) or NOTHING, figures.shown(BEFORE) or NOTHING
    return (
        kpi(
            "median_hours", "Half decided within", now.median, before.median,
            divisor=MILLISECONDS_PER_HOUR, places=1, unit="h", stage=stage,
            more_is=Verdict.BAD, grows=False,
        ),
        kpi(
            "ninetieth_hours", "Nine in ten within", now.ninetieth, before.ninetieth,
            divisor=MILLISECONDS_PER_HOUR, places=1, unit="h", stage=stage,
            more_is=Verdict.BAD, grows=False,
        ),
        ratio_kpi(
            "approved_percent", "Approved",
            (now.approved * 100, now.reviews), (before.approved * 100, before.reviews),
            unit="%", places=1, stage=stage, more_is=Verdict.GOOD,
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
    days = day_range(figures.progress.period.first_day, figures.progress.period.last_day)
    # The same teams in the same order as in the bars: so each has one colour in both charts.
    points = _points(figures, named[: MOST_SERIES - 1]) or _points(figures, [EVERY_TEAM])
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
        value_title="Reviews decided",
    )


def _points(figures: Figures, teams: Sequence[str]) -> dict[tuple[str, str], Decimal]:
    """Median hours by team and bucket; that of one team's handful of reviews is chance."""
    found = {
        (team, bucket.key): figures.shown(bucket.key, team)
        for team in teams
        for bucket in figures.buckets
    }
    return {
        group: Decimal(measures.median) / MILLISECONDS_PER_HOUR
        for group, measures in found.items()
        if measures is not None
        and measures.median is not None
        and (group[0] == EVERY_TEAM or measures.reviews >= LEAST_REVIEWS)
    }


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
    return _text(quotient(milliseconds, MILLISECONDS_PER_HOUR, 1))


def _team_table(figures: Figures) -> Table:
    return Table(
        name="by_team",
        title="Reviews by team, the slowest first",
        columns=(
            Column(name="team", title="Team", kind=Kind.TEXT),
            *_MEASURED,
            Column(
                name="previous_median_hours", title="Before", kind=Kind.DECIMAL,
                unit="h", places=1,
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


_BUCKET_TITLES = {Grain.DAY: "Day", Grain.WEEK: "ISO week", Grain.MONTH: "Month"}


def _time_table(figures: Figures) -> Table:
    return Table(
        name="over_time",
        title=f"Reviews of all teams per {figures.grain}",
        columns=(
            Column(name="bucket", title=_BUCKET_TITLES[figures.grain], kind=Kind.TEXT),
            *_MEASURED,
        ),
        rows=tuple(
            (bucket.key, *_measured(figures, figures.of(bucket.key))) for bucket in figures.buckets
        ),
    )


# Notes


def _notes(figures: Figures) -> Iterator[str]:
    progress = figures.progress
    period, zone = progress.period, progress.period.timezone
    yield "These are figures of the pipeline: where reviews wait, not how good anybody's work is."
    yield (
        f"A review counts once, on the day of its decision by the clocks of {zone}. It takes from "
        "the request to the decision, nights and weekends included."
    )
    yield (
        "Half of the reviews took no longer than the median, nine in ten no longer than the time "
        "under 9 in 10; the median of the period before stands under Before. Notes per segment "
        "are all notes of the decided reviews over all segments looked at."
    )
    if only := note(figures.filters):
        yield only
    if progress.stage is Stage.RUNNING:
        yield (
            f"The period has not ended: its figures reach up to {moment(progress.as_of, zone)}, "
            "while the period before is whole."
        )
    elif progress.stage is Stage.NOT_BEGUN:
        yield f"The period begins after the as-of time, {moment(progress.as_of, zone)}."
    if figures.waiting_in_all.at_end:
        yield (
            "Not counted as decided, because still waiting: "
            f"{counted(figures.waiting_in_all.at_end, 'review')}."
        )
    yield from _anonymity_notes(figures)
    if figures.first_decision is None:
        yield "The source has no decided reviews at all."
    elif figures.first_decision > period.previous.starts_at:
        yield (
            f"The source's first decision is of {moment(figures.first_decision, zone)}: before "
            "that there is nothing to compare with."
        )


def _anonymity_notes(figures: Figures) -> Iterator[str]:
    """Who is not shown alone, and why."""
    if figures.teams_together:
        teams = counted(figures.teams_together, "team")
        yield (
            f"So that nobody's figures stand alone, {teams} are counted together: those in which "
            "one person decided, and where that is one person in all, the smallest of the others."
        )
    told = [
        measures
        for (when, team), measures in figures.measures.items()
        if team == EVERY_TEAM or (when in (NOW, BEFORE) and team in figures.teams)
    ]
    if not all(figures.may_show(measures) for measures in told):
        yield (
            "Where one person alone decided the reviews, nothing is told of them but how many "
            "there were."
        )
    if figures.people is None:
        return
    few, with_them = figures.people.few, figures.people.with_them
    if few:
        people = "1 person" if few == 1 else f"{few:,} people"
        yield (
            f"Not shown alone but counted together with others of the team, because of fewer than "
            f"{LEAST_REVIEWS} reviews: {people}."
        )
    if with_them:
        people = "1 person" if with_them == 1 else f"{with_them:,} people"
        yield f"Counted with them, so that nobody's figures can be worked out: {people}."
    if figures.people.unseen:
        yield (
            "Teams that are too small for that are in the table by team alone, not in the one by "
            "person."
        )


def _chart_notes(figures: Figures) -> Iterator[str]:
    """What the lines leave out."""
    named = [team for team in figures.teams if team != TOGETHER and figures.of(NOW, team).reviews]
    points = _points(figures, named)
    if not points:
        yield (
            f"The line is of all teams together: none decided {LEAST_REVIEWS} reviews or more in "
            f"one {figures.grain}."
        )
        return
    if len(named) >= MOST_SERIES:
        yield (
            f"The lines are of the {MOST_SERIES - 1} teams with most reviews; the table has every "
            "team."
        )
    decided = {
        (team, bucket.key)
        for team in named
        for bucket in figures.buckets
        if figures.of(bucket.key, team).reviews
    }
    if decided - points.keys():
        yield (
            f"A team's line has a gap where the team decided fewer than {LEAST_REVIEWS} reviews or "
            "one person decided them alone."
        )
