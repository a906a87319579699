"""Every refusal as problem+json (RFC 9457): what, why, how to mend it, and which field.

`type` is stable and relative to the API; `errors[]` names fields by JSON Pointer (in the
body) or by the name of a parameter or header.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypedDict

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Route

from services.api.observation import loggable
from shared.store.engine import store_is_away
from shared.validation_words import in_words, shortened

log = structlog.get_logger(__name__)

TITLES = {
    400: ("bad-request", "That request cannot be understood"),
    401: ("unauthorized", "A valid token is needed"),
    403: ("forbidden", "That is not allowed"),
    404: ("not-found", "There is no such thing"),
    405: ("method-not-allowed", "That method is not supported here"),
    408: ("timeout", "The request took too long to arrive"),
    409: ("conflict", "That does not fit the present state"),
    410: ("gone", "That is no longer kept"),
    412: ("precondition-failed", "It has changed meanwhile"),
    413: ("too-large", "The body is too large"),
    415: ("unsupported-media-type", "The body must be JSON"),
    416: ("range-not-satisfiable", "That range lies outside the file"),
    422: ("invalid", "Something in the request is not valid"),
    428: ("precondition-required", "Say which version you mean"),
    429: ("too-many-requests", "Too much was asked for at once"),
    500: ("internal", "Something went wrong on our side"),
    503: ("unavailable", "The service cannot answer now"),
}


MOST_ERRORS = 20
"""How many fields one refusal names; more would be an answer larger than its question."""


class FieldError(TypedDict):
    """What is wrong with one field."""

    field: str
    detail: str


class Problem(Exception):
    """A refusal. `detail` says what is wrong and how to mend it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.errors = list(errors)
        self.headers = dict(headers or {})


def key_reused(belongs_to: str) -> Problem:
    """409 about an `Idempotency-Key` that came with something else before."""
    return Problem(
        409,
        "this Idempotency-Key came with another body before: use a new key for a new request",
        kind="idempotency-key-reused",
        errors=[
            FieldError(
                field="Idempotency-Key",
                detail=f"came with another body before, and {belongs_to}: use a new key",
            )
        ],
    )


def field_problem(field: str, detail: str) -> Problem:
    """422 about one field, named as in the request, for instance `/period/from`."""
    return fields_problem([FieldError(field=field, detail=detail)])


def fields_problem(errors: Sequence[FieldError]) -> Problem:
    """422 about fields; its `detail` says the first few in one sentence."""
    detail = "; ".join(
        f"{error['field']}: {error['detail']}" if error["field"] else error["detail"]
        for error in errors[:3]
    )
    return Problem(422, detail, errors=errors[:MOST_ERRORS])


def pointer(path: Iterable[str | int]) -> str:
    """The JSON Pointer (RFC 6901) of a place in the body; the empty text is the whole of it."""
    steps = [shortened(str(step)).replace("~", "~0").replace("/", "~1") for step in path]
    return "".join(f"/{step}" for step in steps)


def problem_content(request: Request, problem: Problem) -> dict[str, Any]:
    """The problem as RFC 9457 writes it, about that request."""
    return content_of(problem, request.url.path)


def content_of(problem: Problem, instance: str) -> dict[str, Any]:
    """The same about anything that was asked; `instance` is where."""
    kind, title = TITLES.get(problem.status, ("error", "The request was refused"))
    content: dict[str, Any] = {
        "type": f"/problems/{problem.kind or kind}",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
    }
    if problem.errors:
        content["errors"] = problem.errors
    return content


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """The problem as a response."""
    return JSONResponse(
        problem_content(request, problem),
        status_code=problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


def install(app: FastAPI) -> None:
    """Have the application answer every error this way."""

    async def on_problem(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        return problem_response(request, error)

    async def on_http_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        detail = {
            404: f"there is nothing at {shortened(request.url.path)}",
            405: f"{request.method} is not supported at {shortened(request.url.path)}",
        }.get(error.status_code, str(error.detail))
        headers = dict(error.headers or {})
        if error.status_code == 405:
            # Of every route there, not of the first that was looked at.
            headers["Allow"] = ", ".join(sorted(_methods(app.routes, request.url.path)))
        return problem_response(request, Problem(error.status_code, detail, headers=headers))

    async def on_disconnect(request: Request, _error: Exception) -> JSONResponse:
        # Nobody is there to read it; a client that broke off is no fault of ours.
        return problem_response(request, Problem(400, "the body broke off"))

    async def on_invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        problem = fields_problem(field_errors(error.errors(), error.body))
        return problem_response(request, problem)

    async def on_fault(request: Request, error: Exception) -> JSONResponse:
        if store_is_away(error):
            log.warning("the store is away", path=loggable(request.url.path), reason=repr(error))
            problem = Problem(
                503, "the store does not answer: try again", headers={"Retry-After": "2"}
            )
        else:
            log.error("request failed", path=loggable(request.url.path), exc_info=error)
            problem = Problem(500, "the fault is logged; try again, or tell the operator")
        return problem_response(request, problem)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(ClientDisconnect, on_disconnect)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    # `Exception` alone is answered too, but raised on to the server, which logs it once more.
    for fault in (SQLAlchemyError, OSError, Exception):
        app.add_exception_handler(fault, on_fault)


def _methods(routes: Iterable[BaseRoute], path: str) -> set[str]:
    """What is supported at the path."""
    found: set[str] = set()
    for route in routes:
        if isinstance(route, Route):
            found |= (route.methods or set()) if route.path_regex.match(path) else set()
        elif (router := getattr(route, "original_router", None)) is not None:
            found |= _methods(router.routes, path)
    return found


def field_errors(
    found: Sequence[Mapping[str, Any]], body: Any, place: Sequence[str | int] = ()
) -> list[FieldError]:
    """What Pydantic found wrong with a request; each `loc` begins with where in it that was.

    `place`: where in the whole body the part lies that was looked at.
    """
    errors = []
    for error in found[:MOST_ERRORS]:
        where, *path = error["loc"] or ("body",)
        field = (
            pointer([*place, *_written(path, error, body)]) if where == "body" else str(path[-1])
        )
        errors.append(FieldError(field=field, detail=in_words(error)))
    return errors


def _written(path: Sequence[str | int], error: Mapping[str, Any], body: Any) -> Iterator[str | int]:
    """The steps that stand in the body: Pydantic also names which kind of a union it tried."""
    value = body
    for index, step in enumerate(path):
        is_last = index == len(path) - 1
        in_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if in_list or (isinstance(value, Mapping) and step in value):
            inner = value[step]
        elif isinstance(value, Mapping) and is_last and error["type"] == "missing":
            inner = None
        else:
            continue
        if not is_last and not isinstance(inner, Mapping | list):
            continue  # a kind that is called like one of its fields
        value = inner
        yield step
