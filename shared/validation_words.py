"""What Pydantic finds wrong, in words for people: no types of Python, no links, nothing endless."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

MOST_CHARACTERS = 80
"""Of a value that is repeated to whoever sent it."""

_WORDS = {
    "missing": "this is required",
    "extra_forbidden": "unknown field: leave it out, or see the documentation for its spelling",
    "too_short": "give at least {min_length}",
    "too_long": "give at most {max_length}",
    "string_too_short": "use at least {min_length} characters",
    "string_too_long": "use at most {max_length} characters",
    "string_pattern_mismatch": "this must fit the pattern {pattern}",
    "string_type": "give a text",
    "bool_type": "give true or false",
    "bool_parsing": "give true or false",
    "int_type": "give a whole number",
    "int_parsing": "give a whole number",
    "int_parsing_size": "this number is too large",
    "int_from_float": "give a whole number",
    "float_type": "give a number",
    "float_parsing": "give a number",
    "decimal_type": "give a number",
    "decimal_parsing": "give a number",
    "finite_number": "give a finite number",
    "greater_than": "this must be more than {gt}",
    "greater_than_equal": "this must be at least {ge}",
    "less_than": "this must be less than {lt}",
    "less_than_equal": "this must be at most {le}",
    "enum": "use one of {expected}",
    "literal_error": "use one of {expected}",
    "union_tag_not_found": "name the {discriminator}",
    "union_tag_invalid": "{tag} is none: use as {discriminator} one of {expected_tags}",
    "list_type": "give a list",
    "tuple_type": "give a list",
    "dict_type": "give an object with named fields",
    "path_not_file": "there is no such file",
    "model_type": "give an object with named fields",
    "model_attributes_type": "give an object with named fields",
}
"""By Pydantic's type of error (https://docs.pydantic.dev/latest/errors/validation_errors/)."""


def shortened(text: str) -> str:
    """The text, or its beginning where it is long."""
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def in_words(error: Mapping[str, Any]) -> str:
    """What is wrong with one field; `error` is one of `ValidationError.errors()`."""
    words = _WORDS.get(error["type"])
    if words is not None:
        return words.format_map(error.get("ctx", {}))
    return str(error["msg"]).removeprefix("Value error, ").replace("Input should", "this should")


def all_in_words(error: ValidationError) -> str:
    """Everything that is wrong, each with the name of its field."""
    found = []
    for each in error.errors(include_url=False, include_input=False):
        place = ".".join(shortened(str(step)) for step in each["loc"])
        found.append(f"{place}: {in_words(each)}" if place else in_words(each))
    return "; ".join(found)
