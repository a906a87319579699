"""The OpenAPI document: FastAPI's, with our problems in place of its own error format."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused.", "$ref": "#/components/responses/Problem"},
    "5XX": {"description": "A fault on our side.", "$ref": "#/components/responses/Problem"},
}
"""For every route: which statuses there are is told by the problem's `type`."""


class FieldErrorView(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="A JSON Pointer into the body, or a parameter's name.")
    detail: str


class ProblemView(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(description="Stable, relative to the API, such as `/problems/not-found`.")
    title: str
    status: int
    detail: str = Field(description="What is wrong, and how to mend it.")
    instance: str = Field(description="The path that was asked for.")
    errors: list[FieldErrorView] = Field(default=[], description="Which fields are wrong.")


def describe(app: FastAPI) -> None:
    """Have `/openapi.json` say what is really answered."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        description=app.description,
        routes=app.routes,
    )
    for item in document["paths"].values():
        for operation in item.values():
            _describe_stream(operation)
    components = document["components"]
    problem = ProblemView.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= problem.pop("$defs") | {"ProblemView": problem}
    components["responses"] = {
        "Problem": {
            "description": "Why it was refused.",
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemView"}}
            },
        }
    }
    return document


def _describe_stream(operation: dict[str, Any]) -> None:
    # FastAPI describes streams in the words of OpenAPI 3.2, which 3.1 does not know.
    content = operation["responses"].get("200", {}).get("content", {})
    if "text/event-stream" in content:
        content["text/event-stream"] = {"schema": {"type": "string"}}
