"""From what is there and what is to change to the whole of it, validated as if it came at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from services.api.problems import field_errors, fields_problem

Whole = TypeVar("Whole", bound=BaseModel)


def changed(whole: type[Whole], before: Mapping[str, Any], change: BaseModel) -> Whole:
    """`before` with the fields that the change names; Problem 422 for one that does not fit."""
    asked = change.model_dump(mode="json", exclude_unset=True)
    return read(whole, {**before, **asked})


def read(whole: type[Whole], fields: Mapping[str, Any], place: tuple[str | int, ...] = ()) -> Whole:
    """A body out of fields as JSON; Problem 422 names those that are wrong, below `place`."""
    try:
        return whole.model_validate(fields)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
        errors = field_errors(
            [{**each, "loc": ("body", *each["loc"])} for each in found], fields, place
        )
        raise fields_problem(errors) from None
