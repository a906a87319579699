"""What holds for every page: for everybody, in light and dark, on any screen, quickly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from deploy import page as page_build
from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.tokens import make_token, signing_key
from tests.page.visitor import Visitor
from tests.processes import Fleet

BEFORE_THE_FIRST_PAGE = 250_000
"""Bytes of script, gzipped."""
OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}


@pytest.fixture(scope="module")
def run_id(patient: httpx.Client) -> str:
    """A finished report with charts and tables, sent to somebody."""
    wanted = {
        "type": "gpu_utilization",
        "formats": ["pdf"],
        "period": OCTOBER,
        "deliver_to": [{"channel": "email", "to": "someone@example.com"}],
    }
    asked = patient.post("/api/v1/reports", json=wanted)
    assert asked.json()["status"] == "completed", asked.text
    return str(asked.json()["id"])


@pytest.fixture(scope="module")
def burst_id(patient: httpx.Client) -> str:
    """A finished report of which two people get a part each."""
    definition = {"name": "Parts", "type": "delivery_summary", "formats": ["csv"]}
    saved = patient.post(
        "/api/v1/definitions", json=definition | {"preset": "last_month", "timezone": "UTC"}
    )
    assert saved.status_code == 201, saved.text
    rows = [
        {"to": f"{name}@example.com", "values": {"projects": [project]}}
        for name, project in (("ada", "Saltmarsh Choir"), ("bob", "The Paper Admiral"))
    ]
    asked = patient.post(
        f"/api/v1/definitions/{saved.json()['id']}/run", json={"burst": {"rows": rows}}
    )
    assert asked.json()["status"] == "completed", asked.text
    return str(asked.json()["id"])


@pytest.fixture(scope="module")
def patient(infra: LocalInfrastructure, fleet: Fleet) -> Iterator[httpx.Client]:
    """The demo's administrator, who waits until a report is finished."""
    token = make_token(signing_key(infra.places))
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=30"}
    url = fleet["api"].url
    with httpx.Client(base_url=url, headers=headers, timeout=40, trust_env=False) as client:
        yield client


FITS = "width => document.documentElement.scrollWidth <= width"
WIDTHS = (360, 3840)
"""Pixels of the narrowest screen and of the widest."""
PAGES = (
    "/",
    "/new",
    "/new?type=generation_jobs",
    "/runs",
    "/runs?q=nothing-is-called-that",
    "/runs/{run}",
    "/runs/{run}?tab=timeline",
    "/runs/{run}?compare={run}",
    "/runs/{run}?trail={run}",
    "/runs/{burst}?tab=parts",
    "/inbox",
    "/saved",
    "/schedules",
    "/schedules?q=nothing-is-called-that",
    "/schedules/new",
    "/schedules/new?step=when",
    "/schedules/new?step=whom",
    "/schedules/new?step=condition",
    "/schedules/why?recipient=someone@example.com&date=2026-11-20",
    "/deliveries",
    "/administration/members",
    "/administration/recipients",
    "/administration/destinations",
    "/administration/looks",
    "/administration/limits",
    "/administration/days-off",
    "/administration/dead-letters",
    "/administration/services",
    "/administration/audit",
)


@pytest.fixture(scope="module")
def reader(chromium: Browser, fleet: Fleet) -> Iterator[Visitor]:
    """Somebody signed in."""
    with Visitor.arriving(chromium, fleet["api"].url) as visitor:
        visitor.sign_in_to_demo()
        yield visitor
        assert visitor.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody_in_light_and_dark_and_on_any_screen(
    path: str, reader: Visitor, run_id: str, burst_id: str
) -> None:
    reader.opens(path.format(run=run_id, burst=burst_id))
    assert reader.barriers() == []
    with reader.in_dark_colours():
        assert reader.barriers() == []
    for width in WIDTHS:
        with reader.at_a_screen(width):
            reader.page.wait_for_function(FITS, arg=width)
            if width == WIDTHS[0]:
                assert reader.barriers() == []


def test_signing_in_breaks_no_rule_of_accessibility_either(chromium: Browser, fleet: Fleet) -> None:
    with Visitor.arriving(chromium, fleet["api"].url) as visitor:
        visitor.opens("/sign-in")
        assert visitor.barriers() == []
        with visitor.in_dark_colours():
            assert visitor.barriers() == []


def test_an_embedded_figure_breaks_none_either(
    chromium: Browser, fleet: Fleet, patient: httpx.Client, run_id: str
) -> None:
    wanted = {"widget": "gpu_utilization", "origins": ["https://wiki.example.com"]}
    embed = patient.post("/api/v1/embeds", json=wanted).json()
    for scheme in ("light", "dark"):
        with Visitor.arriving(
            chromium, fleet["api"].url, width=320, height=250, scheme=scheme
        ) as visitor:
            visitor.opens(embed["url"])
            assert visitor.barriers() == []
            assert visitor.complaints == []
            high = visitor.page.evaluate("document.documentElement.scrollHeight")
            assert high <= 250, "it fits into the frame that is offered"


def test_little_script_comes_before_the_first_page(chromium: Browser, fleet: Fleet) -> None:
    assets = page_build.build() / "assets"
    with Visitor.arriving(chromium, fleet["api"].url) as visitor:
        visitor.opens("/sign-in")
        assert sum(_gzipped(assets / name) for name in visitor.scripts) < BEFORE_THE_FIRST_PAGE
        visitor.sign_in_to_demo()
        visitor.scripts.clear()
        visitor.opens("/")
        assert sum(_gzipped(assets / name) for name in visitor.scripts) < BEFORE_THE_FIRST_PAGE
        assert visitor.scripts


def _gzipped(file: Path) -> int:
    packed = file.with_name(file.name + ".gz")
    return (packed if packed.exists() else file).stat().st_size
