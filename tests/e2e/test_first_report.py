"""What `make run` ends with."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.errors import StackError
from deploy.local.first_report import FirstReport, ask_for_first_report
from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.tokens import make_token, signing_key
from tests.e2e.conftest import point_source_to
from tests.processes import Fleet
from tests.tenants import Tenant

TODAY = date(2026, 11, 20)


@pytest.fixture
def stack(
    infra: LocalInfrastructure, fleet: Fleet, inbox: httpx.Client, tenant: Tenant
) -> dict[str, Any]:
    """What `stack_status` says, of a tenant of the test's own."""
    return {
        "api_url": fleet["api"].url,
        "inbox_url": str(inbox.base_url).rstrip("/"),
        "token": make_token(signing_key(infra.places), tenant=tenant.slug, role="admin", sub="ada"),
    }


def runs(ada: httpx.Client) -> list[str]:
    """The ids of those that were not deleted."""
    return [run["id"] for run in ada.get("/api/v1/reports").json()["items"]]


def test_there_is_one_a_day_and_what_is_said_of_its_mail_is_looked_up(
    stack: dict[str, Any], ada: httpx.Client, inbox: httpx.Client, tmp_path: Path
) -> None:
    first = ask_for_first_report(stack, tmp_path, today=TODAY)
    assert sorted(file.suffix for file in first.files) == [".csv", ".json", ".pdf"]
    assert all(file.stat().st_size for file in first.files)
    assert httpx.get(first.mail, trust_env=False).status_code == 200

    assert ask_for_first_report(stack, tmp_path, today=TODAY) == first
    assert len(runs(ada)) == 1

    inbox.delete("/api/messages").raise_for_status()
    emptied = ask_for_first_report(stack, tmp_path, today=TODAY)
    assert emptied == FirstReport(first.files, "its mail was sent, and is no longer in the inbox")


async def test_one_that_failed_or_was_deleted_is_asked_for_anew(
    stack: dict[str, Any],
    ada: httpx.Client,
    infra: LocalInfrastructure,
    tenant: Tenant,
    tmp_path: Path,
) -> None:
    await point_source_to(infra, tenant, "BROADSHEET_SOURCE_NOWHERE_URL")
    with pytest.raises(StackError, match="failed"):
        ask_for_first_report(stack, tmp_path, today=TODAY)
    (failed,) = runs(ada)

    await point_source_to(infra, tenant, "BROADSHEET_SOURCE_STUDIO_URL")
    ask_for_first_report(stack, tmp_path, today=TODAY)
    made, still_failed = runs(ada)
    assert still_failed == failed

    ada.delete(f"/api/v1/reports/{made}").raise_for_status()
    again = ask_for_first_report(stack, tmp_path, today=TODAY)
    assert again.mail.startswith(stack["inbox_url"])
    assert made not in runs(ada)
    assert len(runs(ada)) == 2
