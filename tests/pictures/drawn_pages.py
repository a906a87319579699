"""A page of a PDF as a picture, and how far two such pictures lie apart."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it has no types
from PIL import Image, ImageChops

from services.renderer import palette
from shared.series_colours import SERIES

DOTS_PER_INCH = 80
INKS = (palette.INK, palette.MUTED, palette.RULE, palette.WARNING, "#8C1D40", "#A3783A", *SERIES)
"""What pages are printed with, two colours of a house style among them."""
STEPS = 8
"""From each ink to the paper: the edges of letters."""
STRONG = 64
"""Levels of 255: machines that smooth edges each in their way, and the palette, stay below."""
MOST_STRONG = 100
"""Pixels of some 600,000 that may differ strongly. One digit of a headline figure is more."""


def drawn_page(pdf: bytes, number: int) -> Image.Image:
    """The page, counted from 1, drawn by PDFium, on white, as it is stored."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn: Image.Image = document[number - 1].render(scale=DOTS_PER_INCH / 72).to_pil()
    finally:
        document.close()
    return drawn.convert("RGB").quantize(palette=_palette(), dither=Image.Dither.NONE)


@cache
def _palette() -> Image.Image:
    """The inks on white and on shade: a picture in these takes a third of the room."""
    colours = {
        tuple(
            round(ground + (ink - ground) * step / STEPS)
            for ink, ground in zip(_rgb(ink), _rgb(paper), strict=True)
        )
        for ink in INKS
        for paper in ("#FFFFFF", palette.SHADE)
        for step in range(STEPS + 1)
    }
    # Pillow looks near: with another colour close by, white would not stay white.
    kept = [colour for colour in sorted(colours) if min(colour) <= 248 or min(colour) == 255]
    image = Image.new("P", (1, 1))
    image.putpalette([part for colour in kept for part in colour])
    return image


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def strong_differences(one: Image.Image, other: Image.Image) -> int:
    """How many pixels differ by more than `STRONG`; all of them where the sizes do."""
    if one.size != other.size:
        return max(one.width * one.height, other.width * other.height)
    apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    channels = (channel.point(lambda level: 255 * (level > STRONG)) for channel in apart.split())
    first, second, third = channels
    return ImageChops.lighter(ImageChops.lighter(first, second), third).histogram()[255]


def side_by_side(stored: Image.Image, drawn: Image.Image) -> Image.Image:
    """The stored picture, the drawn one, and in black what differs."""
    shown = [stored.convert("RGB"), drawn.convert("RGB")]
    shown.append(ImageChops.invert(ImageChops.difference(*_of_one_size(*shown))))
    sheet = Image.new("RGB", (sum(one.width for one in shown), max(one.height for one in shown)))
    left = 0
    for one in shown:
        sheet.paste(one, (left, 0))
        left += one.width
    return sheet


def store(picture: Image.Image, path: Path) -> None:
    """As a PNG, as small as it gets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    path.write_bytes(content.getvalue())


def _of_one_size(one: Image.Image, other: Image.Image) -> tuple[Image.Image, Image.Image]:
    size = (max(one.width, other.width), max(one.height, other.height))
    sheets = (Image.new("RGB", size, "white"), Image.new("RGB", size, "white"))
    for sheet, picture in zip(sheets, (one, other), strict=True):
        sheet.paste(picture, (0, 0))
    return sheets
