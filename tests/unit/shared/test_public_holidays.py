"""The library of public holidays is loaded aside, and only where somebody asks for a country."""

from __future__ import annotations

import json
import subprocess
import sys

_LOADING = """
import asyncio, json, sys, time
from shared.cadence import CADENCE, public_holidays_at_hand

def daily(**more):
    return {"kind": "daily", "time": "09:00", "timezone": "UTC", **more}

async def main():
    plain = daily(business_days={"on_day_off": "skip"})
    await public_holidays_at_hand(daily(), plain, None, {"business_days": 7})
    before = "holidays" in sys.modules
    spent = time.thread_time()
    await public_holidays_at_hand(plain, daily(business_days={"country": "DE"}))
    CADENCE.validate_python(daily(business_days={"country": "DE", "subdivision": "BE"}))
    return before, time.thread_time() - spent

print(json.dumps(asyncio.run(main())))
"""


def test_the_event_loop_goes_on_while_holidays_are_loaded() -> None:
    # In a process of its own: here they may be loaded already.
    told = subprocess.run(
        [sys.executable, "-c", _LOADING], capture_output=True, text=True, check=True
    )
    loaded_unasked, seconds_of_the_event_loops_thread = json.loads(told.stdout)

    assert not loaded_unasked, "17 MB that nobody asked for"
    assert seconds_of_the_event_loops_thread < 0.1, "of CPU, however busy the machine is"
