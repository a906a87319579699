"""A document with one of everything: drawing it loads all that drawing others needs."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from decimal import Decimal

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
from shared.house_style import HouseStyle, Logo, Picture
from shared.periods import Period

SMALLEST_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)
"""One pixel, so that what reads pictures is loaded."""
_SAMPLE_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40"><g class="mark-rect role-mark">'
    '<path d="M0,0h40v20a5,5,0,0,1,-5,5q-10,5,-20,0h-15Z" fill="#1F4E79" opacity="0.5"/></g>'
    '<g class="mark-text role-axis-label"><text font-size="8" fill="#5A6573">Ω 1,000</text></g>'
    "</svg>"
)
"""Paths, curves and a text."""


class SampleCharts:
    """What its chart becomes, without the chart library."""

    def svg(self, _specification_json: str, _width: int, /) -> str:
        return _SAMPLE_SVG

    def png(self, _svg: str, /) -> bytes:
        return base64.b64decode(SMALLEST_PNG)


def sample_document() -> ReportDocument:
    """Kinds of cells, directions, a picture, a chart that has data to be drawn."""
    period = Period(first_day=date(2026, 1, 1), last_day=date(2026, 1, 31), timezone="UTC")
    kinds = list(Kind)
    cells = {
        Kind.TEXT: "Ωмега «é» " * 12,
        Kind.INTEGER: 1,
        Kind.DECIMAL: "1.5",
        Kind.PERCENT: "2.5",
        Kind.DATE: "2026-01-02",
        Kind.INSTANT: "2026-01-02T03:04:05+00:00",
        Kind.BOOLEAN: True,
    }
    row = tuple(cells[kind] for kind in kinds)
    charts = (
        Chart(
            name="sample",
            title="Sample",
            alternative_text="Sample",
            specification={
                "data": {"values": [{"day": "2026-01-01", "n": 1}, {"day": "2026-01-02", "n": 2}]},
                "mark": "bar",
                "encoding": {
                    "x": {"field": "day", "type": "temporal"},
                    "y": {"field": "n", "type": "quantitative"},
                },
            },
        ),
    )
    table = Table(
        name="sample",
        title="Sample",
        columns=tuple(Column(name=kind, title=kind, kind=kind, unit="h") for kind in kinds),
        rows=(row,) * 60,
        total=row,
    )
    return ReportDocument(
        type="sample",
        title="Sample",
        period=period,
        previous_period=period.previous,
        as_of=datetime(2026, 2, 1, tzinfo=UTC),
        generated_at=datetime(2026, 2, 1, tzinfo=UTC),
        tenant="Sample",
        summary=("A sentence.", "Another one."),
        kpis=tuple(
            Kpi(
                name=direction,
                title=direction,
                value=Decimal(1),
                previous=Decimal(2),
                direction=direction,
                change_percent=Decimal("-50.0"),
                verdict=Verdict.BAD,
            )
            for direction in Direction
        ),
        sections=(Section(title="Sample", text=("Text.",), charts=charts, tables=(table,)),),
        notes=("A note.",),
        house_style=HouseStyle(logo=Logo(media_type=Picture.PNG, data=SMALLEST_PNG)),
    )
