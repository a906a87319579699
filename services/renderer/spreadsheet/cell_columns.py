"""A column of Arrow values as the XML of its cells, a whole batch at a time.

What a spreadsheet takes as it is goes through Arrow's kernels; the few values that it does not
(a figure with too many digits, a text with control characters) are written one by one, by the
rules in `cells.py`. The elements are those of ECMA-376 part 1, 18.3.1.4: texts lie in the cells
themselves ("inline strings"), so that nothing has to be kept until the end of the sheet.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.compute as pc

from services.renderer.formats.formulas import FORMULA_STARTS, begins_a_formula
from services.renderer.local_times import DAY, come_twice, offsets
from services.renderer.spreadsheet.cells import (
    DAY_ZERO,
    EXACT_DIGITS,
    FIRST_DAY,
    LONGEST_TEXT,
    Value,
    value,
)
from shared.document import Cell, Column, Kind
from shared.plain_words import plain_words

_EPOCH_SERIAL = (date(1970, 1, 1) - DAY_ZERO).days
_FIRST_SERIAL = (FIRST_DAY - DAY_ZERO).days
_MILLISECOND = 1_000
"""In microseconds."""
_MARKUP = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_NOT_XML = r"[\x00-\x08\x0b-\x1f\x{fffe}\x{ffff}]"
"""What an XML parser refuses or changes (XML 1.0, 2.2 and 2.11); for RE2."""
_ESCAPE = "_x[0-9A-Fa-f]{4}_"
"""Would be read as one character (ECMA-376 part 1, 22.9.2.19)."""
_FORMULA = r"\A[" + "".join(f"\\x{ord(start):02x}" for start in FORMULA_STARTS) + "]"
_ESCAPED = re.compile(f"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?={_ESCAPE[1:]})")
_OUTER_SPACE = re.compile(r"\A[ \t\n\r]|[ \t\n\r]\Z")


@dataclass(frozen=True)
class Look:
    """Style numbers of a column's cells."""

    usual: int
    as_text: int
    """Of a text that would be computed if somebody edited it."""


