"""Figures as people read them: percentiles and tables."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 1).__int__() - 1)]


def milliseconds(seconds: float) -> str:
    """For instance `84 ms`."""
    return f"{seconds * 1000:.0f} ms"


def megabytes(size: float) -> str:
    """For instance `98 MB` (2^20 bytes)."""
    return f"{size / 2**20:.0f} MB"


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with aligned columns: to be printed, and to be copied."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cell.ljust(w) for cell, w in zip(cells, widths, strict=True))} |"

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([f"{title}\n", line(header), rule, *(line(row) for row in rows), ""])
