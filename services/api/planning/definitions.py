"""A definition as requests say it and as answers show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.api.planning.bursts import BurstBody
from services.api.planning.labels import Name, Tags
from services.api.report_requests import (
    Body,
    Day,
    DeliveryOptionsField,
    FormatNames,
    LanguageName,
    Recipients,
    ReportFields,
)
from shared.format_options import FormatOptions
from shared.house_style import HouseStyle
from shared.periods import Preset, TimezoneName

IN_VERSION = {
    "type": "report_type",
    "formats": "formats",
    "preset": "preset",
    "timezone": "timezone",
    "parameters": "parameters",
    "language": "language",
    "format_options": "format_options",
    "delivery_options": "delivery_options",
    "house_style": "house_style",
}
"""Fields of a definition by their column in `definition_versions`."""


class DefinitionBody(ReportFields):
    """A report under a name, for a period that moves with the day it is made on."""

    name: Name
    preset: Preset = Field(description="The period, counted from the day of the run.")
    tags: Tags = Field(default_factory=list)
    retention_days: int | None = Field(
        None, ge=1, le=3660, strict=True, description="null: as the tenant's settings say."
    )
    house_style: HouseStyle = Field(
        default_factory=HouseStyle,
        description="What about its looks differs from the tenant's; the rest is the tenant's.",
    )

    def as_stored(self, timezone: str) -> dict[str, Any]:
        """Its fields as JSON; `timezone` stands in for one that is not named."""
        stored = self.model_dump(mode="json")
        stored["timezone"] = self.timezone or timezone
        stored["format_options"] = self.format_options.as_stored()
        stored["delivery_options"] = self.delivery_options.as_stored()
        stored["house_style"] = self.house_style.model_dump(mode="json", exclude_unset=True)
        return stored


class DefinitionChange(Body):
    """The fields that are to change; the others stay as they are."""

    name: Name | None = None
    type: str | None = Field(None, max_length=63)
    formats: FormatNames | None = None
    preset: Preset | None = None
    timezone: TimezoneName | None = None
    parameters: dict[str, Any] | None = None
    language: LanguageName | None = None
    format_options: FormatOptions | None = None
    delivery_options: DeliveryOptionsField | None = None
    tags: Tags | None = None
    retention_days: int | None = Field(None, ge=1, le=3660, strict=True)
    house_style: HouseStyle | None = None


class DefinitionRunBody(Body):
    """What a run by hand may differ in from one by a schedule."""

    deliver_to: Recipients = Field(default_factory=list)
    burst: BurstBody | None = Field(
        None, description="Recipients who each get a part of the report."
    )
    on: Day | None = Field(
        None, description="The day from which the period counts; today when left out."
    )


AS_SAVED = DefinitionRunBody()
"""Nothing differs."""


class DefinitionSummary(BaseModel):
    """A definition in a list."""

    id: UUID
    name: str
    version: int
    type: str
    formats: list[str]
    preset: str
    timezone: str
    tags: list[str]
    owner: str
    created_at: datetime
    updated_at: datetime


class DefinitionView(DefinitionSummary):
    """A definition."""

    parameters: dict[str, Any]
    language: str
    format_options: dict[str, Any]
    delivery_options: dict[str, Any]
    house_style: dict[str, Any]
    retention_days: int | None


class DefinitionPage(BaseModel):
    """Definitions, newest first."""

    items: list[DefinitionSummary]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page.")


class VersionView(BaseModel):
    """What a definition said at some time; never changed."""

    version: int
    type: str
    formats: list[str]
    preset: str
    timezone: str
    parameters: dict[str, Any]
    language: str
    format_options: dict[str, Any]
    delivery_options: dict[str, Any]
    house_style: dict[str, Any]
    changed: list[str] = Field(
        description="Fields that differ from the version before; name, tags and retention are "
        "the definition's own and not repeated here."
    )
    created_by: str | None = Field(description="null: from before this was kept.")
    created_at: datetime


def version_fields(row: RowMapping) -> dict[str, Any]:
    """What of a definition lies in its version, by the names of the API."""
    return {name: row[column] for name, column in IN_VERSION.items()}


def stored_fields(row: RowMapping) -> dict[str, Any]:
    """The whole definition, as `DefinitionBody.as_stored` gives it."""
    own = {name: row[name] for name in ("name", "tags", "retention_days")}
    return own | version_fields(row)


def definition_view(row: RowMapping) -> DefinitionView:
    """From a row of `definition_store`."""
    return DefinitionView.model_validate(dict(row) | version_fields(row))


def definition_summary(row: RowMapping) -> DefinitionSummary:
    """From a row of `definition_store`."""
    return DefinitionSummary.model_validate(dict(row) | version_fields(row))


def version_view(row: RowMapping) -> VersionView:
    """From a row of `definition_versions`."""
    return VersionView.model_validate(dict(row) | version_fields(row))
