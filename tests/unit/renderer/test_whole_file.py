"""A PDF that lost a part on its way to the disk is refused, not delivered."""

from __future__ import annotations

import re

import pytest

from services.renderer.drawing.report import draw_report
from services.renderer.drawing.whole_file import ensure_whole
from shared.errors import PermanentError
from tests.documents import document


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return draw_report(document())[0]


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_a_good_file_passes(pdf: bytes) -> None:
    ensure_whole(pdf, pages(pdf))


def test_another_number_of_pages_is_refused(pdf: bytes) -> None:
    with pytest.raises(PermanentError, match="pages"):
        ensure_whole(pdf, pages(pdf) + 1)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_ends_too_early_is_refused(pdf: bytes, share: float) -> None:
    with pytest.raises(PermanentError, match="no end"):
        ensure_whole(pdf[: int(len(pdf) * share)], pages(pdf))


def test_a_file_with_a_part_cut_out_is_refused(pdf: bytes) -> None:
    middle = len(pdf) // 2
    with pytest.raises(PermanentError):
        ensure_whole(pdf[:middle] + pdf[middle + 40 :], pages(pdf))


def test_nothing_is_no_file() -> None:
    with pytest.raises(PermanentError, match="no beginning"):
        ensure_whole(b"", 1)