@dataclass(frozen=True)
class ColumnWriter:
    """Writes the cells of one column."""

    column: Column
    letters: str
    look: Look
    timezone: str

    def cells(self, values: Any, rows: Any) -> tuple[Any, Counter[str]]:
        """Per value its cell, an empty string where there is none, and what is to be remarked.

        `values`: an Arrow array of the column; `rows`: the numbers of their rows, as texts.
        Remarks are keys of `cells.REMARKS` with their counts.
        """
        if self.column.coded:
            values = _in_words(values)
        written = self._written(values)
        cells = pc.fill_null(
            pc.binary_join_element_wise(
                f'<c r="{self.letters}',
                rows,
                written.opening,
                written.content,
                written.closing,
                "",
            ),
            "",
        )
        found = Counter(written.remarks)
        if written.odd is not None and (odd := pc.fill_null(written.odd, False)).true_count:
            singly = zip(
                rows.filter(odd).to_pylist(),
                (cell_of(single) for single in values.filter(odd).to_pylist()),
                strict=True,
            )
            replaced = []
            for row, cell in singly:
                one = value(cell, self.column, self.timezone)
                replaced.append(cell_xml(f"{self.letters}{row}", one, self.look))
                if one.remark:
                    found[one.remark] += 1
            cells = pc.replace_with_mask(cells, odd, pa.array(replaced, cells.type))
        return cells, found

    def _written(self, values: Any) -> _Written:
        kind, type_ = self.column.kind, values.type
        if kind is Kind.TEXT:
            return self._texts(values)
        if pa.types.is_decimal(type_):
            return self._decimals(values)
        if pa.types.is_integer(type_):
            odd = pc.greater_equal(pc.abs(values), 10**EXACT_DIGITS)
            return self._numbers(values, odd)
        if pa.types.is_date32(type_):
            serials = pc.add(pc.cast(values, pa.int32()), _EPOCH_SERIAL)
            return self._numbers(serials, pc.less(serials, _FIRST_SERIAL))
        if pa.types.is_timestamp(type_):
            return self._instants(values)
        if pa.types.is_boolean(type_):
            opening = f'" s="{self.look.usual}" t="b"><v>'
            return _Written(opening, pc.if_else(values, "1", "0"), "</v></c>")
        # Not what the column is said to hold: each cell is looked at by itself.
        return _Written("", pc.cast(values, pa.string()), "", odd=pc.is_valid(values))

    def _numbers(self, numbers: Any, odd: Any, remarks: Counter[str] | None = None) -> _Written:
        return _Written(
            f'" s="{self.look.usual}"><v>',
            pc.cast(numbers, pa.string()),
            "</v></c>",
            odd,
            remarks or Counter(),
        )

    def _decimals(self, values: Any) -> _Written:
        integers = _scaled(values, 0)
        # More digits than these may still be zeros at the end.
        odd = pc.greater_equal(pc.abs(integers), pa.scalar(Decimal(10**EXACT_DIGITS)))
        if self.column.kind is Kind.PERCENT:
            values = _scaled(values, values.type.scale + 2)
        return self._numbers(values, odd)

    def _instants(self, values: Any) -> _Written:
        instants = pc.cast(pc.cast(values, pa.timestamp("us", values.type.tz)), pa.int64())
        local = pc.add(instants, offsets(instants, self.timezone))
        since = pc.add(local, _EPOCH_SERIAL * DAY)
        odd = pc.less(since, _FIRST_SERIAL * DAY)
        whole = pc.divide(pc.add(since, _MILLISECOND // 2), _MILLISECOND)
        rounded = pc.not_equal(pc.multiply(whole, _MILLISECOND), since)
        serials = pc.divide(pc.cast(whole, pa.float64()), float(DAY // _MILLISECOND))
        twice = pc.and_not(come_twice(instants, self.timezone), odd)
        rounded = pc.and_not(pc.and_not(rounded, odd), twice)
        remarks = Counter(
            {
                "twice": pc.fill_null(twice, False).true_count,
                "rounded": pc.fill_null(rounded, False).true_count,
            }
        )
        return self._numbers(serials, odd, remarks)

    def _texts(self, values: Any) -> _Written:
        texts = pc.cast(values, pa.string())
        odd = pc.or_(
            pc.match_substring_regex(texts, f"{_NOT_XML}|{_ESCAPE}"),
            pc.greater(pc.binary_length(texts), LONGEST_TEXT),
        )
        formula = pc.match_substring_regex(texts, _FORMULA)
        spaced = pc.match_substring_regex(texts, r"\A[ \t\n\r]|[ \t\n\r]\z")
        if pc.any(pc.match_substring_regex(texts, "[&<>]")).as_py():
            for raw, escaped in _MARKUP:
                texts = pc.replace_substring(texts, raw, escaped)
        usual, as_text = self.look.usual, self.look.as_text
        opening = pc.if_else(
            formula,
            pc.if_else(spaced, _opening(as_text, True), _opening(as_text, False)),
            pc.if_else(spaced, _opening(usual, True), _opening(usual, False)),
        )
        return _Written(opening, texts, "</t></is></c>", odd)


@dataclass(frozen=True)
class _Written:
    """A column's cells in parts: what stands before, in and after each of them."""

    opening: Any
    """From the quote after the cell's reference on."""
    content: Any
    """Null where there is no value."""
    closing: str
    odd: Any = None
    """A mask of those that have to be written one by one."""
    remarks: Counter[str] | None = None


def cell_xml(reference: str, content: Value, look: Look) -> str:
    """One cell; an empty text for no value."""
    match content.content:
        case None:
            return ""
        case bool(truth):
            return f'<c r="{reference}" s="{look.usual}" t="b"><v>{truth:d}</v></c>'
        case int(number) | float(number):
            return f'<c r="{reference}" s="{look.usual}"><v>{number!r}</v></c>'
        case str(text):
            style = look.as_text if begins_a_formula(text) else look.usual
            opening = _opening(style, bool(_OUTER_SPACE.search(text)))
            return f'<c r="{reference}{opening}{_xml_text(text)}</t></is></c>'


def cell_of(single: Any) -> Cell:
    """A Python value of an Arrow array as the document has it."""
    match single:
        case Decimal():
            return f"{single:f}"
        case datetime() | date():
            return single.isoformat()
    cell: Cell = single
    return cell


def _opening(style: int, spaced: bool) -> str:
    space = ' xml:space="preserve"' if spaced else ""
    return f'" s="{style}" t="inlineStr"><is><t{space}>'


def _xml_text(text: str) -> str:
    return escape(_ESCAPED.sub(lambda match: f"_x{ord(match.group()):04X}_", text))


def _in_words(codes: Any) -> Any:
    """The texts as people read them; each code is looked at once."""
    encoded = pc.dictionary_encode(pc.cast(codes, pa.string()))
    words = [plain_words(code) for code in encoded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(encoded.indices)


def _scaled(decimals: Any, scale: int) -> Any:
    """The same digits with the point elsewhere, without touching them."""
    type_ = decimals.type
    of_width = pa.decimal256 if pa.types.is_decimal256(type_) else pa.decimal128
    return pa.Array.from_buffers(
        of_width(type_.precision, scale),
        len(decimals),
        decimals.buffers(),
        decimals.null_count,
        decimals.offset,
    )
