"""How an organisation wants its reports to look: paper, logo, two colours, a line at the foot.

Kept in the tenant's settings and copied into each document, so that rendering a snapshot again
gives the same file after the settings have changed. Everything is checked here, before it is
kept: what is drawn later needs no mistrust.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from enum import StrEnum
from typing import Annotated
from xml.etree import ElementTree

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

LARGEST_LOGO = 65_536
"""Bytes."""
MOST_PIXELS = 2_000
"""Of a PNG's side."""
TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0
"""Against white: WCAG 2.2, criteria 1.4.3 and 1.4.11."""
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SVG = "{http://www.w3.org/2000/svg}"
SVG_ELEMENTS = {"svg", "g", "path", "rect", "line", "circle", "ellipse", "title", "desc"}
SVG_ATTRIBUTES = {
    "cx", "cy", "d", "fill", "fill-opacity", "height", "id", "opacity", "r", "rx", "ry", "stroke",
    "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-width", "transform",
    "version", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip
SVG_COLOUR = re.compile(r"none|#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|[a-z]+")
SVG_TRANSFORM = re.compile(r"((translate|scale|rotate)\([\d\s.,eE+-]+\)\s*)*")
"""Written with one number for rotate, one or two for the others."""


class Paper(StrEnum):
    """What a page is printed on."""

    A4 = "a4"
    """210 by 297 mm."""
    LETTER = "letter"
    """8.5 by 11 inches."""


class Picture(StrEnum):
    """The kinds of logo, by their media type."""

    PNG = "image/png"
    SVG = "image/svg+xml"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Logo(_Part):
    """A small picture. An SVG is of plain shapes alone: no text, style, script or reference."""

    media_type: Picture
    data: str = Field(description="The file in base64, 64 KB at most.")

    @model_validator(mode="after")
    def _drawable(self) -> Logo:
        content = self.content
        if len(content) > LARGEST_LOGO:
            raise ValueError(f"the logo has {len(content):,} bytes: {LARGEST_LOGO:,} at most")
        if self.media_type is Picture.PNG:
            _check_png(content)
        else:
            _check_svg(content)
        return self

    @property
    def content(self) -> bytes:
        """The file."""
        try:
            return base64.b64decode(self.data, validate=True)
        except binascii.Error:
            raise ValueError("the logo's data is not base64") from None

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, in pixels or in units of the view box: the shape is what counts."""
        if self.media_type is Picture.PNG:
            width, height = struct.unpack(">II", self.content[16:24])
            return float(width), float(height)
        _, _, view_width, view_height = _view_box(ElementTree.fromstring(self.content))  # noqa: S314
        return view_width, view_height


def contrast(colour: str) -> float:
    """Of `#RRGGBB` against white, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    return 1.05 / (luminance(colour) + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB`, 0 to 1 (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _readable(colour: str) -> str:
    return _strong_enough(colour, TEXT_CONTRAST, "words")


def _visible(colour: str) -> str:
    return _strong_enough(colour, SHAPE_CONTRAST, "lines")


def _strong_enough(colour: str, least: float, what: str) -> str:
    found = contrast(colour)
    if found < least:
        raise ValueError(
            f"{what} in this colour are hard to see on white: its contrast is {found:.1f}, "
            f"at least {least} is needed; take a darker one"
        )
    return colour.upper()


HexColour = Field(pattern=r"^#[0-9a-fA-F]{6}$")


class HouseStyle(_Part):
    """Everything has a default: an organisation that says nothing gets plain reports."""

    paper: Paper = Paper.A4
    logo: Logo | None = None
    colour: Annotated[str, HexColour, AfterValidator(_readable)] = Field(
        "#1F4E79", description="Of words and bars that stand out."
    )
    second_colour: Annotated[str, HexColour, AfterValidator(_visible)] = Field(
        "#7A8694", description="Of the lines at head and foot."
    )
    footer: str = Field("", max_length=120, description="A line at the foot of every page.")


def _check_png(content: bytes) -> None:
    if not content.startswith(PNG_SIGNATURE) or content[12:16] != b"IHDR":
        raise ValueError("the logo is no PNG file")
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise ValueError(f"the logo is {width} by {height} pixels: {MOST_PIXELS} at most")
    place, kinds = len(PNG_SIGNATURE), []
    while place + 12 <= len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        chunk = content[place + 4 : place + 8 + length]
        if content[place + 8 + length : place + 12 + length] != struct.pack(
            ">I", zlib.crc32(chunk)
        ):
            raise ValueError("the logo's PNG file is damaged")
        kinds.append(chunk[:4])
        place += 12 + length
    if place != len(content) or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
        raise ValueError("the logo's PNG file is not whole")


def _check_svg(content: bytes) -> None:
    if b"<!" in content.replace(b"<!--", b"") or b"<?xml-stylesheet" in content:
        raise ValueError("the logo's SVG has a document type or a stylesheet: leave it out")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - entities were refused just above
    except ElementTree.ParseError:
        raise ValueError("the logo is no SVG file") from None
    if root.tag != SVG + "svg":
        raise ValueError("the logo is no SVG file")
    _, _, width, height = _view_box(root)
    if not (width > 0 and height > 0):
        raise ValueError("the logo's SVG has an empty view box")
    for element in root.iter():
        name = element.tag.removeprefix(SVG)
        if name not in SVG_ELEMENTS:
            raise ValueError(f"the logo's SVG has <{name}>: plain shapes alone can be drawn")
        for attribute, value in element.attrib.items():
            if attribute not in SVG_ATTRIBUTES:
                raise ValueError(f"the logo's SVG has the attribute {attribute!r}: leave it out")
            if attribute in ("fill", "stroke") and not SVG_COLOUR.fullmatch(value):
                raise ValueError(f"the logo's SVG has the colour {value!r}: write #RRGGBB")
            if attribute == "transform" and not SVG_TRANSFORM.fullmatch(value.strip()):
                raise ValueError("the logo's SVG has a transform that cannot be drawn")


def _view_box(root: ElementTree.Element) -> tuple[float, float, float, float]:
    numbers = re.split(r"[\s,]+", root.attrib.get("viewBox", "").strip())
    try:
        left, top, width, height = map(float, numbers)
    except ValueError:
        raise ValueError("the logo's SVG needs a viewBox of four numbers") from None
    return left, top, width, height
