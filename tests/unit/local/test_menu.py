"""What a newcomer types: the Makefile's targets and the commands of `broadsheet`."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from deploy.local.places import CHECKOUT

_LOCKS = [
    *CHECKOUT.glob("requirements*.lock"),
    *CHECKOUT.glob("deploy/locks/*.lock"),
]


def test_make_alone_explains_every_target() -> None:
    makefile = (CHECKOUT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    menu = subprocess.run(["make"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    listed = {line.split()[1] for line in menu.splitlines() if line.startswith("  make ")}
    assert listed == set(phony.group(1).split())


def test_what_make_starts_may_keep_what_python_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else starting a service takes thrice as long, each time."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("KEPT", "1")
    words = ["make", "--silent", "--eval", "environment: ; @env", "environment"]
    shown = subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    assert "KEPT=1" in shown
    assert "PYTHONDONTWRITEBYTECODE" not in shown


def test_the_command_lists_its_commands_without_importing_them() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    for command in ("up", "down", "status", "doctor", "token", "report", "demo-data"):
        assert re.search(rf"^  {command}  ", shown.output, re.MULTILINE)


def test_nothing_running_is_said_and_is_an_error_of_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_STATE_DIR", str(tmp_path))
    shown = CliRunner().invoke(main, ["status", "--json"])
    assert shown.exit_code == 1
    assert "broadsheet up" in shown.output


def test_the_doctor_says_how_to_mend_a_folder_that_is_not_writable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BROADSHEET_STATE_DIR", "/proc/nowhere")
    shown = CliRunner().invoke(main, ["doctor"])
    assert shown.exit_code == 1
    assert "set BROADSHEET_STATE_DIR" in shown.output


def test_the_pages_lock_file_pins_by_hash_and_names_no_registry_or_host() -> None:
    text = (CHECKOUT / "services/api/web/package-lock.json").read_text()
    assert "://" not in text
    assert '"resolved"' not in text
    packages = json.loads(text)["packages"]
    root = packages.pop("")
    assert root["dependencies"]
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


@pytest.mark.parametrize("lock", _LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_pins_by_hash_and_names_no_index_or_host(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    pins = re.findall(r"^[a-z0-9][^\n]*== ?[^\n]*?\\\n +--hash=sha256:", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) > 0
