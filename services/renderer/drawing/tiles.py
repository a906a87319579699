"""KPI tiles: a figure, how it moved, whether that is welcome, and what it was before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable

from services.renderer import palette
from services.renderer.drawing.fonts import REGULAR, STRONG, draw, fitted, width
from services.renderer.presentation import (
    kpi_change,
    kpi_previous,
    kpi_unit,
    kpi_value,
    one_line,
    verdict,
)
from shared.document import Direction, Kpi, Verdict

NARROWEST, WIDEST = 114.0, 180.0
"""Points of a tile: two tiles across a whole page look lost."""
HEIGHT = 80.0
GAP = 10.0
"""Points between tiles, and between rows of them."""
PADDING = 11.0
LARGEST, SMALLEST_WITH_UNIT, SMALLEST = 22, 16, 10
"""Type sizes of a value. It shrinks a little for its unit, and further only to fit itself."""
CHANGE_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5)
UNIT_SIZE = 8.0
UNIT_GAP = 4.0


def tile_rows(kpis: Sequence[Kpi], available_width: float, colour: str) -> list[Flowable]:
    """The tiles in rows of equal length, each with a bar of that colour."""
    most = int((available_width + GAP) // (NARROWEST + GAP))
    count = -(-len(kpis) // most)
    per_row = -(-len(kpis) // count) if count else 0
    return [
        _TileRow(kpis[start : start + per_row], per_row, available_width, colour)
        for start in range(0, len(kpis), per_row or 1)
    ]


class _TileRow(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    def __init__(
        self, kpis: Sequence[Kpi], per_row: int, available_width: float, colour: str
    ) -> None:
        super().__init__()
        self._kpis, self._colour = kpis, colour
        self.width, self.height = available_width, HEIGHT + GAP
        self._tile = min(WIDEST, (available_width - GAP * (per_row - 1)) / per_row)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        for index, kpi in enumerate(self._kpis):
            x = index * (self._tile + GAP)
            self.canv.setFillColor(HexColor(self._colour))
            self.canv.rect(x, GAP + HEIGHT - 2, self._tile, 2, stroke=0, fill=1)
            _draw_tile(self.canv, kpi, x, GAP, self._tile)


def _draw_tile(canvas: Any, kpi: Kpi, x: float, y: float, tile_width: float) -> None:
    canvas.setFillColor(HexColor(palette.SHADE))
    canvas.rect(x, y, tile_width, HEIGHT - 2, stroke=0, fill=1)
    left, inner = x + PADDING, tile_width - 2 * PADDING

    _text(canvas, left, y + HEIGHT - 18, one_line(kpi.title), REGULAR, 8, palette.MUTED, inner)

    value = kpi_value(kpi)
    unit = kpi_unit(kpi)
    size, with_unit = _value_size(value, unit, inner)
    _text(canvas, left, y + HEIGHT - 41, value, STRONG, size, palette.INK, inner)
    if with_unit:
        after_value = width(value, STRONG, size) + UNIT_GAP
        _text(canvas, left + after_value, y + HEIGHT - 41, unit, REGULAR, UNIT_SIZE,
              palette.MUTED, inner - after_value)  # fmt: skip

    colour = palette.WARNING if kpi.verdict is Verdict.BAD else palette.INK
    indent = 0.0
    if kpi.direction in (Direction.UP, Direction.DOWN):
        _arrow(canvas, left, y + 25, colour, up=kpi.direction is Direction.UP)
        indent = 10.0
    told = " · ".join(filter(None, [kpi_change(kpi), verdict(kpi)]))
    # The verdict stands last: better smaller than cut off.
    size = next(
        (s for s in CHANGE_SIZES if width(told, STRONG, s) <= inner - indent), CHANGE_SIZES[-1]
    )
    _text(canvas, left + indent, y + 25, told, STRONG, size, colour, inner - indent)
    _text(canvas, left, y + 11, kpi_previous(kpi), REGULAR, 7.5, palette.MUTED, inner)


def _value_size(value: str, unit: str, room: float) -> tuple[float, bool]:
    """The type size of a value, and whether its unit stands beside it: whole, or not at all."""
    beside = UNIT_GAP + width(unit, REGULAR, UNIT_SIZE) if unit else 0.0
    for size in range(LARGEST, SMALLEST_WITH_UNIT - 1, -1):
        if unit and width(value, STRONG, size) + beside <= room:
            return size, True
    size = LARGEST
    while size > SMALLEST and width(value, STRONG, size) > room:
        size -= 1
    return size, False


def _text(
    canvas: Any, x: float, y: float, text: str, font: str, size: float, colour: str, room: float
) -> None:
    canvas.setFillColor(HexColor(colour))
    draw(canvas, x, y, fitted(text, font, size, room), font, size)


def _arrow(canvas: Any, x: float, baseline: float, colour: str, *, up: bool) -> None:
    """A small triangle as high as the figures beside it."""
    tip, foot = (baseline + 6.2, baseline + 0.2) if up else (baseline + 0.2, baseline + 6.2)
    path = canvas.beginPath()
    path.moveTo(x, foot)
    path.lineTo(x + 6.8, foot)
    path.lineTo(x + 3.4, tip)
    path.close()
    canvas.setFillColor(HexColor(colour))
    canvas.drawPath(path, stroke=0, fill=1)
