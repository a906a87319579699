"""The report that every tool draws: a summary, four key figures, one table of six columns.

Broadsheet draws a chart besides. The others get plain HTML, the least that says the same: a
repeated header, striped rows, figures to the right, "Page X of Y". So they have less to do.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import escape

from services.renderer.presentation import cell_text, heading, kpi_value
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
)
from shared.periods import Period

COLUMNS = (
    Column(name="project", title="Project", kind=Kind.TEXT),
    Column(name="worker", title="Worker", kind=Kind.TEXT),
    Column(name="jobs", title="Jobs", kind=Kind.INTEGER),
    Column(name="gpu_hours", title="GPU time", kind=Kind.DECIMAL, unit="h", places=2),
    Column(name="share", title="Share", kind=Kind.PERCENT, places=1),
    Column(name="day", title="Day", kind=Kind.DATE),
)
FIRST = date(2026, 1, 1)


def document(rows: int) -> ReportDocument:
    """With so many table rows, always the same ones."""
    period = Period(first_day=FIRST, last_day=date(2026, 1, 31), timezone="UTC")
    days = [{"day": f"2026-01-{day:02}", "n": day * 7 % 31} for day in range(1, 32)]
    chart = Chart(
        name="days",
        title="Jobs by day",
        alternative_text="Bars by day.",
        specification={
            "data": {"values": days},
            "mark": "bar",
            "encoding": {
                "x": {"field": "day", "type": "ordinal"},
                "y": {"field": "n", "type": "quantitative"},
            },
        },
    )
    table = Table(
        name="jobs",
        title="Jobs",
        columns=COLUMNS,
        rows=tuple(
            (
                f"Project {row % 37}",
                f"rack{row % 9:02}-gpu{row % 8}",
                row * 17 % 5000,
                f"{row * 13 % 100_000 / 100:.2f}",
                f"{row * 7 % 1000 / 10:.1f}",
                (FIRST + timedelta(days=row % 31)).isoformat(),
            )
            for row in range(rows)
        ),
    )
    kpis = tuple(
        Kpi(
            name=f"k{number}",
            title=f"Figure {number}",
            value=Decimal(1000 + number),
            previous=Decimal(900),
            direction=Direction.UP,
            change_percent=Decimal("11.1"),
            verdict=Verdict.GOOD,
        )
        for number in range(4)
    )
    return ReportDocument(
        type="benchmark",
        title="Jobs of January",
        period=period,
        previous_period=period.previous,
        as_of=datetime(2026, 2, 1, tzinfo=UTC),
        generated_at=datetime(2026, 2, 1, tzinfo=UTC),
        tenant="Example Studios",
        summary=("Jobs rose by a ninth.", "Nothing else moved."),
        kpis=kpis,
        sections=(
            Section(title="Over time", charts=(chart,)),
            Section(title="Jobs", tables=(table,)),
        ),
        notes=("Jobs count on the day they finished.",),
    )


def plain_html(wanted: ReportDocument, *, margin_boxes: bool) -> str:
    """For the other tools; `margin_boxes`: page numbers by CSS, else by xhtml2pdf's own tags."""
    (table,) = wanted.tables
    head = "".join(f"<th>{escape(heading(column))}</th>" for column in table.columns)
    body = "".join(
        f'<tr class="{"even" if index % 2 else "odd"}">'
        + "".join(
            f"<td>{escape(cell_text(cell, column, 'UTC'))}</td>"
            for cell, column in zip(row, table.columns, strict=True)
        )
        + "</tr>"
        for index, row in enumerate(table.rows)
    )
    tiles = "".join(
        f"<td><b>{kpi_value(kpi)}</b><br>{escape(kpi.title)}</td>" for kpi in wanted.kpis
    )
    sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in wanted.summary)
    if margin_boxes:
        page = '@page { size: A4; margin: 2cm; @bottom-right { content: "Page " counter(page) '
        page += '" of " counter(pages); } }'
        footer = ""
    else:
        page = "@page { size: a4; margin: 2cm; @frame footer { -pdf-frame-content: footer; "
        page += "bottom: 1cm; margin-left: 2cm; margin-right: 2cm; height: 1cm; } }"
        footer = '<div id="footer">Page <pdf:pagenumber> of <pdf:pagecount></div>'
    return (
        f"<html><head><style>{page} body {{ font-family: sans-serif; font-size: 9pt; }} "
        "table.rows { width: 100%; } td, th { padding: 2pt; } .even { background: #F4F6F8; } "
        f"</style></head><body><h1>{escape(wanted.title)}</h1>{sentences}"
        f"<table><tr>{tiles}</tr></table>"
        f'<table class="rows" repeat="1"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
        f"{footer}</body></html>"
    )
