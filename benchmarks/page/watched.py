"""A window of the browser that notes what its page makes people wait for.

The figures are the browser's own: https://www.w3.org/TR/largest-contentful-paint/,
https://www.w3.org/TR/event-timing/, https://wicg.github.io/layout-instability/ and
https://www.w3.org/TR/longtasks/.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, StorageState, expect

LONG_TASK_SECONDS = 0.05
"""What the browser calls one; shorter ones are not told."""
FRAME_SECONDS = 0.016
"""Interactions that are painted sooner are not told either."""
_PATIENCE_MS = 60_000
_WATCH = """(() => {
  const seen = { largest: null, shifts: [], tasks: [], interactions: {}, changedAt: 0 };
  window.seen = seen;
  const watch = (type, note, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note))
      .observe({ type, buffered: true, ...more });
  watch('largest-contentful-paint', (entry) => {
    const element = entry.element;
    const words = (element?.textContent ?? '').trim().slice(0, 60);
    seen.largest = { at: entry.startTime, what: `${element?.tagName ?? 'gone'}: ${words}` };
  });
  watch('layout-shift', (entry) => {
    if (!entry.hadRecentInput) seen.shifts.push([entry.startTime, entry.value]);
  });
  watch('longtask', (entry) => seen.tasks.push([entry.startTime, entry.duration]));
  watch('event', (entry) => {
    if (!entry.interactionId) return;
    const before = seen.interactions[entry.interactionId] ?? 0;
    seen.interactions[entry.interactionId] = Math.max(before, entry.duration);
  }, { durationThreshold: 16 });
  const changed = () => { seen.changedAt = performance.now(); };
  watch('resource', changed);
  new MutationObserver(changed)
    .observe(document, { subtree: true, childList: true, characterData: true });
})();"""
_SETTLED = """() => document.querySelector('h1') !== null
  && document.querySelector('.mantine-Skeleton-root') === null
  && performance.now() - seen.changedAt > 400"""
_SCRIPTS = """(until) => performance.getEntriesByType('resource')
  .filter((entry) => entry.name.endsWith('.js') && entry.responseEnd <= until)
  .map((entry) => entry.name.split('/').at(-1))"""
_FRESH = "() => { seen.tasks.length = 0; seen.interactions = {}; }"


@dataclass(frozen=True)
class LargestPaint:
    """The moment at which the greatest part of a page's content was there."""

    seconds: float
    what: str
    """The element that it was of, and how it begins."""


class Window:
    """One page of one visitor."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def opens(self, path: str) -> None:
        """Open an address, and wait until nothing changes on it any more."""
        self.page.goto(path)
        self.settles()

    def settles(self) -> None:
        """Wait until everything is loaded and nothing has changed for 0.4 s."""
        self.page.wait_for_function(_SETTLED, polling=50)

    def largest_paint(self) -> LargestPaint:
        """Since the page was opened; before the first click or key."""
        found = self.page.evaluate("seen.largest")
        return LargestPaint(found["at"] / 1000, found["what"])

    def layout_shift(self) -> float:
        """The greatest sum of shifts within a session window, as https://web.dev/articles/cls."""
        worst = together = 0.0
        begun = latest = float("-inf")
        for at, value in self.page.evaluate("seen.shifts"):
            if at - latest >= 1000 or at - begun >= 5000:
                together, begun = 0.0, at
            together, latest = together + value, at
            worst = max(worst, together)
        return worst

    def scripts(self, until_seconds: float = float("inf")) -> list[str]:
        """Names of the script files that were there at that time after the page was opened."""
        most = min(until_seconds * 1000, 1e12)
        found: list[str] = self.page.evaluate(_SCRIPTS, most)
        return found

    def starts_afresh(self) -> None:
        """Forget long tasks and interactions."""
        self.page.evaluate(_FRESH)

    def long_tasks(self) -> list[float]:
        """Seconds of each since `starts_afresh`."""
        return [taken / 1000 for _, taken in self.page.evaluate("seen.tasks")]

    def interactions(self) -> list[float]:
        """Seconds from each click or key since `starts_afresh` to the next frame painted."""
        found: dict[str, float] = self.page.evaluate("seen.interactions")
        return [taken / 1000 for taken in found.values()]


@contextmanager
def window(
    browser: Browser, home: str, *, signed_in: StorageState | None = None, slower: float = 1
) -> Iterator[Window]:
    """With nothing in its cache; `slower`: how many times the processor seems to be."""
    context = browser.new_context(
        base_url=home,
        storage_state=signed_in,
        viewport={"width": 1280, "height": 800},
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    context.set_default_timeout(_PATIENCE_MS)
    context.add_init_script(_WATCH)
    page = context.new_page()
    if slower != 1:
        tools = context.new_cdp_session(page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    try:
        yield Window(page)
    finally:
        context.close()


def session_of_demo(browser: Browser, home: str) -> StorageState:
    """The cookies of the demo's administrator."""
    with window(browser, home) as arrived:
        arrived.page.goto("/sign-in")
        arrived.page.get_by_role("button", name="As administrator").click()
        expect(arrived.page.get_by_role("heading", name="Home", level=1)).to_be_visible()
        return arrived.page.context.storage_state()
