"""What a child process gives up before it sees a document, and how it talks to the service.

What it can reach after `lock_in`, by rules of the kernel that need no privileges and hold for every
thread and library in the process:

- no file, socket or pipe: RLIMIT_NOFILE is 0, so no descriptor can be opened, while those that
  are open stay (getrlimit(2)); RLIMIT_FSIZE 0 and RLIMIT_CORE 0 besides;
- no further process or thread: RLIMIT_NPROC 0 (which the kernel does not apply to root);
- no more memory than the limit (RLIMIT_DATA, which counts what is reserved as well: V8 sets half
  a gigabyte aside for code and uses little of it, so that comes on top);
- no new privileges, and none left if it had some: capabilities are dropped;
- no life of its own: it dies with the service (PR_SET_PDEATHSIG).

This holds documents, not foreign machine code: calls that need no descriptor (unlink, kill) are
left to the rights of the service's user. Whatever is needed later must be loaded before.
"""

from __future__ import annotations

import ctypes
import gc
import json
import math
import mmap
import os
import re
import resource
import signal
import struct
from collections.abc import Mapping
from pathlib import Path

from shared.priority import let_niceness_count

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CAPABILITY_VERSION_3 = 0x20080522
NICENESS = 3
MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+ *(.*)")
"""The line with which a mapping begins in smaps: from, to, rights, and four more."""


class Pipes:
    """stdin and stdout for messages alone: what a library prints goes to stderr."""

    def __init__(self) -> None:
        self._requests = os.fdopen(os.dup(0), "rb")
        self._answers = os.fdopen(os.dup(1), "wb")
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)

    def receive(self, parts: int) -> list[bytes] | None:
        """So many frames; None when the service has closed its end."""
        received = []
        for _ in range(parts):
            header = self._requests.read(4)
            if len(header) < 4:
                return None
            (length,) = struct.unpack(">I", header)
            received.append(self._requests.read(length))
        return received

    def send(self, status: Mapping[str, object], content: bytes = b"") -> None:
        """One message."""
        for part in (json.dumps(status).encode(), content):
            self._answers.write(struct.pack(">I", len(part)))
            self._answers.write(part)
        self._answers.flush()


def begin() -> None:
    """Die with the service, and have no privileges. Before any thread starts: both belong to a
    thread and are inherited (prctl(2)).
    """
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    libc.capset(ctypes.byref(header), ctypes.byref(none))


def let_go_of_libraries() -> None:
    """Give back the pages of libraries that were needed to start; what is used comes again.

    Of the chart library that is half: 20 MB of 43, which nothing else on the machine shares. It
    leaves alone what was written to, which is in no file (proc(5), smaps; madvise(2)).
    """
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    start = end = 0
    from_file = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if mapping := MAPPING.match(line):
            start, end = int(mapping[1], 16), int(mapping[2], 16)
            from_file = mapping[3].startswith("/") and "w" not in mapping[0].split()[1]
        elif from_file and line.split() == ["Anonymous:", "0", "kB"]:
            libc.madvise(start, end - start, mmap.MADV_DONTNEED)


def lock_in(memory_limit: int) -> None:
    """Give up everything but computing, with up to `memory_limit` octets in use."""
    gc.collect()
    gc.freeze()  # what is loaded by now stays: the collector need not look at it again
    os.nice(NICENESS)
    let_niceness_count()
    for limit, value in (
        (resource.RLIMIT_DATA, memory_limit + _reserved()),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _reserved() -> int:
    """Octets of this process' data that it has reserved and does not use (proc(5))."""
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    sizes = {fields[0]: int(fields[1]) << 10 for fields in lines if fields[-1:] == ["kB"]}
    return max(sizes["VmData:"] - sizes["RssAnon:"], 0)


def allow_cpu(seconds: int) -> None:
    """Let the kernel end this process (SIGXCPU) once it computed for so long from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))


def out_of_memory(error: Exception) -> bool:
    """Whether an error of a library is about memory: not all raise MemoryError."""
    told = str(error).lower()
    return isinstance(error, MemoryError) or ("memory" in told and "alloc" in told)
