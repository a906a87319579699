"""Somebody in front of the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, Response, expect

from deploy import page as page_build

PATIENCE_MS = 45_000
"""For what takes one or two seconds on a machine that has nothing else to do."""
_EXPECTED = ("Failed to load resource",)
"""What the browser logs of refusals, which tests cause on purpose."""

_DRAWN = """() => [...document.querySelectorAll('figure [role=img]')]
  .every((chart) => chart.querySelector('svg') !== null)
  && document.getAnimations().every((each) => !(each instanceof CSSTransition))"""

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Visitor:
    """A browser window, and what went wrong in it."""

    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)
    scripts: dict[str, int] = field(default_factory=dict)
    """The script files that were loaded, by name, with their status."""

    @classmethod
    @contextmanager
    def arriving(
        cls,
        browser: Browser,
        home: str,
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Literal["light", "dark"] = "light",
    ) -> Iterator[Visitor]:
        """With a window of that size, until the block ends."""
        context = browser.new_context(
            base_url=home,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale="en-GB",
            timezone_id="Europe/Berlin",
            accept_downloads=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        visitor = cls(context.new_page(), home)
        visitor.page.on("console", visitor._on_console)
        visitor.page.on("pageerror", visitor._on_error)
        visitor.page.on("request", visitor._on_request)
        visitor.page.on("response", visitor._on_response)
        yield visitor
        context.close()

    def sign_in_to_demo(self, role: str = "administrator") -> None:
        """As one does on one's own machine."""
        self.page.goto("/sign-in")
        self.page.get_by_role("button", name=f"As {role}").click()
        expect(self.page.get_by_role("heading", name="Home", level=1)).to_be_visible()

    def sign_in_with(self, token: str) -> None:
        """As one does elsewhere."""
        self.page.goto("/sign-in")
        self.page.get_by_label("Token", exact=True).fill(token)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Home", level=1)).to_be_visible()

    def opens(self, path: str) -> None:
        """Open an address and wait until nothing on it is being loaded."""
        self.page.goto(path)
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        self.settles()

    def settles(self) -> None:
        """Wait until what was asked for is there, charts are drawn, and colours are still."""
        expect(self.page.locator(".mantine-Skeleton-root")).to_have_count(0)
        self.page.wait_for_function(_DRAWN)

    @contextmanager
    def in_dark_colours(self) -> Iterator[None]:
        """The page as it is, for whoever prefers them."""
        self.page.emulate_media(color_scheme="dark")
        expect(self.page.locator("html[data-mantine-color-scheme=dark]")).to_have_count(1)
        self.settles()
        try:
            yield
        finally:
            self.page.emulate_media(color_scheme="light")
        expect(self.page.locator("html[data-mantine-color-scheme=light]")).to_have_count(1)

    @contextmanager
    def at_a_screen(self, width: int) -> Iterator[None]:
        """The page as it is, in a window so wide."""
        before = self.page.viewport_size
        assert before is not None
        self.page.set_viewport_size({"width": width, "height": before["height"]})
        self.settles()
        try:
            yield
        finally:
            self.page.set_viewport_size(before)

    def barriers(self) -> list[str]:
        """Rules of accessibility that the page breaks as it is, by axe, with where it does."""
        axe = page_build.tool("axe-core/axe.min.js").read_text(encoding="utf-8")
        # Past the policy, which lets in no script of another origin: as a debugger would.
        self.page.evaluate(axe)
        found: list[dict[str, Any]] = self.page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{rule['id']}: {[(node['target'], node['html']) for node in rule['nodes']]}"
            for rule in found
        ]

    def words(self) -> str:
        """What the page says now."""
        try:
            return f"{self.page.url}\n{self.page.inner_text('body')}\n{self.complaints}"
        except Error as error:
            return str(error)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_EXPECTED):
            self.complaints.append(message.text)

    def _on_error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        name = response.url.rpartition("/")[2]
        if name.endswith(".js"):
            self.scripts[name] = response.status
