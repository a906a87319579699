"""Which version of something a request is about: ETag and If-Match (RFC 9110, section 13.1.1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from services.api.problems import FieldError, Problem

IfMatch = Annotated[
    str | None,
    Header(description="The `ETag` of what was read before, so that no other change is undone."),
]


def etag(version: int) -> str:
    """Of a thing in that version."""
    return f'"{version}"'


def ensure_match(if_match: str | None, version: int) -> None:
    """Problem 428 without an `If-Match`, 412 with one that names another version."""
    current = etag(version)
    if if_match is None:
        detail = f"send `If-Match: {current}`, the ETag of the version that you have seen"
        raise Problem(428, detail, errors=[FieldError(field="If-Match", detail=detail)])
    named = [each.strip() for each in if_match.split(",")]
    if named != ["*"] and current not in named:
        detail = f"somebody changed it meanwhile, it is at {current}: read it again"
        raise Problem(
            412,
            detail,
            errors=[FieldError(field="If-Match", detail=detail)],
            headers={"ETag": current},
        )
