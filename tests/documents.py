"""Sample ReportDocuments: a usual month, one with nothing in it, and made-to-measure ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

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

OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")
AS_OF = datetime(2026, 11, 2, 8, 14, 30, tzinfo=UTC)
GENERATED_AT = datetime(2026, 11, 2, 8, 15, tzinfo=UTC)

PROJECTS = ("Northern Lights", "The Paper Boat", "Harbour Street", "Cold Harvest")

COLUMNS = (
    Column(name="project", title="Project", kind=Kind.TEXT),
    Column(name="delivered", title="Delivered", kind=Kind.INTEGER, unit="characters"),
    Column(name="previous", title="Previous period", kind=Kind.INTEGER, unit="characters"),
    Column(name="change", title="Change", kind=Kind.PERCENT, places=1),
    Column(name="gpu_hours", title="GPU time", kind=Kind.DECIMAL, unit="h", places=2),
    Column(name="last_delivery", title="Last delivery", kind=Kind.DATE),
)


def kpi(
    name: str,
    value: str | None,
    previous: str | None,
    *,
    unit: str | None = None,
    places: int = 0,
    more_is: Verdict = Verdict.GOOD,
) -> Kpi:
    """A headline figure compared the way the aggregator compares it."""
    now = None if value is None else Decimal(value)
    before = None if previous is None else Decimal(previous)
    direction, change, verdict = compare(now, before, more_is=more_is)
    return Kpi(
        name=name,
        title=name.replace("_", " ").capitalize(),
        value=now,
        previous=before,
        unit=unit,
        places=places,
        direction=direction,
        change_percent=change,
        verdict=verdict,
    )


def bar_chart(projects: Sequence[str] = PROJECTS, days: int = 31) -> Chart:
    """Characters delivered per day, stacked by project."""
    values = [
        {
            "day": (OCTOBER.first_day + timedelta(days=number)).isoformat(),
            "project": project,
            "delivered": (number * 7 + index * 5) % 4,
        }
        for number in range(days)
        for index, project in enumerate(projects)
    ]
    return Chart(
        name="delivered_per_day",
        title="Characters delivered per day",
        alternative_text="Bars per day, stacked by project.",
        specification={
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "data": {"values": values},
            "mark": "bar",
            "encoding": {
                "x": {
                    "field": "day",
                    "type": "ordinal",
                    "timeUnit": "utcyearmonthdate",
                    "axis": {"format": "%-d %b", "labelAngle": 0, "labelOverlap": True},
                    "title": None,
                },
                "y": {"field": "delivered", "type": "quantitative", "title": "characters"},
                "color": {"field": "project", "type": "nominal"},
            },
        },
    )


def table(rows: Sequence[Sequence[Any]], *, total: Sequence[Any] | None = None) -> Table:
    """A table of `COLUMNS`."""
    return Table(
        name="by_project",
        title="Delivered characters by project",
        columns=COLUMNS,
        rows=tuple(tuple(row) for row in rows),
        total=None if total is None else tuple(total),
    )


def document(
    *,
    rows: Sequence[Sequence[Any]] | None = None,
    total: Sequence[Any] | None = None,
    charts: Sequence[Chart] | None = None,
    **over: Any,
) -> ReportDocument:
    """An October of a small studio; any part can be replaced."""
    if rows is None:
        rows = [
            ("Northern Lights", 21, 18, "16.7", "412.50", "2026-10-30"),
            ("The Paper Boat", 14, 16, "-12.5", "1208.75", "2026-10-28"),
            ("Harbour Street", 10, 6, "66.7", "96.00", "2026-10-31"),
            ("Cold Harvest", 0, 0, None, "0.00", None),
        ]
        total = ("Total", 45, 40, "12.5", "1717.25", None)
    fields: dict[str, Any] = {
        "type": "delivery_summary",
        "title": "Delivery summary",
        "period": OCTOBER,
        "previous_period": OCTOBER.previous,
        "as_of": AS_OF,
        "generated_at": GENERATED_AT,
        "tenant": "Lighthouse Studio",
        "summary": (
            "45 characters were delivered across 3 projects, 12.5% more than in the 31 days "
            "before.",
            "Harbour Street grew most: 10 characters after 6. The Paper Boat fell from 16 to 14.",
            "Cold Harvest delivered nothing in either period.",
        ),
        "kpis": (
            kpi("characters_delivered", "45", "40", unit="characters"),
            kpi("projects_delivering", "3", "3", unit="projects"),
            kpi("median_turnaround", "9.4", "8.1", unit="days", places=1, more_is=Verdict.BAD),
            kpi("gpu_hours_per_character", "38.16", None, unit="h", places=2),
        ),
        "sections": (
            Section(
                title="Deliveries over time",
                charts=tuple([bar_chart()] if charts is None else charts),
            ),
            Section(title="By project", tables=(table(rows, total=total),)),
        ),
        "notes": (
            "A character counts on the day of its first delivery; later corrections do not count "
            "again.",
            "2 characters without a project were left out.",
        ),
    }
    return ReportDocument(**{**fields, **over})


def empty_document() -> ReportDocument:
    """A period in which nothing happened."""
    return document(
        rows=[],
        summary=("Nothing was delivered in this period.",),
        kpis=(kpi("characters_delivered", "0", "40", unit="characters"),),
        charts=(),
        notes=(),
    )


def document_of_rows(count: int) -> ReportDocument:
    """A document whose table has that many rows; row n is called "Project n"."""
    rows = [
        (f"Project {number}", number, number // 2, "1.0", f"{number}.25", "2026-10-30")
        for number in range(1, count + 1)
    ]
    return document(rows=rows, total=("Total", count, None, None, None, None))


def directions() -> tuple[Kpi, ...]:
    """One KPI for each direction."""
    return tuple(
        Kpi(
            name=direction.value,
            title=direction.value,
            value=Decimal(5),
            previous=None if direction is Direction.UNKNOWN else Decimal(0),
            direction=direction,
            change_percent=None,
            verdict=Verdict.NEUTRAL,
        )
        for direction in Direction
    )


EVERY_KIND = (
    Column(name="label", title="Label", kind=Kind.TEXT),
    Column(name="count", title="Count", kind=Kind.INTEGER, unit="characters"),
    Column(name="hours", title="Hours", kind=Kind.DECIMAL, unit="h", places=2),
    Column(name="exact", title="Exact", kind=Kind.DECIMAL),
    Column(name="share", title="Share", kind=Kind.PERCENT, places=1),
    Column(name="day", title="Day", kind=Kind.DATE),
    Column(name="seen", title="Seen", kind=Kind.INSTANT),
    Column(name="active", title="Active", kind=Kind.BOOLEAN),
)
"""One column of each kind."""

TEXTS = (
    "0001", "", " padded ", 'say "so", twice', "two\r\nlines", "tab\there", "<b>&amp;</b>",
    "<r><t>not markup</t></r>", "_x0041_", "Ωмега", "影像", "مشهد", "סצנה", "🎬", "\x07bell",
    "=1+1", "+1", "-1", "@sum", "\tcmd", "\rcmd", "\ncmd", "http://example.com/", "TRUE", "1e5",
)  # fmt: skip
"""What a file format may take for something else."""


def every_kind() -> ReportDocument:
    """A table with cells of every kind: usual, extreme, missing, and texts that look like code."""
    usual = (7, "412.50", "0.1", "16.7", "2026-10-30", "2026-10-25T00:30:00+00:00", True)
    rows: list[tuple[Any, ...]] = [(text, *usual) for text in TEXTS]
    rows += [
        ("negative", -7, "-0.25", "-1234567.000001", "-12.5", "1999-12-31",
         "2026-10-25T03:30:00.125+02:00", False),
        ("zero", 0, "0.00", "0", "0.0", "2024-02-29", "2026-10-25T01:30:00Z", False),
        ("large", 999_999_999_999_999, "9999999999999.99", "123456789012345", "100000.0",
         "9999-12-31", "2100-01-01T00:00:00-11:00", True),
        (None,) * 8,
    ]  # fmt: skip
    table_ = Table(
        name="every_kind",
        title="Every kind of cell",
        columns=EVERY_KIND,
        rows=tuple(rows),
        total=("Total", 1, "2.00", None, None, None, None, None),
    )
    return document(sections=(Section(title="Every kind", tables=(table_,)),))


def two_tables() -> ReportDocument:
    """Two tables of the same name; the second one is empty."""
    first = document().sections[1].tables[0]
    return document(
        sections=(
            Section(title="First", charts=(bar_chart(),), tables=(first,)),
            Section(title="Second", tables=(first.model_copy(update={"rows": (), "total": None}),)),
        )
    )


def cut_document(count: int, available: int) -> ReportDocument:
    """A table of `count` rows of which a limit has cut away the others."""
    whole = document_of_rows(count)
    section = whole.sections[1]
    cut = section.tables[0].model_copy(update={"available_rows": available})
    return whole.model_copy(
        update={"sections": (whole.sections[0], section.model_copy(update={"tables": (cut,)}))}
    )
