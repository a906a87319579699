"""Which version of the time zone database this process goes by."""

from __future__ import annotations

import zoneinfo
from functools import cache
from importlib import metadata
from pathlib import Path


@cache
def timezone_rules() -> str:
    """For instance `2026a`: the system's where it has one, else that of the package tzdata.

    `zoneinfo` looks in the same order. The system's name of its version stands in the first line
    of `tzdata.zi`, or in `+VERSION`; where it has neither, its files' age stands for it.
    """
    for folder in map(Path, zoneinfo.TZPATH):
        if not (folder / "UTC").is_file():
            continue
        for name in ("tzdata.zi", "+VERSION"):
            if (folder / name).is_file():
                with (folder / name).open(encoding="ascii", errors="replace") as file:
                    return file.readline().removeprefix("# version").strip()[:40]
        return str(int(folder.stat().st_mtime))
    return metadata.version("tzdata")
