"""Whatever is sent, it is taken or refused; it never fails."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.running_api import RunningApi, body
from tests.running_api import definition as definition_body

# Shared by all examples: the point is what comes in, not who asks.
EXAMPLES = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.characters(categories=["Cs"])
    | st.sampled_from(["csv", "email", "last_month", "Europe/Berlin", "2026-10-01", "a@x.org"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["type", "formats", "period", "timezone", "parameters", "deliver_to"])
NEARLY = st.dictionaries(NAMES | st.text(max_size=3), JSON, max_size=3).map(lambda d: body() | d)
PERIODS = st.fixed_dictionaries(
    {}, optional={"from": JSON, "to": JSON, "preset": JSON, "timezone": JSON}
).map(lambda period: body(period=period))
PARAMETERS = st.fixed_dictionaries({}, optional={"grain": JSON, "projects": JSON, "x": JSON}).map(
    lambda parameters: body(parameters=parameters)
)
RECIPIENTS = st.lists(
    st.fixed_dictionaries({"channel": st.just("email"), "to": st.text() | st.emails()}), max_size=3
).map(lambda recipients: body(deliver_to=recipients))


@pytest_asyncio.fixture(loop_scope="session")
async def unlimited(ada: httpx.AsyncClient) -> httpx.AsyncClient:
    """Ada, with a backlog that no test fills."""
    await ada.patch("/api/v1/settings", json={"max_backlog": 1_000_000})
    return ada


def assert_taken_or_refused(answer: httpx.Response) -> None:
    assert answer.status_code in (202, 413, 415, 422), answer.text
    if answer.status_code != 202:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"].startswith("/problems/")
        assert problem["status"] == answer.status_code
        if answer.status_code == 422:
            assert problem["errors"]


@given(asked=NEARLY | PERIODS | PARAMETERS | RECIPIENTS | JSON)
@EXAMPLES
async def test_any_json_is_taken_or_refused(asked: Any, unlimited: httpx.AsyncClient) -> None:
    content = json.dumps(asked).encode()

    answer = await unlimited.post(
        "/api/v1/reports", content=content, headers={"Content-Type": "application/json"}
    )

    assert_taken_or_refused(answer)
    if answer.status_code == 202:
        assert (await unlimited.get(answer.headers["location"])).json()["id"]


@given(
    content=st.binary(max_size=200)
    | st.text(alphabet='{}[]",:\\u0019eE+-. \n').map(lambda text: text.encode())
)
@EXAMPLES
async def test_any_bytes_are_refused(content: bytes, unlimited: httpx.AsyncClient) -> None:
    answer = await unlimited.post(
        "/api/v1/reports", content=content, headers={"Content-Type": "application/json"}
    )

    assert_taken_or_refused(answer)
    assert answer.status_code == 422


@given(
    headers=st.dictionaries(
        st.sampled_from(["Idempotency-Key", "Prefer", "Content-Type", "Range", "traceparent"]),
        st.binary(max_size=60).filter(lambda value: not set(value) & set(b"\r\n\0")),
    )
)
@EXAMPLES
async def test_any_headers_are_taken_or_refused(
    headers: dict[str, bytes], unlimited: httpx.AsyncClient, api: RunningApi
) -> None:
    if b"wait=" in headers.get("Prefer", b""):
        return
    answer = await unlimited.post(
        "/api/v1/reports",
        content=json.dumps(body()).encode(),
        headers={"Content-Type": "application/json"} | headers,  # type: ignore[arg-type]
    )

    assert_taken_or_refused(answer)


CADENCES = st.fixed_dictionaries(
    {"kind": st.sampled_from(["daily", "weekly", "monthly", "quarterly", "yearly", "cron"])},
    optional={
        "time": JSON | st.just("09:00"),
        "timezone": JSON | st.just("Europe/Berlin"),
        "days": JSON | st.just(["monday"]),
        "day": JSON | st.just("last") | st.integers(-1, 40),
        "month": JSON | st.integers(-1, 14),
        "expression": JSON | st.text("0123456789*/,- ", max_size=20) | st.just("0 9 * * 1"),
        "start": JSON | st.dates().map(str),
        "end": JSON | st.dates().map(str),
        "business_days": JSON | st.fixed_dictionaries({"country": st.sampled_from(["DE", "XX"])}),
    },
)
PLANS = st.fixed_dictionaries(
    {"name": st.text(max_size=5), "cadence": CADENCES},
    optional={
        "condition": JSON
        | st.fixed_dictionaries({"kind": st.just("kpi"), "kpi": JSON, "value": SCALARS}),
        "readiness": JSON | st.fixed_dictionaries({"signal": st.text(), "not_later_than": JSON}),
        "misfire": JSON | st.fixed_dictionaries({"policy": SCALARS, "most": SCALARS}),
        "jitter_seconds": SCALARS,
        "deliver_to": JSON,
    },
)


@given(plan=PLANS | JSON, definition=SCALARS | st.just("the one there is"))
@settings(EXAMPLES, max_examples=60)  # four requests each
async def test_any_plan_is_taken_or_refused(
    plan: Any, definition: Any, unlimited: httpx.AsyncClient
) -> None:
    listed = (await unlimited.get("/api/v1/definitions")).json()["items"]
    there = listed[0]["id"] if listed else await _saved(unlimited)
    if isinstance(plan, dict):
        plan = plan | {"definition": there if definition == "the one there is" else definition}
    for path, asked in (
        ("/api/v1/schedules", plan),
        ("/api/v1/schedules/preview", {"cadence": plan}),
        ("/api/v1/definitions", plan),
        ("/api/v1/import", {"schedules": [plan]}),
    ):
        answer = await unlimited.post(
            path,
            content=json.dumps(asked).encode(),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code in (200, 201, 409, 422), answer.text
        if answer.is_error:
            assert answer.json()["errors"], "the field is named"


async def _saved(client: httpx.AsyncClient) -> str:
    answer = await client.post("/api/v1/definitions", json=definition_body())
    return str(answer.json()["id"])
