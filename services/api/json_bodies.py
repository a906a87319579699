"""Reading JSON bodies strictly: what parsers let pass in silence is refused by name.

Refused: a content type other than JSON and any encoding (415), duplicate keys, NaN and Infinity,
numbers beyond a double, NUL and other control characters, halves of characters, and nesting deeper
than any body of ours needs (422). Each refusal names the field by its JSON Pointer (RFC 6901).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from fastapi import Request

from services.api.problems import (
    MOST_ERRORS,
    FieldError,
    Problem,
    field_problem,
    fields_problem,
    pointer,
)
from shared.validation_words import shortened

MAX_DEPTH = 20
_MAX_DIGITS = 30


def ensure_json(request: Request) -> None:
    """Problem 415 unless the body is announced as JSON, as it is."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        detail = f"send the body as it is, not encoded as {shortened(coding)!r}"
        raise Problem(415, detail, errors=[FieldError(field="Content-Encoding", detail=detail)])
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() != "application/json" or charset not in ("", "utf-8"):
        detail = "send the body as UTF-8 JSON, with the header `Content-Type: application/json`"
        raise Problem(415, detail, errors=[FieldError(field="Content-Type", detail=detail)])


def parse(body: bytes) -> Any:
    """The JSON value; Problem 422 says what about it is refused, and where."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except UnicodeDecodeError as error:
        raise field_problem("", f"the body is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise field_problem(
            "", f"the body is not valid JSON at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise field_problem("", _TOO_DEEP) from None
    errors = list(islice(_errors(value, ()), MOST_ERRORS))
    if errors:
        raise fields_problem(errors)
    return value


_TOO_DEEP = f"the body is nested deeper than {MAX_DEPTH} levels"


@dataclass(frozen=True)
class _Refused:
    """Stands where a value was that we do not take, until its place in the body is known."""

    why: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = (
            _Refused("this key stands twice in one object: keep one") if key in found else value
        )
    return found


def _constant(name: str) -> _Refused:
    return _Refused(f"{name} is not a JSON number: send a finite one, or null")


def _integer(digits: str) -> int | _Refused:
    if len(digits) > _MAX_DIGITS:
        return _Refused(f"the number has more than {_MAX_DIGITS} digits")
    return int(digits)


def _number(text: str) -> float | _Refused:
    number = float(text)
    return _Refused("the number is too large") if math.isinf(number) else number


def _errors(value: Any, path: tuple[str | int, ...]) -> Iterator[FieldError]:
    """What is wrong with the value and with everything in it."""
    if len(path) > MAX_DEPTH:
        yield FieldError(field="", detail=_TOO_DEEP)
    elif isinstance(value, _Refused):
        yield FieldError(field=pointer(path), detail=value.why)
    elif isinstance(value, str):
        if (why := _unfit(value)) is not None:
            yield FieldError(field=pointer(path), detail=why)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if (why := _unfit(key)) is not None:
                yield FieldError(field=pointer(path), detail=f"in the name of a field, {why}")
            else:
                yield from _errors(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _errors(inner, (*path, index))


def _unfit(text: str) -> str | None:
    # `isprintable` looks at a whole text at once; few are not, and most of those are fine too.
    if text.isprintable():
        return None
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        return "control characters are not allowed"
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        return "half a character (a lone surrogate) is not allowed"
    return None
