"""`broadsheet report` as a client of an api that comes and goes."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deploy.local.places import CHECKOUT
from tests.running_api import RunningApi, claims
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"
CONTENT = b"project,delivered\r\nSaltmarsh,3\r\n"
Ask = Callable[..., Awaitable[Process]]


@pytest.fixture
def port() -> int:
    """One that nobody listens on yet."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


@asynccontextmanager
async def answering(app: ASGIApp, port: int) -> AsyncIterator[None]:
    """The api at that port; afterwards it is away, and its connections are cut."""
    config = uvicorn.Config(
        app,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=0,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
def ask(api: RunningApi, studio: Tenant, port: int, tmp_path: Path) -> Ask:
    """Starts the command as an administrator of the studio; its file goes to `out.csv`."""

    async def start(*words: str) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli.main", "report", "delivery_summary", "--format", "csv"),
            *("--from", "2026-10-01", "--to", "2026-10-31", "-o", str(tmp_path / "out.csv")),
            *("--api-url", f"http://127.0.0.1:{port}"),
            *("--token", api.token(claims(studio.slug)), *words),
            cwd=CHECKOUT,
            stdout=PIPE,
            stderr=PIPE,
        )

    return start


async def ended(process: Process) -> tuple[int | None, str, str]:
    """Exit code, standard output and standard error."""
    said, errors = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, said.decode(), errors.decode()


async def the_one_run(ada: httpx.AsyncClient) -> str:
    """The id of the only run, once there is one."""
    async with asyncio.timeout(20):
        while True:
            runs: list[dict[str, Any]] = (await ada.get(REPORTS)).json()["items"]
            if runs:
                (run,) = runs
                return str(run["id"])
            await asyncio.sleep(0.05)


async def test_a_restart_of_the_api_is_waited_for(
    ask: Ask, api: RunningApi, ada: httpx.AsyncClient, port: int, tmp_path: Path
) -> None:
    async with answering(api.app, port):
        asking = await ask()
        run = await the_one_run(ada)
    await api.finish(run, CONTENT)
    await asyncio.sleep(1)
    async with answering(api.app, port):
        code, _, errors = await ended(asking)

    assert code == 0, errors
    assert (tmp_path / "out.csv").read_bytes() == CONTENT


class LosesItsFirstAnswer:
    """The api behind a line that is cut once what was sent has been taken."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.lost = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "POST" or self.lost:
            await self._app(scope, receive, send)
            return
        self.lost += 1

        async def nowhere(message: Message) -> None:
            del message

        await self._app(scope, receive, nowhere)
        # Announced, and never sent: the server cuts the connection.
        length = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 202, "headers": length})


async def test_an_answer_that_was_lost_makes_no_second_report(
    ask: Ask, api: RunningApi, ada: httpx.AsyncClient, port: int
) -> None:
    line = LosesItsFirstAnswer(api.app)
    async with answering(line, port):
        asking = await ask("--mail-to", "someone@example.com")
        while not line.lost:
            await asyncio.sleep(0.05)
        await api.finish(await the_one_run(ada), CONTENT)
        code, _, errors = await ended(asking)

    assert code == 0, errors
    assert len((await ada.get(REPORTS)).json()["items"]) == 1


async def test_who_gives_up_is_told_how_to_take_it_up_again(
    ask: Ask, api: RunningApi, ada: httpx.AsyncClient, port: int, tmp_path: Path
) -> None:
    async with answering(api.app, port):
        asking = await ask("--patience", "0.5")
        run = await the_one_run(ada)
    code, _, errors = await ended(asking)
    assert code == 1
    assert f"Report {run} goes on" in errors
    (key,) = re.findall(r"--key (\S+?),", errors)

    await api.finish(run, CONTENT)
    async with answering(api.app, port):
        code, _, errors = await ended(await ask("--key", key))
    assert code == 0, errors
    assert (tmp_path / "out.csv").read_bytes() == CONTENT
    assert await the_one_run(ada) == run


async def test_an_interrupt_says_that_the_report_goes_on(
    ask: Ask, api: RunningApi, ada: httpx.AsyncClient, port: int
) -> None:
    async with answering(api.app, port):
        asking = await ask()
        run = await the_one_run(ada)
        await asyncio.sleep(0.3)  # until the command has had its answer
        asking.send_signal(signal.SIGINT)
        code, _, errors = await ended(asking)

    assert code == 1
    assert f"Report {run} goes on" in errors
    assert "Traceback" not in errors


async def test_a_refusal_is_said_once(ask: Ask, api: RunningApi, port: int) -> None:
    async with answering(api.app, port):
        code, _, errors = await ended(await ask("--timezone", "Mars/X"))

    assert code == 1
    assert errors.startswith("Error: 422: /timezone: ")
    assert errors.count("Mars/X") == 1


async def test_a_dash_is_standard_output(
    ask: Ask, api: RunningApi, ada: httpx.AsyncClient, port: int
) -> None:
    async with answering(api.app, port):
        asking = await ask("-o", "-", "--key", "dash")
        await api.finish(await the_one_run(ada), CONTENT)
        code, said, errors = await ended(asking)

        assert (code, said.encode()) == (0, CONTENT), errors
        assert not (CHECKOUT / "-").exists()

        code, said, errors = await ended(await ask("-o", "-", "--format", "json"))
        assert (code, said) == (2, "")
        assert "--output" in errors
