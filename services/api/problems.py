"""Every refusal as problem+json (RFC 9457): what, why, how to mend it, and which field.

`type` is stable and relative to the API; `errors[]` names fields by JSON Pointer (in the
body) or by parameter name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

log = structlog.get_logger(__name__)

TITLES = {
    400: ("bad-request", "The request could not be understood"),
    401: ("unauthorized", "A valid token is needed"),
    403: ("forbidden", "That is not allowed"),
    404: ("not-found", "There is no such thing"),
    405: ("method-not-allowed", "That method is not supported here"),
    406: ("not-acceptable", "That cannot be sent in the form asked for"),
    409: ("conflict", "That does not fit the present state"),
    410: ("gone", "That is no longer kept"),
    413: ("too-large", "The body is too large"),
    415: ("unsupported-media-type", "The body must be JSON"),
    416: ("range-not-satisfiable", "That range lies outside the file"),
    422: ("invalid", "Something in the request is not valid"),
    429: ("too-many-requests", "Too much was asked for at once"),
    500: ("internal", "Something went wrong on our side"),
    503: ("unavailable", "The service cannot answer now"),
}


class Problem(Exception):
    """A refusal. `detail` says what is wrong and how to mend it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.errors = list(errors)
        self.headers = dict(headers or {})


def field_problem(field: str, detail: str) -> Problem:
    """422 about one field, named as in the request, for instance `/period/from`."""
    return Problem(422, f"{field}: {detail}", errors=[{"field": field, "detail": detail}])


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """The problem as a response."""
    kind, title = TITLES.get(problem.status, ("error", "The request was refused"))
    content: dict[str, Any] = {
        "type": f"/problems/{problem.kind or kind}",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
    }
    if problem.errors:
        content["errors"] = problem.errors
    return JSONResponse(
        content,
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
            404: f"there is nothing at {request.url.path}",
            405: f"{request.method} is not supported at {request.url.path}",
            413: "send a smaller body",
        }.get(error.status_code, str(error.detail))
        return problem_response(
            request, Problem(error.status_code, detail, headers=error.headers or {})
        )

    async def on_invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        errors = [_field_error(item) for item in error.errors()]
        detail = "; ".join(f"{item['field']}: {item['detail']}" for item in errors[:3])
        return problem_response(request, Problem(422, detail, errors=errors))

    async def on_unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("request failed", path=request.url.path, exc_info=error)
        return problem_response(
            request, Problem(500, "the fault is logged; try again, or tell the operator")
        )

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Exception, on_unexpected)


def _field_error(error: Mapping[str, Any]) -> dict[str, str]:
    where, *path = error["loc"] or ("body",)
    field = "/" + "/".join(str(step) for step in path) if where == "body" else str(path[-1])
    if error["type"] == "extra_forbidden":
        detail = "unknown field: leave it out, or see the documentation for its spelling"
    elif error["type"] == "missing":
        detail = "this is required"
    else:
        detail = str(error["msg"]).removeprefix("Value error, ")
    return {"field": field, "detail": detail}
