"""What an outsider hears over the broker is what the published catalogue says."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from deploy.local.infrastructure import LocalInfrastructure
from tests.e2e.conftest import point_source_to
from tests.e2e.reports import REPORTS, finished, until_delivered
from tests.messages import messages
from tests.processes import Fleet
from tests.running_api import body
from tests.tenants import Tenant

CATALOGUE = json.loads((Path(__file__).parents[2] / "docs/asyncapi.json").read_text())
MAILED = [{"channel": "email", "to": "bob@example.com"}]


async def test_every_message_is_as_the_catalogue_says(
    ada: httpx.Client, fleet: Fleet, infra: LocalInfrastructure, tenant: Tenant
) -> None:
    async with messages(infra.amqp_url) as outside:
        overheard = await outside.overhear("report.#")
        until_delivered(ada, finished(ada, deliver_to=MAILED))
        fleet["aggregator"].pause()
        try:
            run = ada.post(REPORTS, json=body()).json()["id"]
            assert ada.post(f"{REPORTS}/{run}/cancel").status_code == 200
        finally:
            fleet["aggregator"].resume()
        await point_source_to(infra, tenant, "BROADSHEET_SOURCE_NOWHERE_URL")
        assert finished(ada)["status"] == "failed"
        wanted = {
            f"report.{news}.v1"
            for news in ("requested", "aggregated", "rendered", "delivered", "cancelled", "failed")
        }
        deadline = time.monotonic() + 15
        while {message.type for message in overheard.messages} < wanted:
            assert time.monotonic() < deadline, {message.type for message in overheard.messages}
            await outside.depth("broadsheet.aggregator.interactive")  # lets others come in

    for message in overheard.messages:
        described = CATALOGUE["components"]["messages"][str(message.type)]
        conforms(json.loads(message.body), described["payload"])
        headers = {name: str(value) for name, value in message.headers.items()}
        conforms(headers, described["headers"])
        assert headers["cloudEvents_type"] == message.type
        assert headers["cloudEvents_id"] == message.message_id
        channel = CATALOGUE["channels"][str(message.type).removesuffix(".v1")]
        address, lanes = channel["address"], channel["parameters"]["lane"]["enum"]
        assert message.routing_key in {address.replace("{lane}", lane) for lane in lanes}
        assert message.content_type == described["contentType"]


def conforms(value: Any, schema: dict[str, Any]) -> None:
    """Raises where the value is not what the schema, a part of the catalogue, says."""
    Draft202012Validator({**schema, "components": CATALOGUE["components"]}).validate(value)
