"""Which languages there are, and what asking for one comes to."""

from __future__ import annotations

from uuid import UUID

import httpx

from shared.store import tables
from tests.running_api import RunningApi, body

REPORTS = "/api/v1/reports"


async def test_each_report_type_says_which_languages_it_speaks(ada: httpx.AsyncClient) -> None:
    types = (await ada.get("/api/v1/report-types")).json()
    assert [one["languages"] for one in types] == [["en", "de", "fr"]] * len(types)


async def test_a_run_says_its_language_which_is_english_when_nobody_names_one(
    ada: httpx.AsyncClient,
) -> None:
    asked = [await ada.post(REPORTS, json=body(**named)) for named in ({}, {"language": "de"})]
    assert [answer.json()["language"] for answer in asked] == ["en", "de"]


async def test_another_language_is_refused_with_those_on_offer(ada: httpx.AsyncClient) -> None:
    answer = await ada.post(REPORTS, json=body(language="tlh"))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error == {
        "field": "/language",
        "detail": "delivery_summary is not written in 'tlh': use one of en, de, fr",
    }


async def test_the_same_in_another_language_is_other_work(api: RunningApi) -> None:
    tenant = await api.new_tenant(freshness_seconds=60)
    async with api.client(tenant) as client:
        asked = [await client.post(REPORTS, json=body(language=tag)) for tag in ("en", "de", "de")]
    runs = tables.runs
    ids = [UUID(answer.json()["id"]) for answer in asked]
    keys = {row["id"]: row["work_key"] for row in await api.rows(runs, runs.c.id.in_(ids))}
    english, german, again = (keys[run_id] for run_id in ids)
    assert english != german == again
