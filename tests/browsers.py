"""The browser of this machine, for tests that want a real one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from deploy import page
from deploy.local.chromium import installed

BROWSER = installed()
"""Chromium or Chrome; None: there is none."""
BROWSER_ARGUMENTS = ["--no-sandbox"]
"""It is shown our own pages alone; its sandbox works neither for root nor in all containers."""


@contextmanager
def driven() -> Iterator[Browser]:
    """The browser with Playwright at its wheel, which needs a Node that runs here."""
    # Playwright's own wants a library that a small Debian lacks.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(page.node())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()
