"""What a tenant has to allow before it is reported."""

from __future__ import annotations

import pytest

from services.aggregator.report_types import report_types
from shared.consent import BY_PERSON, REVIEWER_PRODUCTIVITY, Consent, refusal
from shared.store import tables

BY_TEAM = Consent(reviewer_productivity=True)
EVERYTHING = Consent(reviewer_productivity=True, reviewer_productivity_by_person=True)
PEOPLE_ALONE = Consent(reviewer_productivity_by_person=True)


@pytest.mark.parametrize(
    ("consent", "parameters", "field"),
    [
        (Consent(), {}, "/type"),
        (Consent(), {"by_person": True}, "/type"),
        (PEOPLE_ALONE, {"by_person": True}, "/type"),
        (BY_TEAM, {}, None),
        (BY_TEAM, {"by_person": False}, None),
        (BY_TEAM, {"by_person": True}, "/parameters/by_person"),
        (EVERYTHING, {"by_person": True}, None),
    ],
)
def test_who_may_be_reported_on(
    consent: Consent, parameters: dict[str, bool], field: str | None
) -> None:
    refused = refusal(REVIEWER_PRODUCTIVITY, parameters, consent)
    assert (refused.field if refused else None) == field
    if refused is not None:
        assert "switched off for this tenant" in refused.detail
        assert "an administrator of the tenant" in refused.detail
        assert "PATCH /api/v1/settings" in refused.detail


def test_other_reports_need_no_consent() -> None:
    for name in report_types.keys() - {REVIEWER_PRODUCTIVITY}:
        assert refusal(name, {"by_person": True}, Consent()) is None


def test_what_it_names_is_there() -> None:
    """The report type, its parameter and the columns of the settings."""
    assert BY_PERSON in report_types[REVIEWER_PRODUCTIVITY].parameters.model_fields
    columns = tables.tenant_settings.c
    for name in Consent.__dataclass_fields__:
        assert columns[name].server_default is not None


def test_without_settings_nothing_is_allowed() -> None:
    assert Consent.of(None) == Consent()
    assert (
        Consent.of(
            {
                "reviewer_productivity": True,
                "reviewer_productivity_by_person": None,
                "timezone": "UTC",
            }
        )
        == BY_TEAM
    )
