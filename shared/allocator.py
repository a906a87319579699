"""How the C library's allocator (glibc, mallopt(3)) keeps what a process has freed.

It gives each thread an arena of its own, and each arena keeps what was freed in it. A service
writes a large table in several threads: a million rows as CSV took 190 MB of its own memory at the
peak as things are by default, and 107 MB with two arenas and Arrow's plain allocator. Nothing is
done where the C library is another.
"""

from __future__ import annotations

import ctypes
import os

_LIBC = ctypes.CDLL(None)
_M_ARENA_MAX = -8
_ARENAS = 2


def keep_little() -> None:
    """Use few arenas, in this process from now on; called before it starts threads."""
    if hasattr(_LIBC, "mallopt"):
        _LIBC.mallopt(_M_ARENA_MAX, _ARENAS)
    # Arrow reads it when it is first used. Its own allocators keep more, and one sets 1 GB aside.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def give_back() -> None:
    """Let the system have what is free; takes some milliseconds, so after large work alone."""
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)
