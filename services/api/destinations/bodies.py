"""A destination as requests say it and as answers show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import RowMapping

from services.api.report_requests import Body

DESTINATION_NAME = r"^[a-z0-9][a-z0-9._-]{0,62}$"

DestinationName = Annotated[str, StringConstraints(pattern=DESTINATION_NAME, max_length=63)]
Settings = Annotated[
    dict[str, Any],
    Field(description="As the channel's `settings_schema` says; secrets are never told again."),
]


class DestinationWhole(Body):
    """What a destination says, whole."""

    channel: str = Field(max_length=30, description="A channel's name.")
    settings: Settings = Field(default_factory=dict)
    disabled: bool = Field(False, strict=True, description="Nothing is sent there meanwhile.")


class DestinationBody(DestinationWhole):
    """A new one."""

    name: DestinationName = Field(description="What `deliver_to[].to` names.")


class DestinationChange(Body):
    """What is to change; the rest stays as it is."""

    settings: dict[str, Any] | None = Field(
        None, description="Merged with those that are there; null takes one away (RFC 7396)."
    )
    disabled: bool | None = Field(None, strict=True)


class TestView(BaseModel):
    """The last test: its outcome, once there is one."""

    asked_at: datetime
    at: datetime | None = Field(description="null: still under way.")
    outcome: str | None = Field(description="`sent`, `refused`, `deferred` or `uncertain`.")
    host: str | None
    answer: str | None = Field(description="The other side's words.")


class DestinationView(BaseModel):
    """A destination. Of its secrets the names alone."""

    id: UUID
    name: str
    channel: str
    settings: dict[str, Any]
    secrets: list[str] = Field(description="Names of the secrets that are kept.")
    version: int
    disabled_because: str | None = Field(description="null: it is in use.")
    disabled_at: datetime | None
    last_test: TestView | None
    created_by: str
    created_at: datetime
    updated_at: datetime


def destination_view(row: RowMapping) -> DestinationView:
    """From a row of `destinations`."""
    test = None
    if row["test_asked_at"] is not None:
        test = TestView(
            asked_at=row["test_asked_at"],
            at=row["tested_at"],
            outcome=row["test_outcome"],
            host=row["test_host"],
            answer=row["test_answer"],
        )
    own = {name: row[name] for name in DestinationView.model_fields if name in row}
    return DestinationView.model_validate(own | {"secrets": row["secret_names"], "last_test": test})


def merged(
    before: Mapping[str, Any], change: Mapping[str, Any], schema: Mapping[str, Any]
) -> dict[str, Any]:
    """Settings after a change: what is named replaces, null takes away, the rest stays.

    A secret whose field in the schema names another one under `x-previous` moves there, so that
    both hold while the other side exchanges it.
    """
    after = dict(before) | {name: value for name, value in change.items() if value is not None}
    for name in change:
        previous = schema.get("properties", {}).get(name, {}).get("x-previous")
        if previous and previous not in change and before.get(name) not in (None, after[name]):
            after[previous] = before[name]
    for name, value in change.items():
        if value is None:
            after.pop(name, None)
    return after
