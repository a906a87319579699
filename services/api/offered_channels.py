"""The channels on offer, as mailers published them, and what their destinations have to say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import RowMapping

from services.api.problems import MOST_ERRORS, FieldError, pointer
from services.api.schema_words import places
from shared.destination_formats import Check, checks
from shared.egress import EgressRules


@dataclass(frozen=True)
class OfferedChannel:
    """A channel that reports can go out through."""

    name: str
    title: str
    description: str
    settings_schema: dict[str, Any] | None
    """Of its destinations; None where recipients have addresses of their own."""
    validator: Draft202012Validator | None

    @classmethod
    def of(cls, row: RowMapping, formats: FormatChecker) -> OfferedChannel:
        """From a row of `channels`."""
        schema = row["settings_schema"]
        return cls(
            name=row["name"],
            title=row["title"],
            description=row["description"],
            settings_schema=schema,
            validator=None
            if schema is None
            else Draft202012Validator(schema, format_checker=formats),
        )

    @property
    def secret_names(self) -> frozenset[str]:
        """Fields of its destinations that are never told."""
        fields = (self.settings_schema or {}).get("properties", {})
        return frozenset(name for name, field in fields.items() if _is_secret(field))

    def settings_errors(self, settings: dict[str, Any]) -> list[FieldError]:
        """What is wrong with a destination's settings, its secrets among them."""
        assert self.validator is not None
        found: dict[str, FieldError] = {}
        for error in islice(self.validator.iter_errors(settings), MOST_ERRORS):
            for path, detail in places(error, telling_values=False):
                field = pointer(("settings", *path))
                found.setdefault(field, FieldError(field=field, detail=detail[:300]))
        return list(found.values())


def _is_secret(field: Any) -> bool:
    return bool(field.get("writeOnly")) or any(map(_is_secret, field.get("anyOf", ())))


def format_checker(rules: EgressRules) -> FormatChecker:
    """For the formats that settings of destinations name."""
    checker = FormatChecker()
    for name, check in checks(rules).items():
        checker.checks(name, raises=ValueError)(partial(_holds, check))
    return checker


def _holds(check: Check, value: object) -> bool:
    if isinstance(value, str):
        check(value)
    return True
