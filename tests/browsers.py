"""The browser of this machine, for tests that want a real one."""

from __future__ import annotations

import shutil

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
"""Chromium or Chrome; None: there is none."""
