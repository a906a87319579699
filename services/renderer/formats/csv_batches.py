"""CSV of a stored table's batches: the same bytes as `csv` writes of rows in a document."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from services.renderer.formats.arrow_texts import Texts, content, has_any
from services.renderer.formats.formulas import FORMULA_STARTS

_STARTS = pa.array(FORMULA_STARTS, pa.string())


def lines(batch: Any, texts: Texts, safe: bool) -> memoryview:
    """The batch's records, each ended by CRLF; `safe` from what spreadsheets would compute."""
    parts: list[Any] = []
    for column in batch.columns:
        fields = texts.of(column)
        if fields is column:
            fields = quoted(harmless(fields) if safe else fields)
        parts += [",", fields]
    joined = pc.binary_join_element_wise(
        *parts[1:], "\r\n", "", null_handling="replace", null_replacement=""
    )
    return content(joined)


def harmless(texts: Any) -> Any:
    """Those that a spreadsheet would compute get an apostrophe before them."""
    starts = pc.is_in(pc.utf8_slice_codeunits(texts, 0, 1), _STARTS)
    if not pc.any(starts).as_py():
        return texts
    return pc.if_else(starts, pc.binary_join_element_wise("'", texts, ""), texts)


def quoted(texts: Any) -> Any:
    """Those that need it are in quotes; an empty text is, so that it is not "no value"."""
    needed = pc.equal(texts, "")
    if has_any(texts, b',"\r\n'):
        needed = pc.or_(needed, pc.match_substring_regex(texts, r'[,"\r\n]'))
    elif not pc.any(needed).as_py():
        return texts
    doubled = pc.replace_substring(texts, '"', '""')
    return pc.if_else(needed, pc.binary_join_element_wise('"', doubled, '"', ""), texts)
