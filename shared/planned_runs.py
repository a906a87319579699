"""From a saved definition to the run that is to be made of it: by a schedule, or by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, func

from shared.consent import Consent
from shared.delivery_options import DeliveryOptions
from shared.format_options import FormatOptions
from shared.periods import Preset, preset_period
from shared.run_requests import Recipient, RunRequest
from shared.states import Lane, Occasion
from shared.store import tables

_VERSION_COLUMNS = (
    "definition_id",
    "version",
    "report_type",
    "formats",
    "preset",
    "timezone",
    "parameters",
    "language",
    "format_options",
    "delivery_options",
)


def version_columns() -> list[ColumnElement[Any]]:
    """What `planned_run` reads, labelled `report_…` where other tables have such a name too."""
    versions, settings = tables.definition_versions, tables.tenant_settings
    return [
        *(versions.c[name].label(f"report_{name}") for name in _VERSION_COLUMNS),
        tables.report_types.c.source.label("report_source"),
        func.coalesce(settings.c.freshness_seconds, 0).label("freshness_seconds"),
        *(settings.c[field.name] for field in fields(Consent)),
    ]


def current_versions() -> FromClause:
    """Definitions with their current version, their report type and their tenant's settings.

    The latter two are left out where there are none.
    """
    definitions, versions = tables.definitions, tables.definition_versions
    report_types, settings = tables.report_types, tables.tenant_settings
    return (
        definitions.join(
            versions,
            (versions.c.definition_id == definitions.c.id)
            & (versions.c.version == definitions.c.current_version),
        )
        .outerjoin(report_types, report_types.c.name == versions.c.report_type)
        .outerjoin(settings, settings.c.tenant_id == definitions.c.tenant_id)
    )


def planned_run(
    version: Mapping[str, Any],
    *,
    tenant_id: UUID,
    today: date,
    requested_by: str,
    role: str,
    lane: Lane,
    occasion: Occasion,
    recipients: Sequence[Recipient] = (),
    burst: dict[str, Any] | None = None,
    schedule_id: UUID | None = None,
    condition: dict[str, Any] | None = None,
    banner: str | None = None,
    idempotency_key: str | None = None,
    body_sha256: str | None = None,
) -> RunRequest:
    """The run of a definition's version, whose columns are those of `version_columns`.

    `today`: the day, in the report's timezone, that its relative period counts from.
    ValueError and LookupError for a version that no run can be made of.
    """
    if version["report_source"] is None:
        raise LookupError(f"there is no report type {version['report_report_type']!r} any more")
    timezone: str = version["report_timezone"]
    return RunRequest(
        tenant_id=tenant_id,
        report_type=version["report_report_type"],
        source=version["report_source"],
        period=preset_period(Preset(version["report_preset"]), today, timezone),
        parameters=version["report_parameters"],
        language=version["report_language"],
        formats=tuple(version["report_formats"]),
        format_options=FormatOptions.model_validate(version["report_format_options"]),
        delivery_options=DeliveryOptions.model_validate(version["report_delivery_options"]),
        lane=lane,
        occasion=occasion,
        requested_by=requested_by,
        role=role,
        recipients=tuple(recipients),
        burst=burst,
        definition_id=version["report_definition_id"],
        definition_version=version["report_version"],
        schedule_id=schedule_id,
        condition=condition,
        banner=banner,
        idempotency_key=idempotency_key,
        body_sha256=body_sha256,
        freshness_seconds=version["freshness_seconds"],
    )
