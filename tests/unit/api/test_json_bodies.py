"""Reading JSON bodies strictly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.json_bodies import MAX_DEPTH, parse
from services.api.problems import MOST_ERRORS, Problem, pointer

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**28), 10**28)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


def refusals(text: str) -> list[str]:
    """The fields that are named when the text is refused."""
    with pytest.raises(Problem) as refused:
        parse(text.encode("utf-8", "surrogatepass"))
    assert refused.value.status == 422
    return [error["field"] for error in refused.value.errors]


@given(value=JSON, indent=st.none() | st.integers(0, 2), ascii_only=st.booleans())
def test_ordinary_json_is_read_as_any_parser_reads_it(
    value: Any, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    assert parse(text.encode()) == json.loads(text)


@given(text=st.text() | st.text(alphabet='{}[]",:\\u0d9eE+-.1 '))
def test_what_is_no_json_is_refused(text: str) -> None:
    try:
        json.loads(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        assert refusals(text) == [""]


@given(before=st.lists(TEXT, max_size=3), key=TEXT)
def test_a_key_that_stands_twice_is_named_where_it_stands(before: list[str], key: str) -> None:
    text = f"{{{json.dumps(key)}: 1, {json.dumps(key)}: 1}}"
    for step in reversed(before):
        text = f"{{{json.dumps(step)}: {text}}}"

    assert refusals(text) == [pointer((*before, key))]


def test_all_that_is_wrong_is_named_in_order() -> None:
    text = r'{"a": NaN, "b": ["\u0000", 1e999], "c": {"d": "\udc00"}, "e": ' + "1" * 99 + "}"

    assert refusals(text) == ["/a", "/b/0", "/b/1", "/c/d", "/e"]


def test_no_more_is_named_than_helps() -> None:
    assert len(refusals("[" + "NaN," * 10_000 + "NaN]")) == MOST_ERRORS


def test_bodies_may_be_as_deep_as_they_need_and_no_deeper() -> None:
    deepest = "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH

    assert parse(deepest.encode()) is not None
    assert refusals(f"[{deepest}]") == [""]
    assert refusals("[" * 1_000_000) == [""]
    assert refusals('{"a":' * 100_000 + "1" + "}" * 100_000) == [""]


def test_brackets_in_texts_do_not_nest() -> None:
    assert parse(json.dumps(["[{" * 1_000]).encode()) == ["[{" * 1_000]


@pytest.mark.parametrize(
    ("path", "expected"),
    [((), ""), (("a", 0, "b"), "/a/0/b"), (("a/b", "c~d"), "/a~1b/c~0d"), (("",), "/")],
)
def test_places_are_written_as_json_pointers(path: tuple[str | int, ...], expected: str) -> None:
    assert pointer(path) == expected
