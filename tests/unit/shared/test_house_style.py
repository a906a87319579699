"""What an organisation may say about the look of its reports, and what is refused."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import pytest
from pydantic import ValidationError

from shared.house_style import HouseStyle, Logo, contrast

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">{}</svg>'
SHAPES = '<rect width="40" height="40" fill="#0B6E4F"/><circle cx="60" cy="20" r="12"/>'


def png(width: int = 2, height: int = 2) -> bytes:
    """Black pixels, made here so that no library of the code under test is asked."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    pixels = zlib.compress(b"\0" * (height * (width * 3 + 1)))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def logo(content: bytes | str, media_type: str = "image/svg+xml") -> dict[str, Any]:
    raw = content.encode() if isinstance(content, str) else content
    return {"media_type": media_type, "data": base64.b64encode(raw).decode()}


def test_a_logo_of_plain_shapes_or_pixels_is_taken() -> None:
    assert Logo.model_validate(logo(SVG.format(SHAPES))).size == (120, 40)
    assert Logo.model_validate(logo(png(30, 10), "image/png")).size == (30, 10)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SVG.format("<script>alert(1)</script>"), "<script>"),
        (SVG.format('<image href="http://127.0.0.1:9/a.png"/>'), "<image>"),
        (SVG.format('<use href="#a"/>'), "<use>"),
        (SVG.format("<style>*{}</style>"), "<style>"),
        (SVG.format('<rect onclick="x()"/>'), "onclick"),
        (SVG.format('<rect style="fill:url(http://127.0.0.1:9)"/>'), "style"),
        (SVG.format('<rect fill="url(#a)"/>'), "colour"),
        (SVG.format('<g transform="matrix(1 0 0 1 0 0)"/>'), "transform"),
        ('<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG.format(""), "document type"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 9"/>', "empty"),
        ("<html/>", "no SVG"),
        ("not XML", "no SVG"),
        (SVG.format(f'<path d="{"M0 0 " * 20_000}"/>'), "at most"),
    ],
)
def test_a_vector_logo_that_does_more_than_show_shapes_is_refused(
    content: str, reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        Logo.model_validate(logo(content))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"GIF89a", "no PNG"),
        (png(3000, 1), "3000 by 1 pixels"),
        (png()[:-6], "not whole"),
        (png().replace(b"IDAT", b"IDAX"), "damaged"),
    ],
)
def test_a_damaged_or_huge_picture_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Logo.model_validate(logo(content, "image/png"))


def test_data_that_is_not_base64_is_refused() -> None:
    with pytest.raises(ValidationError, match="base64"):
        Logo.model_validate({"media_type": "image/png", "data": "%%%"})


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"colour": "#FFD400"}, "darker"),
        ({"colour": "#8A8A8A"}, "darker"),
        ({"second_colour": "#DDDDDD"}, "darker"),
        ({"colour": "red"}, "pattern"),
        ({"footer": "x" * 121}, "120"),
        ({"paper": "a5"}, "a4"),
        ({"font": "Comic"}, "font"),
    ],
)
def test_what_would_be_hard_to_read_is_refused(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        HouseStyle.model_validate(values)


def test_contrast_is_that_of_the_guidelines() -> None:
    """Figures that the guidelines' authors give: black 21, #767676 4.54, #FF0000 4.0."""
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)
    assert contrast("#FF0000") == pytest.approx(4.0, abs=0.01)
