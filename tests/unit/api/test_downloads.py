"""Which bytes a range is."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.api.downloads import FileAnswer, answer
from services.api.problems import Problem


def found_or_refused(header: str, size: int) -> FileAnswer | Problem:
    """What is answered to a GET with that range."""
    try:
        return answer("GET", {"range": header}, artifact(size))
    except Problem as refused:
        return refused


def artifact(size: int) -> dict[str, Any]:
    return {"sha256": "0" * 64, "size": size, "file_name": "report.csv"}


@given(size=st.integers(0, 300), first=st.integers(0, 400), last=st.none() | st.integers(0, 400))
def test_a_range_is_what_slicing_gives(size: int, first: int, last: int | None) -> None:
    content = bytes(number % 256 for number in range(size))
    expected = content[first:] if last is None else content[first : last + 1]
    found = found_or_refused(f"bytes={first}-{'' if last is None else last}", size)

    if isinstance(found, Problem):
        assert found.status == 416
        assert found.headers == {"Content-Range": f"bytes */{size}"}
        assert expected == b""
    else:
        assert content[found.start : found.start + found.length] == expected
        assert found.headers["Content-Length"] == str(len(expected))


@given(size=st.integers(0, 300), length=st.integers(0, 400))
def test_a_suffix_is_the_end_of_the_file(size: int, length: int) -> None:
    content = bytes(number % 256 for number in range(size))
    expected = content[-length:] if length else b""

    found = found_or_refused(f"bytes=-{length}", size)

    if isinstance(found, Problem):
        assert found.status == 416
        assert expected == b""
    else:
        assert content[found.start : found.start + found.length] == expected


@given(header=st.text(max_size=40))
def test_any_range_is_served_refused_or_passed_over(header: str) -> None:
    found = found_or_refused(header, 100)

    if isinstance(found, Problem):
        assert found.status == 416
    else:
        assert found.status in (200, 206)
        assert 0 <= found.start < found.start + found.length <= 100


@given(name=st.text(min_size=1, max_size=60).filter(lambda name: name.isprintable()))
def test_a_files_name_cannot_break_out_of_its_header(name: str) -> None:
    found = answer("GET", {}, artifact(1) | {"file_name": name})

    disposition = found.headers["Content-Disposition"]
    assert disposition.isascii()
    assert disposition.count('"') == 2
    assert disposition.isprintable()
