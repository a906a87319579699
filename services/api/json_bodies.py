"""Reading JSON bodies strictly: what parsers let pass in silence is refused by name.

Refused: a content type other than JSON (415), duplicate keys, NaN and Infinity, numbers
beyond a double, NUL and other control characters, and nesting deeper than any body of ours
needs (422). The size limit is the application's (413), before anything is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from services.api.problems import Problem, field_problem

MAX_DEPTH = 20
_MAX_DIGITS = 30


class _StrictRequest(Request):
    async def json(self) -> Any:
        return parse(await self.body())


class StrictRoute(APIRoute):
    """A route whose body is read by `parse`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def strict_handler(request: Request) -> Response:
            if takes_body:
                _ensure_json(request)
                request = _StrictRequest(request.scope, request.receive)
            return await handle(request)

        return strict_handler


def _ensure_json(request: Request) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() != "application/json" or charset not in ("", "utf-8"):
        raise Problem(
            415, "send the body as UTF-8 JSON, with the header `Content-Type: application/json`"
        )


def parse(body: bytes) -> Any:
    """The JSON value; Problem 422 says what about it is refused."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise field_problem("/", f"the body is not UTF-8 at byte {error.start}") from None
    _ensure_shallow(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except json.JSONDecodeError as error:
        raise field_problem(
            "/", f"the body is not valid JSON at line {error.lineno}, column {error.colno}"
        ) from None
    _ensure_printable(value, "")
    return value


def _ensure_shallow(text: str) -> None:
    # Before parsing, which would recurse. Brackets inside strings do not nest.
    depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise field_problem("/", f"the body is nested deeper than {MAX_DEPTH} levels")
        elif character in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise field_problem(f"/{key}", "this key stands twice in one object: keep one")
        found[key] = value
    return found


def _refuse_constant(name: str) -> Any:
    raise field_problem("/", f"{name} is not a JSON number: send a finite one, or null")


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise field_problem("/", f"a number has more than {_MAX_DIGITS} digits")
    return int(digits)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise field_problem("/", "a number is too large")
    return number


def _ensure_printable(value: Any, path: str) -> None:
    if isinstance(value, str):
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise field_problem(path or "/", "control characters are not allowed")
        if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            raise field_problem(path or "/", "half a character (a lone surrogate) is not allowed")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _ensure_printable(key, path)
            _ensure_printable(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _ensure_printable(inner, f"{path}/{index}")
