"""The browser of this machine, for tests that want a real one."""

from __future__ import annotations

from deploy.local.chromium import installed

BROWSER = installed()
"""Chromium or Chrome; None: there is none."""
BROWSER_ARGUMENTS = ["--no-sandbox"]
"""It is shown our own pages alone, and its sandbox works neither for root nor in every container."""
