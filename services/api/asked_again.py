"""A run that asks for what an earlier one asked for, from the data as they are now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from services.api.principals import Principal
from shared.delivery_options import DeliveryOptions
from shared.format_options import FormatOptions
from shared.periods import Period
from shared.run_requests import RunRequest


def asked_again(row: RowMapping, principal: Principal, **otherwise: Any) -> RunRequest:
    """The same report over the same period, asked for by that principal.

    `row`: the earlier run's, of `runs`. `otherwise`: the fields of `RunRequest` in which they
    differ, the lane and whatever names the earlier run among them.
    """
    return RunRequest(
        tenant_id=principal.tenant_id,
        report_type=row["report_type"],
        source=row["source"],
        period=Period(
            first_day=row["first_day"], last_day=row["last_day"], timezone=row["timezone"]
        ),
        parameters=row["parameters"],
        language=row["language"],
        formats=tuple(row["formats"]),
        format_options=FormatOptions.model_validate(row["format_options"]),
        delivery_options=DeliveryOptions.model_validate(row["delivery_options"]),
        requested_by=principal.sub,
        role=principal.role,
        definition_id=row["definition_id"],
        definition_version=row["definition_version"],
        **otherwise,
    )
