"""The organisation's logo, at the right above the title."""

from __future__ import annotations

import io
from xml.etree import ElementTree

from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable

from services.renderer.drawing.vega_svg import VegaPicture
from shared.house_style import Logo, Picture

WIDEST, HIGHEST = 132.0, 36.0
"""Points."""


class LogoMark(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """Takes no room: it stands beside the name and the title, which begin at the left."""

    def __init__(self, logo: Logo, available_width: float) -> None:
        super().__init__()
        self._logo, self._right = logo, available_width

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0.0, 0.0

    def draw(self) -> None:
        width, height = self._logo.size
        scale = min(WIDEST / width, HIGHEST / height)
        left, bottom = self._right - width * scale, -height * scale
        if self._logo.media_type is Picture.PNG:
            self.canv.drawImage(
                ImageReader(io.BytesIO(self._logo.content)),
                left,
                bottom,
                width * scale,
                height * scale,
                mask="auto",
            )
            return
        # Its shapes were checked when it was kept, and it has no document type.
        svg = ElementTree.fromstring(self._logo.content)  # noqa: S314
        VegaPicture(svg, width * scale).drawOn(self.canv, left, bottom)
