"""What the api says about itself, and what it never says."""

from __future__ import annotations

import re

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy import text

from services.aggregator.report_types import report_types
from tests.integration.api.test_roles import BY_LINK, guarded_routes
from tests.running_api import RunningApi, body


async def test_the_openapi_document_is_valid_3_1(api: RunningApi) -> None:
    async with api.client() as client:
        document = (await client.get("/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    described = {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if not path.startswith("/session")  # signing in takes no token
    }
    by_link = {
        ("GET", "/s/{token}"),
        ("GET", "/s/{token}/file"),
        ("POST", "/s/{token}/file"),
        ("GET", "/embed/{token}"),
        ("GET", "/embed/{token}/figures"),
        ("GET", "/confirm/{token}"),
        ("POST", "/confirm/{token}"),
        ("GET", "/unsubscribe/{token}"),
        ("POST", "/unsubscribe/{token}"),
    }
    assert described - by_link == {
        (method, path.replace(":path", ""))
        for method, path, _ in guarded_routes(api.app)
        if method != "HEAD"
    }
    assert by_link < described
    for path, item in document["paths"].items():
        # Signing in takes no token either.
        is_open = path in BY_LINK or path.startswith("/session")
        for operation in item.values():
            assert ("security" in operation) != is_open
            refusal = operation["responses"]["4XX"]["$ref"]
            assert refusal == "#/components/responses/Problem"
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_the_documentation_works_offline(api: RunningApi) -> None:
    async with api.client() as client:
        page = (await client.get("/docs")).text
        needed = re.findall(r'(?:src|href)="([^"]+)"', page)
        parts = [await client.get(part) for part in needed]

    assert "http://" not in page.replace("http://api.test", "")
    assert "https://" not in page
    assert len(needed) >= 2
    assert all(part.startswith("/") for part in needed)
    assert {part.status_code for part in parts} == {200}
    styles = next(part.text for part in parts if "css" in part.headers["content-type"])
    assert not re.search(r"url\(\s*['\"]?https?:|@import", styles)


@pytest.mark.parametrize(
    "path",
    ["/", "/api", "/api/v1", "/api/v2/reports", "/api/v1/reports/", "/x%00y", "/docs/static/x"],
)
async def test_there_is_nothing_anywhere_else(path: str, api: RunningApi) -> None:
    async with api.client() as client:
        answer = await client.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/reports", {"GET", "POST"}),
        ("PATCH", "/api/v1/reports/x", {"GET", "DELETE"}),
        ("DELETE", "/api/v1/report-types", {"GET"}),
        ("POST", "/metrics", {"GET", "HEAD"}),
        ("GET", "/api/v1/reports/x/cancel", {"POST"}),
        ("HEAD", "/api/v1/reports", {"GET", "POST"}),
    ],
)
async def test_a_method_that_is_not_supported_is_refused(
    method: str, path: str, allowed: set[str], api: RunningApi
) -> None:
    async with api.client() as client:
        answer = await client.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.headers["allow"].split(", ")) <= allowed


async def test_report_types_say_what_can_be_asked_for(ada: httpx.AsyncClient) -> None:
    listed = (await ada.get("/api/v1/report-types")).json()

    assert [offered["name"] for offered in listed] == sorted(report_types)
    for offered in listed:
        assert offered["title"]
        assert offered["description"]
        assert offered["formats"] == list(report_types[offered["name"]].formats)
        assert offered["parameters_schema"]["additionalProperties"] is False


async def test_metrics_count_requests_by_route_and_not_by_whatever_clients_say(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    await ada.post("/api/v1/reports", json=body())
    await ada.get("/api/v1/reports/some-id-or-other")
    await ada.request("GET", "/no/such/path")

    metrics = (await ada.get("/metrics")).text

    assert 'route="/api/v1/reports/{run_id}"' in metrics
    assert "some-id-or-other" not in metrics
    assert "/no/such/path" not in metrics
    assert 'broadsheet_runs_total{status="requested",type="delivery_summary"}' in metrics


async def test_a_fault_is_logged_and_not_told(
    api: RunningApi, ada: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    # A row that no code of ours writes stands for a fault nobody thought of.
    run = (await ada.post("/api/v1/reports", json=body())).json()["id"]
    await api.change(run, error={"secret": "hunter2"})

    answer = await ada.get(f"/api/v1/reports/{run}")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance"}
    assert answer.json()["type"] == "/problems/internal"
    for secret in ("hunter2", "Traceback", "validation error", "pydantic", ".py"):
        assert secret not in answer.text
    assert "request failed" in caplog.text


async def test_without_its_store_the_api_says_so_and_comes_back(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    assert (await ada.get("/api/v1/reports")).status_code == 200
    async with api.admin.begin() as connection:
        # As after a restart of the database: every connection in the pool is dead.
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'broadsheet-api'"
            )
        )

    answers = [await ada.get("/api/v1/reports") for _ in range(8)]

    assert {answer.status_code for answer in answers} <= {200, 503}
    assert answers[-1].status_code == 200
    for answer in answers:
        if answer.status_code == 503:
            assert answer.json()["type"] == "/problems/unavailable"
            assert answer.headers["retry-after"]


async def test_health_says_what_is_needed_and_that_a_broker_is_not(api: RunningApi) -> None:
    async with api.client() as client:
        ready = await client.get("/health/ready")
        live = await client.get("/health/live")

    assert live.status_code == ready.status_code == 200
    assert ready.json()["checks"] == {"store": "ok", "blobs": "ok"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/reports", "GET, POST"),
        ("PATCH", "/api/v1/reports/x", "DELETE, GET"),
        ("PUT", "/api/v1/reports/x/download", "GET, HEAD"),
        ("POST", "/api/v1/settings", "GET, PATCH"),
    ],
)
async def test_a_method_that_is_not_supported_is_told_those_that_are(
    method: str, path: str, allowed: str, ada: httpx.AsyncClient
) -> None:
    answer = await ada.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert answer.headers["content-type"] == "application/problem+json"
