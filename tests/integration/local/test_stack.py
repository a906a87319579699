"""The supervisor: one per folder, and nothing is left behind when it dies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.places import CHECKOUT, Places
from deploy.local.processes import Identity
from deploy.local.record import read_record, stop_orphans
from deploy.local.stack import SERVICES, stack_status

_SCRIPT = Path(__file__).with_name("dummy_stack.py")


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One for all: the first test leaves in it what the second finds."""
    folder = tmp_path_factory.mktemp("supervised")
    yield folder
    stop_orphans(Places(folder))


@pytest.fixture(scope="module")
def first(state_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """The supervisor of the stack that runs there."""
    with _start(state_dir) as supervisor:
        yield supervisor
        supervisor.kill()


def _start(state_dir: Path) -> subprocess.Popen[str]:
    supervisor = subprocess.Popen(
        [sys.executable, str(_SCRIPT), str(state_dir)],
        cwd=CHECKOUT,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == "ready\n"
    return supervisor


def _recorded(state_dir: Path) -> dict[str, Identity]:
    record = read_record(Places(state_dir))
    assert record is not None
    return {name: Identity(**fields) for name, fields in record["processes"].items()}


def test_a_second_supervisor_is_refused_and_disturbs_nothing(
    first: subprocess.Popen[str], state_dir: Path
) -> None:
    refused = subprocess.run(
        [sys.executable, str(_SCRIPT), str(state_dir)],
        cwd=CHECKOUT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "already runs" in refused.stderr

    status = stack_status(state_dir)
    assert status is not None
    assert list(status) == [
        "api_url",
        "token",
        "amqp_url",
        "database_url",
        "smtp",
        "inbox_url",
        "services",
    ]
    assert set(status["smtp"]) == {"host", "port"}
    assert set(status["services"]) == set(SERVICES)
    assert all(set(one) == {"pid", "health", "restarts"} for one in status["services"].values())
    assert {service["health"] for service in status["services"].values()} == {"ready"}
    assert (state_dir / "stack.json").stat().st_mode & 0o077 == 0
    assert first.poll() is None


def test_what_a_killed_supervisor_left_is_stopped_at_the_next_start(
    first: subprocess.Popen[str], state_dir: Path
) -> None:
    left = _recorded(state_dir)
    assert {"postgres", "rabbitmq", "epmd", "inbox", "api", "mailer"} <= left.keys()
    ports = json.loads((state_dir / "ports.json").read_text())
    first.kill()
    first.wait()
    assert all(identity.alive() for identity in left.values())
    assert stack_status(state_dir) is None

    second = _start(state_dir)
    assert [name for name, identity in left.items() if identity.alive()] == []
    assert json.loads((state_dir / "ports.json").read_text()) == ports
    now = _recorded(state_dir)
    second.kill()
    second.wait()

    assert set(stop_orphans(Places(state_dir))) == now.keys()
    assert [name for name, identity in now.items() if identity.alive()] == []
    assert read_record(Places(state_dir)) is None
