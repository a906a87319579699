"""All that is measured of the page, in one browser."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.broadsheet import Broadsheet
from benchmarks.page import interacting, loading, scrolling
from benchmarks.page.interacting import Answered
from benchmarks.page.loading import Opened
from benchmarks.page.scrolling import Scrolled
from benchmarks.page.stored import Stored, fill
from benchmarks.page.watched import session_of_demo
from tests.browsers import BROWSER, driven


@dataclass(frozen=True)
class Page:
    """What was found."""

    browser: str
    load_before: float
    """Of the machine: processes that ran or wanted to, over the minute before."""
    opened: Sequence[Opened]
    answered: Sequence[Answered]
    scrolled: Sequence[Scrolled]


def measure(running: Broadsheet, runs: int, rows: int, turns: int) -> Page:
    """`turns`: how often each page is opened and each flow is gone through.

    RuntimeError where there is no browser.
    """
    if BROWSER is None:
        raise RuntimeError("no Chromium or Chrome here: `make test` brings one")
    # Before the browser: its driver and an event loop of ours do not go together.
    stored = fill(running, runs, rows)
    running.settle()
    load = os.getloadavg()[0]
    home = running.stack.api_url
    with driven() as browser:
        signed_in = session_of_demo(browser, home)
        return Page(
            f"Chromium {browser.version}",
            load,
            loading.measure(browser, home, signed_in, _pages(stored), turns),
            interacting.measure(browser, home, signed_in, stored, max(1, turns // 3)),
            scrolling.measure(browser, home, signed_in, stored),
        )


def _pages(stored: Stored) -> dict[str, str]:
    return {
        "Home": "/",
        "New report": "/new",
        "Runs": "/runs",
        "a report": f"/runs/{stored.report}",
        f"a report of {stored.rows:,} rows": f"/runs/{stored.long_table}",
        "Schedules": "/schedules",
        "Deliveries": "/deliveries",
        "Administration": "/administration/members",
    }


def report(found: Page) -> str:
    """For people."""
    return "\n".join(
        [
            f"{found.browser}, load of the machine before: {found.load_before:.1f}\n",
            loading.report(found.opened),
            interacting.report(found.answered),
            scrolling.report(list(found.scrolled)),
        ]
    )
