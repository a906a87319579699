"""A drawn logo as a picture of pixels, for formats that can show no other."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from xml.etree import ElementTree

from shared.document import ReportDocument
from shared.house_style import LARGEST_LOGO, Logo, Picture

SPREADSHEET_ROOM = (200, 48)
"""Pixels across and down that a logo takes in a spreadsheet at the most."""
DENSITIES = (2, 1)
"""Pixels of the picture to one of the room it gets: for sharp screens, else as it has to be."""

DrawPng = Callable[[str], Awaitable[bytes]]
"""An SVG without texts as a PNG, as large as its `width` and `height` say."""


def has_drawn_logo(document: ReportDocument) -> bool:
    """Whether there is something to change."""
    logo = document.house_style.logo
    return logo is not None and logo.media_type is Picture.SVG


async def with_pixel_logo(
    document: ReportDocument, room: tuple[int, int], draw: DrawPng
) -> ReportDocument:
    """The document with its drawn logo in pixels; `room` is how many it gets, across and down."""
    logo = document.house_style.logo
    assert logo is not None
    # Its shapes were checked when it was kept, and it has no document type.
    svg = ElementTree.fromstring(logo.content)  # noqa: S314
    width, height = logo.size
    fitting = min(room[0] / width, room[1] / height)
    for density in DENSITIES:
        scale = fitting * density
        svg.set("width", f"{max(width * scale, 1):g}")
        svg.set("height", f"{max(height * scale, 1):g}")
        png = await draw(ElementTree.tostring(svg, encoding="unicode"))
        if len(png) <= LARGEST_LOGO:
            break
    pixels = Logo(media_type=Picture.PNG, data=base64.b64encode(png).decode())
    style = document.house_style.model_copy(update={"logo": pixels})
    return document.model_copy(update={"house_style": style})
