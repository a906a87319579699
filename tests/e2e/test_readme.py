"""The README's commands, as they stand there."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aio_pika
import httpx
import pytest

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.places import CHECKOUT
from deploy.local.tokens import make_token, signing_key
from tests.e2e.test_pipeline import mails_to
from tests.messages import until_consumed
from tests.processes import Fleet
from tests.tenants import Tenant

BLOCKS = re.findall(r"^```sh\n(.*?)^```$", (CHECKOUT / "README.md").read_text(), re.M | re.S)
QUEUE = "acme.finished-reports"
needs_curl = pytest.mark.skipif(
    shutil.which("curl") is None, reason="there is no curl on this machine"
)


def block(beginning: str) -> str:
    """The one block of commands that begins so."""
    (found,) = (text for text in BLOCKS if text.startswith(beginning))
    return str(found)


@pytest.fixture
def checkout(infra: LocalInfrastructure, fleet: Fleet, tenant: Tenant, tmp_path: Path) -> Path:
    """A folder that is to the commands what a checkout with a running stack is."""
    token = make_token(signing_key(infra.places), tenant=tenant.slug, role="admin", sub="ada")
    stack = {"api_url": fleet["api"].url, "token": token, "amqp_url": infra.amqp_url}
    (tmp_path / "status.json").write_text(json.dumps(stack))
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (programs / "broadsheet").write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = status ]; then exec cat "{tmp_path}/status.json"; fi\n'
        f"export BROADSHEET_API_URL={stack['api_url']} BROADSHEET_TOKEN={token}\n"
        f'exec {sys.executable} -m cli.main "$@"\n'
    )
    for program in programs.iterdir():
        program.chmod(0o755)
    (tmp_path / "var").mkdir()
    (tmp_path / "docs").symlink_to(CHECKOUT / "docs")
    return tmp_path


def started(commands: str, folder: Path) -> subprocess.Popen[str]:
    """Bash with these commands; it ends at the first that fails."""
    return subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "NO_PROXY": "*"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
async def no_queue_is_left(infra: LocalInfrastructure) -> AsyncIterator[None]:
    """The example's queue stays when it ends; other tests should not have it."""
    yield
    async with await aio_pika.connect(infra.amqp_url) as connection:
        await (await connection.channel()).queue_delete(QUEUE)


@needs_curl
def test_the_first_own_report_comes_by_the_commands_of_the_readme(checkout: Path) -> None:
    commands = block("PATH=") + block("said()")

    running = started(commands, checkout)
    said, errors = running.communicate(timeout=150)

    assert running.returncode == 0, errors
    assert "delivery_summary" in said, "what can be asked for"
    made = checkout / "var"
    assert (made / "last-month.pdf").read_bytes().startswith(b"%PDF-")
    assert (made / "quarter.csv").read_text().startswith("project,")
    run = json.loads((made / "run.json").read_text())
    assert [artifact["format"] for artifact in run["artifacts"]] == ["csv", "pdf"]
    assert [delivery["to"] for delivery in run["deliveries"]] == ["you@example.com"]
    assert (made / "last-month-too.pdf").read_bytes().startswith(b"%PDF-")


@needs_curl
def test_the_first_schedule_comes_by_the_commands_of_the_readme(checkout: Path) -> None:
    later = block("broadsheet schedule executions")
    commands = first_lines() + block("broadsheet definition create") + later + block("JSON=")

    running = started(commands, checkout)
    said, errors = running.communicate(timeout=150)

    assert running.returncode == 0, errors
    assert "DUE (UTC)" in said, "nothing became of it yet, and that is told"
    # On a busy machine the minute is over by then.
    assert re.search(r"In a minute \(Deliveries of the week\): (due|under way|sent)", said), said
    schedule = json.loads((checkout / "var/schedule.json").read_text())
    assert (schedule["name"], schedule["state"]) == ("First business day", "active")
    preview = json.loads(said[said.rindex('{"timezone"') :])
    assert [line["fires"] for line in preview["items"]].count(True) == 3


@needs_curl
@pytest.mark.long
def test_the_first_schedules_mail_comes_within_the_minute_or_so(
    checkout: Path, inbox: httpx.Client
) -> None:
    address = f"first-schedule-{uuid4()}@example.com"
    begin, later = block("broadsheet definition create"), block("broadsheet schedule executions")
    asked = started(first_lines() + begin.replace("you@example.com", address), checkout)
    _, errors = asked.communicate(timeout=60)
    assert asked.returncode == 0, errors

    until = time.monotonic() + 100
    while not (mails := mails_to(inbox, address)):
        assert time.monotonic() < until, "no mail came"
        time.sleep(0.5)
    (mail,) = mails
    (report,) = mail.iter_attachments()
    assert report.get_content().startswith(b"%PDF-")

    looked = started(first_lines() + later.replace("you@example.com", address), checkout)
    said, errors = looked.communicate(timeout=60)
    assert looked.returncode == 0, errors
    assert "completed" in said
    assert "1 sent" in said
    assert "In a minute (Deliveries of the week): sent" in said


def first_lines() -> str:
    """What the sections before have set."""
    return "\n".join([block("PATH=").splitlines()[0], *block("said()").splitlines()[:3], ""])


@pytest.mark.usefixtures("no_queue_is_left")
async def test_the_example_prints_a_line_for_a_finished_report(
    checkout: Path, infra: LocalInfrastructure
) -> None:
    path, function = block("PATH=").splitlines()[0], block("said()").splitlines()[0]
    listening = started("\n".join([path, function, "exec env " + block("AMQP_URL=")]), checkout)
    assert listening.stdout is not None
    try:
        await until_consumed(infra.amqp_url, QUEUE)
        report = block("PATH=").splitlines()[1]
        asked = started("\n".join([path, report]), checkout)
        _, errors = asked.communicate(timeout=90)
        assert asked.returncode == 0, errors
        line = await asyncio.wait_for(asyncio.to_thread(listening.stdout.readline), 30)
    finally:
        listening.terminate()
        listening.wait(10)
    message_id, report_type, artifacts = line.split(maxsplit=2)
    assert len(message_id) == 36
    assert report_type == "delivery_summary"
    assert "'pdf'" in artifacts
