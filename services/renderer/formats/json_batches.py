"""JSON of a stored table's batches: the same bytes as `json` writes of rows in a document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from services.renderer.formats.arrow_texts import Texts, content, has_any

_CONTROLS = bytes(range(32))
_encode = json.JSONEncoder(ensure_ascii=False).encode


def rows(
    batch: Any, texts: Texts, *, before: str, between: Sequence[str], after: str
) -> memoryview:
    """Each row as `before`, its values with `between` before each of them, and `after`."""
    parts: list[Any] = [before]
    for separator, column in zip(between, batch.columns, strict=True):
        parts += [separator, *_value(column, texts)]
    joined = pc.binary_join_element_wise(
        *parts, after, "", null_handling="replace", null_replacement="null"
    )
    return content(joined)


def _value(column: Any, texts: Texts) -> list[Any]:
    """What a column's values are, as parts that follow each other."""
    found = texts.of(column)
    type_ = column.type
    if pa.types.is_integer(type_) or pa.types.is_boolean(type_):
        return [found]
    if found is column:
        found = _escaped(found)
    if found.null_count:
        return [pc.binary_join_element_wise('"', found, '"', "")]
    return ['"', found, '"']


def _escaped(texts: Any) -> Any:
    """As JSON wants them between quotes (RFC 8259, 7)."""
    if not has_any(texts, b'"\\' + _CONTROLS):
        return texts
    escaped = pc.replace_substring(pc.replace_substring(texts, "\\", "\\\\"), '"', '\\"')
    if not has_any(texts, _CONTROLS):
        return escaped
    # Rare enough for the encoder itself: it knows \n from \u0007.
    odd = pc.match_substring_regex(texts, r"[\x00-\x1f]")
    replaced = [_encode(text)[1:-1] for text in texts.filter(odd).to_pylist()]
    mask = pc.fill_null(odd, False)
    return pc.replace_with_mask(escaped, mask, pa.array(replaced, pa.string()))
