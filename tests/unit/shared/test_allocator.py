"""What a process has freed goes back to the system."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import os, threading
from pathlib import Path
from shared import allocator

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

def work():
    # As texts of a large table: many, and too large for Python's own pools.
    texts = [bytes(2_000) for _ in range(20_000)]
    kept.append(texts[-1])

kept = []
if {little}:
    allocator.keep_little()
before = resident()
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if {little}:
    allocator.give_back()
print(resident() - before)
"""


def grown_mb(*, little: bool) -> int:
    script = SCRIPT.format(little=little)
    return int(
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    )


def test_memory_of_large_work_is_given_back() -> None:
    """Each thread freed 40 MB but for one text at the end, which holds the rest up by itself."""
    assert grown_mb(little=True) < 15
    assert grown_mb(little=False) > 30
