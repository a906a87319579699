"""A paragraph in any writing, set line by line."""

from __future__ import annotations

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable

from services.renderer.drawing.fonts import draw, wrapped

MOST_LINES = 60
"""More would outgrow a page; the last one then ends in an ellipsis."""


class Lines(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """One text in one style. Of the style it takes font, size, leading, colour and spaces."""

    def __init__(self, text: str, style: ParagraphStyle) -> None:
        super().__init__()
        self._text, self.style = text, style
        self.spaceBefore, self.spaceAfter = style.spaceBefore, style.spaceAfter
        self._lines: list[str] = []

    def wrap(self, available_width: float, _available_height: float) -> tuple[float, float]:
        style = self.style
        room = available_width - style.rightIndent
        self._lines = wrapped(self._text, style.fontName, style.fontSize, room, MOST_LINES)
        self.width, self.height = available_width, style.leading * len(self._lines)
        return self.width, self.height

    def draw(self) -> None:
        style = self.style
        self.canv.setFillColor(style.textColor)
        # As ReportLab's own paragraphs: the first baseline one type size below the top.
        y = self.height - style.fontSize
        for line in self._lines:
            draw(self.canv, 0, y, line, style.fontName, style.fontSize)
            y -= style.leading
