"""Every page as the gallery shows it, at a wide and at a narrow screen.

The pictures are drawn by `make pictures`; look at them. They are not compared, since each machine
has fonts of its own: what is tested is what somebody would complain of.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Literal

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser

from deploy.local.infrastructure import LocalInfrastructure
from tests.page.a_week import Week, lived, token_of
from tests.page.visitor import Visitor
from tests.pictures.drawn_pages import store
from tests.processes import Fleet

STORED = Path(__file__).parents[2] / "docs" / "pictures" / "page"
SCREENS = {"wide": (1280, 800), "narrow": (380, 780)}
TALLEST = {"wide": 1200, "narrow": 1400}
"""Pixels of a picture; what is below is left out."""
COLOURS = 64
PAGES = {
    "sign-in": "/sign-in",
    "home": "/",
    "new-report": "/new",
    "new-report-form": "/new?type=delivery_summary&from=2026-10-01&to=2026-10-31",
    "runs": "/runs",
    "report": "/runs/{report}",
    "report-compared": "/runs/{report}?compare={earlier}",
    "report-parts": "/runs/{burst}?tab=parts",
    "report-timeline": "/runs/{report}?tab=timeline",
    "report-failed": "/runs/{failed}",
    "saved": "/saved",
    "schedules": "/schedules",
    "schedule": "/schedules/{schedule}",
    "schedule-when": "/schedules/{schedule}/edit?step=when",
    "schedule-whom": "/schedules/{schedule}/edit?step=whom",
    "schedule-condition": "/schedules/{schedule}/edit?step=condition",
    "why": "/schedules/why?recipient=board@example.com&date=2026-11-20",
    "deliveries": "/deliveries",
    "delivery": "/deliveries/{delivery}",
    "members": "/administration/members",
    "recipients": "/administration/recipients",
    "destinations": "/administration/destinations",
    "looks": "/administration/looks",
    "limits": "/administration/limits",
    "days-off": "/administration/days-off",
    "dead-letters": "/administration/dead-letters",
    "services": "/administration/services",
    "audit": "/administration/audit",
    "inbox": "/inbox",
    "mail": "/inbox/{mail}",
}
"""By the picture's name."""
FIRST_INSIDE = "home"
"""From there on somebody is signed in."""
DARK = ("home", "report", "schedule-when")
"""Those that are drawn in dark colours as well."""
CUT_OFF = """() => [...document.querySelectorAll('main *')]
  .filter((one) => one.children.length === 0 && one.textContent.trim()
    && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1
    && ['hidden', 'clip'].includes(getComputedStyle(one).overflowX)
    && getComputedStyle(one).textOverflow !== 'ellipsis' && !one.closest('.unseen'))
  .map((one) => one.textContent.slice(0, 60))"""
"""Words of which a part is hidden, without a sign that there is more."""


@pytest.fixture(scope="module")
def week(infra: LocalInfrastructure, fleet: Fleet, inbox: httpx.Client) -> Week:
    return lived(infra, fleet["api"].url, inbox)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_has_its_place_on_the_screen(
    screen: str,
    scheme: Literal["light", "dark"],
    week: Week,
    chromium: Browser,
    fleet: Fleet,
    infra: LocalInfrastructure,
    renew_pictures: bool,
) -> None:
    width, height = SCREENS[screen]
    with Visitor.arriving(
        chromium, fleet["api"].url, width=width, height=height, scheme=scheme
    ) as visitor:
        for name, path in PAGES.items():
            if name == FIRST_INSIDE:
                visitor.sign_in_with(token_of(infra))
            if scheme == "dark" and name not in DARK:
                continue
            visitor.opens(path.format(**vars(week)))
            assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert visitor.page.evaluate(CUT_OFF) == [], path
            if renew_pictures:
                suffix = "-dark" if scheme == "dark" else ""
                store(drawn(visitor, screen), STORED / f"{name}-{screen}{suffix}.png")
        assert visitor.complaints == []


def drawn(visitor: Visitor, screen: str) -> Image.Image:
    """The page from its top, in few colours."""
    width, height = SCREENS[screen]
    visitor.page.evaluate("document.fonts.ready")
    tall = visitor.page.evaluate("document.documentElement.scrollHeight")
    # A window as tall as the page, since its bar at the side is as tall as the window.
    visitor.page.set_viewport_size(
        {"width": width, "height": min(max(height, tall), TALLEST[screen])}
    )
    visitor.settles()
    taken = visitor.page.screenshot()
    visitor.page.set_viewport_size({"width": width, "height": height})
    with Image.open(io.BytesIO(taken)) as picture:
        return picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
