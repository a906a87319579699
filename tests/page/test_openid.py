"""Signing in at an OpenID provider: a real one, which knows nothing of Broadsheet."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy import page as page_build
from deploy.local.infrastructure import LocalInfrastructure
from tests.page.visitor import PATIENCE_MS
from tests.processes import IMPATIENT, Fleet, free_port

PATH = "/session/openid"
PROVIDER = Path(__file__).with_name("openid_provider.mjs")


@pytest.fixture(scope="module")
def home(infra: LocalInfrastructure, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an api whose people sign in at a provider."""
    provider, port = free_port(), free_port()
    api = f"http://127.0.0.1:{port}"
    page_build.tool("oidc-provider")
    server = subprocess.Popen(
        [
            *(page_build.node(), PROVIDER, page_build.SOURCES, str(provider)),
            f"{api}{PATH}/answer",
        ],
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    settings = {
        "BROADSHEET_PAGE_DIR": str(page_build.build()),
        "BROADSHEET_PUBLIC_URL": api,
        "BROADSHEET_SESSION_KEY": "a key of these tests, long enough to be taken: 7391",
        "BROADSHEET_OIDC_ISSUER": f"http://127.0.0.1:{provider}",
        "BROADSHEET_OIDC_CLIENT_ID": "broadsheet",
        "BROADSHEET_OIDC_NAME": "Example Studio",
        "BROADSHEET_OIDC_SIGN_OUT": "true",
    }
    try:
        while server.stdout.readline().strip() != "ready":
            assert server.poll() is None
        with Fleet(infra, tmp_path_factory.mktemp("openid-logs"), IMPATIENT | settings) as fleet:
            fleet.start("api", {"BROADSHEET_HTTP_PORT": str(port)})
            yield api
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def page(chromium: Browser, home: str) -> Iterator[Page]:
    """A browser window that nobody has signed in with, anywhere."""
    context = chromium.new_context(base_url=home)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def goes_to_the_provider(page: Page, name: str) -> None:
    """Sign in there, and agree to what Broadsheet is told."""
    page.get_by_role("link", name="Sign in with Example Studio").click()
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_whoever_the_provider_knows_is_signed_in_and_sees_what_they_came_for(page: Page) -> None:
    page.goto("/runs?status=failed")
    expect(page).to_have_url(re.compile("/sign-in"))
    goes_to_the_provider(page, "ada@demo/author")
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/runs\?status=failed"))
    who = page.request.get("/session").json()["signed_in"]
    assert (who["sub"], who["tenant"], who["role"]) == ("ada@demo/author", "demo", "author")


def test_whom_no_tenant_knows_is_told_so_and_may_come_back_as_somebody_else(page: Page) -> None:
    page.goto("/schedules")
    goes_to_the_provider(page, "somebody")
    expect(page.get_by_text("Broadsheet has no place for you yet")).to_be_visible()
    assert page.request.get("/session").json()["signed_in"] is None
    # What they came for is not forgotten.
    expect(page).to_have_url(re.compile("to=%2Fschedules"))


def test_whoever_signs_out_is_signed_out_at_the_provider_too(page: Page) -> None:
    page.goto("/sign-in")
    goes_to_the_provider(page, "ada@demo/viewer")
    page.get_by_role("button", name="ada@demo/viewer").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("link", name="Sign in with Example Studio").click()
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()


def test_an_answer_that_nobody_here_asked_for_signs_nobody_in(page: Page) -> None:
    page.goto(f"{PATH}/answer?code=stolen&state=guessed")
    expect(page.get_by_text("begun too long ago, or in another browser")).to_be_visible()
    assert page.request.get("/session").json()["signed_in"] is None


def test_turning_back_there_is_said_here(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with Example Studio").click()
    page.get_by_role("link", name="[ Cancel ]").click()
    expect(page.get_by_text("You were not let in there, or turned back.")).to_be_visible()


@pytest.mark.parametrize("to", ["https://example.com/", "//example.com", "/\\example.com"])
def test_nobody_is_sent_on_to_another_site(page: Page, to: str) -> None:
    page.goto("/sign-in")
    page.evaluate("to => location.assign('/session/openid/?' + new URLSearchParams({to}))", to)
    page.get_by_placeholder("Enter any login").fill("ada@demo/viewer")
    page.get_by_placeholder("and password").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()
