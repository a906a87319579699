"""A tile shows its figure whole, and its unit whole or not at all."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from services.renderer.drawing.report import draw_report
from tests.documents import document, kpi


@pytest.mark.parametrize(
    ("value", "unit_fits"),
    [
        ("7", True),
        ("172", True),
        ("1335", True),
        ("12345", False),
        ("1234567", False),
        ("1234567890123", False),
    ],
)
def test_a_figure_is_whole_and_its_unit_is_whole_or_left_out(value: str, unit_fits: bool) -> None:
    figure = kpi("characters_delivered", value, None)
    four = tuple(
        figure.model_copy(update={"name": f"{n}", "title": f"Tile {n}", "unit": "characters"})
        for n in range(4)
    )
    nothing_else = {"sections": (), "notes": (), "summary": (), "snapshot_sha256": "0" * 64}
    drawn = document().model_copy(update={"kpis": four, **nothing_else})
    text = PdfReader(BytesIO(draw_report(drawn)[0])).pages[0].extract_text()
    assert text.count(f"{int(value):,}") == 4
    assert text.count("characters") == (4 if unit_fits else 0)
    assert "…" not in text
