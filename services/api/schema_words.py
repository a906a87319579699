"""What a JSON Schema finds wrong with a value, in words for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import ValidationError

from services.api.problems import MOST_ERRORS
from shared.validation_words import shortened


def places(
    error: ValidationError, *, telling_values: bool = True
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where the error lies and what it says: at the field itself, where it is about fields.

    Without `telling_values` no value is repeated: it may be a secret.
    """
    path = tuple(error.absolute_path)
    # Any: which kind of value each of these is follows from the keyword that failed.
    schema: Any = error.schema
    instance: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            known = schema.get("properties", {})
            for name in sorted(instance.keys() - known.keys())[:MOST_ERRORS]:
                yield (*path, name), f"unknown parameter: use one of {', '.join(known)}"
        case "required":
            for name in wanted:
                if name not in instance:
                    yield (*path, name), "this is required"
        case "type":
            yield path, f"give {_kinds(wanted)}"
        case "enum":
            yield path, f"use one of {', '.join(map(str, wanted))}"
        case "format":
            yield path, str(error.cause or error.message)
        case "pattern":
            yield path, f"this must fit the pattern {wanted}"
        case "minLength" | "maxLength":
            bound = "least" if error.validator == "minLength" else "most"
            yield path, f"use at {bound} {wanted} characters"
        case "anyOf":
            # What it takes beside a type: the rule of the one alternative that has rules.
            rules = [inner for inner in error.context or () if inner.validator != "type"]
            if rules:
                yield from places(rules[0], telling_values=telling_values)
            else:
                kinds = [_kinds(inner.validator_value) for inner in error.context or ()]
                yield path, f"give {' or '.join(kinds)}"
        case _ if not telling_values:
            yield path, f"this does not fit {error.validator} {wanted}"
        case _:
            # The library's sentences begin with the whole value, however long.
            value = repr(instance)
            yield path, error.message.replace(value, shortened(value))


_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object with named fields",
    "string": "a text",
}


def _kinds(wanted: Any) -> str:
    """Of a schema's `type`: a name, or a list of them."""
    names = [wanted] if isinstance(wanted, str) else wanted
    return " or ".join(_KINDS[name] for name in names)
