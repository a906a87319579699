"""Whether long lists move smoothly: the browser's long tasks while the wheel turns, to the end."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playwright.sync_api import Browser, StorageState

from benchmarks.figures import milliseconds, table
from benchmarks.page.stored import Stored
from benchmarks.page.watched import LONG_TASK_SECONDS, Window, window

AIM_SECONDS = 0.1
_STEP = 4_000
"""Pixels of one turn of the wheel: a hard push of a finger."""
_PATIENCE_SECONDS = 1200
_LAST_RUN = """() => Math.max(0, ...[...document.querySelectorAll('[aria-posinset]')]
  .map((row) => Number(row.getAttribute('aria-posinset'))))"""
_LEFT_BELOW = """() => {
  const place = document.querySelector('[data-long]');
  return place.scrollHeight - place.clientHeight - place.scrollTop;
}"""
_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Scrolled:
    """One list, from its first row to its last."""

    name: str
    rows: int
    seconds: float
    turns: int
    """Of the wheel."""
    long_tasks: int
    """Of more than 50 ms."""
    longest_seconds: float
    """What is below 50 ms counts as nothing: the browser does not tell it."""
    back_seconds: float
    """The longest task while one jumps back to the top and to the end again by keyboard."""


def measure(browser: Browser, home: str, signed_in: StorageState, stored: Stored) -> list[Scrolled]:
    """The list of all runs, which is read page by page as one goes, and a report's long table."""
    with window(browser, home, signed_in=signed_in) as visitor:
        visitor.opens("/runs")
        runs = _runs(visitor, stored.runs)
    with window(browser, home, signed_in=signed_in) as visitor:
        visitor.opens(f"/runs/{stored.long_table}")
        visitor.page.locator("[data-long]").wait_for()
        visitor.settles()
        rows = _table(visitor, stored.rows)
    return [runs, rows]


def _runs(visitor: Window, count: int) -> Scrolled:
    page = visitor.page
    page.get_by_role("list", name="Runs").hover()
    visitor.starts_afresh()
    began, turns, reached = time.monotonic(), 0, 0
    while reached < count:
        _in_time(began, f"only {reached:,} of {count:,} runs came")
        page.mouse.wheel(0, _STEP)
        page.evaluate(_FRAME)
        turns += 1
        reached = page.evaluate(_LAST_RUN)
    return _scrolled(visitor, "runs", reached, time.monotonic() - began, turns)


def _table(visitor: Window, count: int) -> Scrolled:
    page = visitor.page
    place = page.locator("[data-long]")
    shown = int(place.locator("table").get_attribute("aria-rowcount") or 0) - 1
    if shown != count:
        raise RuntimeError(f"the table shows {shown:,} rows, not {count:,}")
    place.hover()
    visitor.starts_afresh()
    began, turns = time.monotonic(), 0
    while page.evaluate(_LEFT_BELOW) > 1:
        _in_time(began, "the table did not come to its end")
        page.mouse.wheel(0, _STEP)
        page.evaluate(_FRAME)
        turns += 1
    seconds = time.monotonic() - began
    place.focus()
    return _scrolled(visitor, "rows of a table", shown, seconds, turns)


def _scrolled(visitor: Window, name: str, rows: int, seconds: float, turns: int) -> Scrolled:
    tasks = visitor.long_tasks()
    visitor.starts_afresh()
    for key in ("Home", "End", "Home"):
        visitor.page.keyboard.press(key)
        visitor.settles()
    back = max(visitor.long_tasks(), default=0.0)
    return Scrolled(name, rows, seconds, turns, len(tasks), max(tasks, default=0.0), back)


def _in_time(began: float, trouble: str) -> None:
    if time.monotonic() - began > _PATIENCE_SECONDS:
        raise RuntimeError(f"{trouble} in {_PATIENCE_SECONDS} s")


def report(found: list[Scrolled]) -> str:
    """For people."""
    rows = [
        [
            f"{each.rows:,} {each.name}",
            f"{each.seconds:.0f} s, {each.turns:,} turns",
            str(each.long_tasks),
            _longest(each.longest_seconds),
            _longest(each.back_seconds),
            milliseconds(AIM_SECONDS),
        ]
        for each in found
    ]
    header = ["what", "scrolled to the end in", "tasks over 50 ms", "the longest",
              "by Home and End", "aim"]  # fmt: skip
    return table("Scrolling by the wheel, processor as it is", header, rows)


def _longest(seconds: float) -> str:
    return milliseconds(seconds) if seconds else f"below {milliseconds(LONG_TASK_SECONDS)}"
