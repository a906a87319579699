"""What a tenant has to allow before it is reported: figures about how people work.

Off until one of its administrators switches it on. The api refuses with these words, the
scheduler skips a fire with them, and the aggregator, which no run gets past, fails with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

REVIEWER_PRODUCTIVITY = "reviewer_productivity"
"""The report type that needs consent, and the setting that gives it."""
BY_PERSON = "by_person"
"""The parameter of that type which needs consent of its own."""

_WHO = "an administrator of the tenant can switch it on: PATCH /api/v1/settings with"


@dataclass(frozen=True)
class Consent:
    """What a tenant allows; the fields are columns of `tenant_settings`."""

    reviewer_productivity: bool = False
    """The report type of that name, by team."""
    reviewer_productivity_by_person: bool = False
    """Single people in it as well, where a request asks for them."""

    @classmethod
    def of(cls, settings: Mapping[str, Any] | None) -> Consent:
        """From the tenant's settings, or what was read of them; nothing is allowed without."""
        if settings is None:
            return cls()
        return cls(**{field.name: bool(settings[field.name]) for field in fields(cls)})


@dataclass(frozen=True)
class Refusal:
    """Why a report is not made."""

    field: str
    """What of the request it is about: a JSON Pointer."""
    detail: str
    """What is off, and who can switch it on."""


def refusal(report_type: str, parameters: Mapping[str, Any], consent: Consent) -> Refusal | None:
    """What stands against such a report in a tenant with this consent; None: nothing.

    `parameters` as requested; what is wrong with them is not this function's business.
    """
    if report_type != REVIEWER_PRODUCTIVITY:
        return None
    if not consent.reviewer_productivity:
        return Refusal(
            "/type",
            f"{REVIEWER_PRODUCTIVITY} is switched off for this tenant, as it is until somebody "
            f'decides otherwise; {_WHO} "reviewer_productivity": true',
        )
    if parameters.get(BY_PERSON) is True and not consent.reviewer_productivity_by_person:
        return Refusal(
            f"/parameters/{BY_PERSON}",
            "figures of single people are switched off for this tenant: ask without "
            f'`{BY_PERSON}`, by team; {_WHO} "reviewer_productivity_by_person": true',
        )
    return None
