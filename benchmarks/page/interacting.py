"""How soon the page answers a click or a key: from the input to the next frame painted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, StorageState

from benchmarks.figures import milliseconds, percentile, table
from benchmarks.page.stored import Stored
from benchmarks.page.watched import FRAME_SECONDS, window

AIM_SECONDS = 0.2
SPEEDS = (1, 4)
"""Times that the browser's processor is slowed down."""
Step = Callable[[Page], None]


@dataclass(frozen=True)
class Flow:
    """What somebody does on one page, step by step: what it is called, and the doing."""

    path: str
    steps: Sequence[tuple[str, Step]]


@dataclass
class Answered:
    """One step, done several times, each time some clicks and keys."""

    name: str
    seconds: dict[int, list[float]] = field(default_factory=dict)
    """By how many times slower the processor was: the slowest input of each time."""


def _opens_and_closes(role: str, name: str) -> Step:
    """Something by its button, and by Escape again."""

    def step(page: Page) -> None:
        page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]  # one of ARIA's
        page.keyboard.press("Escape")

    return step


def _chooses(name: str, option: str) -> Step:
    def step(page: Page) -> None:
        page.get_by_role("combobox", name=name).click()
        page.get_by_role("option", name=option, exact=True).click()

    return step


def _types(label: str | re.Pattern[str], text: str) -> Step:
    """At the pace of somebody quick, and takes it away again."""

    def step(page: Page) -> None:
        field = page.get_by_label(label, exact=True).first
        field.press_sequentially(text, delay=90)
        field.press("Control+a")
        page.keyboard.press("Delete")

    return step


def _clicks(name: str) -> Step:
    def step(page: Page) -> None:
        page.get_by_role("button", name=name).first.click()

    return step


def _takes(choice: str) -> Step:
    """By its label: what it stands for is out of sight."""

    def step(page: Page) -> None:
        page.locator("label").get_by_text(choice, exact=True).first.click()

    return step


def _orders_by(heading: str) -> Step:
    """A table by one of its columns, and the other way round."""

    def step(page: Page) -> None:
        button = page.get_by_role("columnheader", name=heading).first.get_by_role("button")
        button.click()
        button.click()

    return step


def _asks_the_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Where to?").press_sequentially("gpu util", delay=90)
    page.keyboard.press("Escape")


def _changes_tabs(page: Page) -> None:
    page.get_by_role("tab", name="What happened").click()
    page.get_by_role("tab", name="Report").click()


def _changes_colours(page: Page) -> None:
    page.get_by_role("button", name="Use dark colours").click()
    page.get_by_role("button", name="Use light colours").click()


def flows(stored: Stored) -> list[Flow]:
    """What people do most, on the pages that have most to draw."""
    return [
        Flow(
            "/",
            [
                ("ask the command palette", _asks_the_palette),
                ("open the menu of oneself", _opens_and_closes("button", "demo-admin")),
                ("change the colours", _changes_colours),
            ],
        ),
        Flow(
            "/runs",
            [
                ("search in the runs", _types("Search", "quality")),
                ("choose a status", _chooses("Status", "Failed")),
                ("open a run's menu", _opens_and_closes("button", "More about")),
            ],
        ),
        Flow(
            f"/runs/{stored.report}",
            [
                ("order a short table", _orders_by("Pass rate")),
                ("search in a short table", _types(re.compile("^Search in "), "oct")),
                ("change the tab", _changes_tabs),
                ("open the downloads", _opens_and_closes("button", "Download")),
                ("open the dialog to share", _opens_and_closes("button", "Share…")),
            ],
        ),
        Flow(
            f"/runs/{stored.long_table}",
            [
                ("order a long table by a figure", _orders_by("GPU")),
                ("order it by words", _orders_by("Project")),
                ("search in it", _types(re.compile("^Search in "), "saltmarsh")),
            ],
        ),
        Flow(
            "/new?type=delivery_summary&preset=last_month",
            [
                ("choose a period", _takes("Last week")),
                ("open a filter", _opens_and_closes("combobox", "Projects")),
                ("take a format as well", _takes("Excel (XLSX)")),
            ],
        ),
        Flow(
            "/schedules",
            [
                ("search in the schedules", _types("Search", "daily")),
                ("open a schedule's menu", _opens_and_closes("button", "More about")),
            ],
        ),
        Flow(
            "/schedules/new?step=when",
            [
                ("take a day of the week as well", _takes("Friday")),
                ("go a step back", _clicks("Back")),
            ],
        ),
    ]


def measure(
    browser: Browser, home: str, signed_in: StorageState, stored: Stored, turns: int
) -> list[Answered]:
    """Each flow so many times at each speed, by turns."""
    found: dict[str, Answered] = {}
    for _ in range(turns):
        for slower in SPEEDS:
            for flow in flows(stored):
                with window(browser, home, signed_in=signed_in, slower=slower) as visitor:
                    visitor.opens(flow.path)
                    for name, step in flow.steps:
                        visitor.starts_afresh()
                        step(visitor.page)
                        visitor.settles()
                        slowest = max(visitor.interactions(), default=FRAME_SECONDS)
                        answered = found.setdefault(name, Answered(name))
                        answered.seconds.setdefault(slower, []).append(slowest)
    return list(found.values())


def report(found: Sequence[Answered]) -> str:
    """For people: each step, and all of them together."""
    rows = [
        [each.name, *(milliseconds(max(each.seconds[slower])) for slower in SPEEDS)]
        for each in found
    ]
    together = [[seconds for one in found for seconds in one.seconds[slower]] for slower in SPEEDS]
    for share, name in ((0.98, "98 of 100"), (1.0, "the slowest of all")):
        rows.append([name, *(milliseconds(percentile(seconds, share)) for seconds in together)])
    rows.append(["aim", milliseconds(AIM_SECONDS), "–"])
    times = len(found[0].seconds[SPEEDS[0]])
    title = f"From a click or key to the next frame: the slowest input of each step, {times} times"
    return table(title, ["step", "processor as it is", f"{SPEEDS[1]} times slower"], rows)
