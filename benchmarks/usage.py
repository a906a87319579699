"""CPU and memory of process trees, as the kernel counts them (proc(5))."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")

Groups = Mapping[str, Iterable[int]]
"""Root processes by the name under which they are added up."""


def cpu_seconds(groups: Groups) -> dict[str, float]:
    """User and system time of each group's trees so far, ended children included."""
    children = _children()
    return {
        name: sum(_cpu(pid) for root in roots for pid in _tree(root, children))
        for name, roots in groups.items()
    }


def pss_bytes(groups: Groups) -> dict[str, int]:
    """Resident memory of each group's trees; a page that n processes share counts 1/n."""
    children = _children()
    return {
        name: sum(_pss(pid) for root in roots for pid in _tree(root, children))
        for name, roots in groups.items()
    }


def machine_cpu_seconds() -> float:
    """What all processes of the machine have used, ours and others', waiting left out."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()
    user, nice, system, _idle, _waiting, irq, soft_irq = (int(field) for field in fields[1:8])
    return (user + nice + system + irq + soft_irq) / _TICKS


class PeakMemory:
    """The most each group, and all together, held while the block ran; looked at every second."""

    def __init__(self, groups: Callable[[], Groups]) -> None:
        self._groups = groups
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.bytes: dict[str, int] = {}
        self.together = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(1.0):
            now = pss_bytes(self._groups())
            self.bytes = {name: max(size, self.bytes.get(name, 0)) for name, size in now.items()}
            self.together = max(self.together, sum(now.values()))


def difference(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What each group used in between."""
    return {name: after[name] - before[name] for name in after}


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (fields := _stat(int(folder.name))):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    return children


def _tree(root: int, children: Mapping[int, list[int]]) -> Iterable[int]:
    yield root
    for child in children.get(root, ()):
        yield from _tree(child, children)


def _stat(pid: int) -> list[str]:
    """The fields from `state` on; empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu(pid: int) -> float:
    # utime, stime, and the same of children that have ended and were waited for.
    return sum(int(field) for field in _stat(pid)[11:15]) / _TICKS


def _pss(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
