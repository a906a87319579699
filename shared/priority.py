"""Making a process' niceness count where the kernel schedules by session.

With autogroups (sched(7), the default of Debian and Ubuntu outside of containers) each session
is one group, all groups are equal, and a process' niceness only tells it from others of its own
session. A service and each drawing process lead a session of their own, so that theirs would
tell them from nobody.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_AUTOGROUP = Path("/proc/self/autogroup")


def let_niceness_count() -> None:
    """Give this process' session its niceness, if it leads one; else, and elsewhere, nothing."""
    if os.getsid(0) != os.getpid():
        return  # started from a terminal: the session is not ours
    # Refused where somebody changed one less than 0.1 s ago: then things stay as they are.
    with contextlib.suppress(OSError):
        _AUTOGROUP.write_text(str(os.nice(0)))
