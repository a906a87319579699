"""How soon a page is there for somebody who has never opened it, and how much it moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, StorageState

from benchmarks.figures import milliseconds, table
from benchmarks.page.watched import LargestPaint, window
from deploy import page

SLOWER = 4
"""The browser's processor is slowed down so many times; the server's is not."""
AIMS = {"paint": 1.0, "shift": 0.05, "script": 250_000}
"""Seconds; a sum without unit; bytes, gzipped."""


@dataclass
class Opened:
    """One page, opened so many times with an empty cache."""

    name: str
    paints: list[LargestPaint] = field(default_factory=list)
    shifts: list[float] = field(default_factory=list)
    scripts_before: list[int] = field(default_factory=list)
    """Bytes of script, gzipped, that were there when the greatest part of it was."""
    scripts: list[int] = field(default_factory=list)
    """The same once nothing is loaded any more."""

    @property
    def seconds(self) -> list[float]:
        """Until the largest paint of each time."""
        return [paint.seconds for paint in self.paints]


def measure(
    browser: Browser,
    home: str,
    signed_in: StorageState,
    pages: Mapping[str, str],
    turns: int,
) -> list[Opened]:
    """Addresses by their pages' names, by turns: what else the machine does meets all alike."""
    found: dict[str, Opened] = {}
    assets = page.build() / "assets"
    for name in [*pages] * turns:
        opened = found.setdefault(name, Opened(name))
        with window(browser, home, signed_in=signed_in, slower=SLOWER) as visitor:
            visitor.opens(pages[name])
            paint = visitor.largest_paint()
            opened.paints.append(paint)
            opened.shifts.append(visitor.layout_shift())
            opened.scripts_before.append(gzipped(assets, visitor.scripts(paint.seconds)))
            opened.scripts.append(gzipped(assets, visitor.scripts()))
    return list(found.values())


def gzipped(assets: Path, names: Sequence[str]) -> int:
    """Bytes of those files as they travel with gzip."""
    files = [assets / name for name in names]
    packed = [file.with_name(f"{file.name}.gz") for file in files]
    return sum(
        (twin if twin.exists() else file).stat().st_size
        for file, twin in zip(files, packed, strict=True)
    )


def report(found: Sequence[Opened]) -> str:
    """For people."""
    rows = [
        [
            opened.name,
            milliseconds(median(opened.seconds)),
            milliseconds(max(opened.seconds)),
            _most_often(opened.paints),
            f"{max(opened.shifts):.3f}",
            f"{max(opened.scripts_before) / 1000:.0f} kB",
            f"{max(opened.scripts) / 1000:.0f} kB",
        ]
        for opened in found
    ]
    aims = [
        "aim",
        milliseconds(AIMS["paint"]),
        "–",
        "–",
        f"{AIMS['shift']}",
        f"{AIMS['script'] / 1000:.0f} kB",
        "–",
    ]
    title = (
        f"A page is opened with an empty cache, {len(found[0].paints)} times each, "
        f"processor {SLOWER} times slower"
    )
    header = ["page", "largest paint, median", "worst", "of", "layout shift, worst",
              "script before it", "in all"]  # fmt: skip
    return table(title, header, [*rows, aims])


def _most_often(paints: Sequence[LargestPaint]) -> str:
    counts: dict[str, int] = defaultdict(int)
    for paint in paints:
        counts[paint.what] += 1
    return max(counts, key=lambda what: counts[what])
