"""What is on offer is remembered for a while, but not that nothing is."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import Table, delete, insert, true

from services.api.catalogue import Catalogue
from shared.store import tables
from tests.running_api import RunningApi, body


@pytest.mark.parametrize("table", [tables.report_types, tables.formats], ids=["types", "formats"])
async def test_until_workers_have_published_what_they_can_do_it_says_try_again(
    table: Table, api: RunningApi, ada: httpx.AsyncClient
) -> None:
    api.app.state.catalogue = Catalogue(api.app.state.store, api.settings.egress)
    rows = [dict(row) for row in await api.rows(table, true())]
    async with api.admin.begin() as connection:
        await connection.execute(delete(table))
    try:
        refused = await ada.post("/api/v1/reports", json=body())
    finally:
        async with api.admin.begin() as connection:
            await connection.execute(insert(table), rows)
    accepted = await ada.post("/api/v1/reports", json=body())

    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert "yet: try again" in refused.json()["detail"]
    assert accepted.status_code == 202
