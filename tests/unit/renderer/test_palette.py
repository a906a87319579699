"""Words that can be read in the colours of the drawn formats."""

from __future__ import annotations

import pytest

from services.renderer import palette
from shared.house_style import HouseStyle, contrast


@pytest.mark.parametrize("words", [palette.INK, palette.MUTED, palette.ACCENT, palette.WARNING])
def test_words_are_readable_on_white_and_on_shade(words: str) -> None:
    shade = 1.05 / contrast(palette.SHADE)
    assert contrast(words) * shade / 1.05 > 4.5


def test_what_is_drawn_by_default_is_the_palette_s() -> None:
    assert HouseStyle().colour == palette.ACCENT
