"""`broadsheet report`: the command line as a client of the API."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.places import CHECKOUT
from deploy.local.tokens import make_token, signing_key
from tests.e2e.conftest import point_source_to
from tests.processes import Fleet
from tests.tenants import Tenant

OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-31")
Command = Callable[..., list[str]]
Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(infra: LocalInfrastructure, fleet: Fleet, tenant: Tenant) -> Command:
    """The command with further words, as an administrator of the tenant."""
    token = make_token(signing_key(infra.places), tenant=tenant.slug, role="admin", sub="ada")

    def with_words(*words: str) -> list[str]:
        return [
            *(sys.executable, "-m", "cli.main", "report", "delivery_summary"),
            *("--api-url", fleet["api"].url, "--token", token, *words),
        ]

    return with_words


@pytest.fixture
def ask(command: Command) -> Ask:
    """Runs it."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words),
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_a_report_is_asked_for_and_downloaded(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "october.pdf"
    ended = ask(*OCTOBER, "--format", "pdf", "-o", str(file))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{file}\n", "")
    assert file.read_bytes().startswith(b"%PDF-")
    assert list(tmp_path.iterdir()) == [file]


def test_a_terminal_shows_how_far_the_report_is(
    command: Command, fleet: Fleet, tmp_path: Path
) -> None:
    terminal, end_of_the_command = os.openpty()
    shown = b""
    fleet["aggregator"].pause()
    try:
        asking = subprocess.Popen(
            command(*OCTOBER, "--format", "csv", "-o", str(tmp_path / "october.csv")),
            cwd=CHECKOUT,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
            stdout=subprocess.DEVNULL,
            stderr=end_of_the_command,
        )
        os.close(end_of_the_command)
        while b"delivery_summary: requested" not in shown:
            shown += os.read(terminal, 4096)
    finally:
        fleet["aggregator"].resume()
    # Linux' way to say that nobody writes there any more.
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 4096):
            shown += part
    os.close(terminal)
    assert asking.wait(60) == 0, shown
    assert b"delivery_summary: completed" in shown


def test_the_files_are_as_the_options_ask(ask: Ask, tmp_path: Path) -> None:
    folder = tmp_path / "october"
    formats = ("--format", "csv", "--format", "xlsx")
    options = ("--option", "csv_byte_order_mark=true", "--option", "neutralise_formulas=false")
    ended = ask(*OCTOBER, *formats, *options, "-o", str(folder))
    assert ended.returncode == 0, ended.stderr
    contents = {file.suffix: file.read_bytes() for file in folder.iterdir()}
    assert contents[".csv"].startswith(b"\xef\xbb\xbf")
    assert contents[".xlsx"].startswith(b"PK")


def test_several_formats_go_into_a_folder(ask: Ask, tmp_path: Path) -> None:
    folder = tmp_path / "october"
    ended = ask(*OCTOBER, "--format", "csv", "--format", "json", "-o", str(folder))
    assert ended.returncode == 0, ended.stderr
    assert sorted(file.suffix for file in folder.iterdir()) == [".csv", ".json"]
    assert sorted(ended.stdout.split()) == sorted(str(file) for file in folder.iterdir())


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((*OCTOBER, "--preset", "last_week"), "not both"),
        (("--from", "2026-10-31", "--to", "2026-10-01"), "before it begins"),
        ((*OCTOBER, "--format", "papyrus"), "/formats/0"),
        ((*OCTOBER, "--parameter", "grian=week"), "/parameters/grian"),
        ((*OCTOBER, "--option", "csv_byte_order_mark=yes"), "/format_options/csv_byte_order_mark"),
    ],
    ids=["two periods", "reversed", "unknown format", "unknown parameter", "no switch"],
)
def test_what_the_api_refuses_ends_with_its_reason(
    words: tuple[str, ...], reason: str, ask: Ask, ada: httpx.Client, tmp_path: Path
) -> None:
    ended = ask(*words, "-o", str(tmp_path / "report"))
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: 422: ")
    assert reason in ended.stderr
    assert list(tmp_path.iterdir()) == []
    assert ada.get("/api/v1/reports").json()["items"] == []


async def test_a_report_that_fails_ends_with_its_reason(
    ask: Ask, infra: LocalInfrastructure, tenant: Tenant, tmp_path: Path
) -> None:
    await point_source_to(infra, tenant, "BROADSHEET_SOURCE_NOWHERE_URL")
    ended = ask(*OCTOBER, "-o", str(tmp_path / "report.pdf"))
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: the report failed at aggregate: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("formats", [["pdf"], ["pdf", "csv"]], ids=["one", "several"])
def test_where_nothing_can_be_written_nothing_is_asked_for(
    formats: list[str], ask: Ask, ada: httpx.Client, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    output = taken if len(formats) > 1 else tmp_path / "missing" / "report.pdf"
    words = [word for name in formats for word in ("--format", name)]
    ended = ask(*OCTOBER, *words, "-o", str(output))
    assert ended.returncode == 2
    assert "--output" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert taken.read_text() == "mine"
    assert ada.get("/api/v1/reports").json()["items"] == []


def test_a_file_that_is_no_file_is_written_to_and_a_link_stays_one(
    ask: Ask, tmp_path: Path
) -> None:
    ended = ask(*OCTOBER, "--format", "csv", "-o", "/dev/stdout")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("project,")

    (tmp_path / "link.csv").symlink_to(tmp_path / "file.csv")
    assert ask(*OCTOBER, "--format", "csv", "-o", str(tmp_path / "link.csv")).returncode == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "file.csv").read_text() == ended.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--api-url", "http://[::1"),
        ("--api-url", "http://127.0.0.1:1", "--patience", "0"),
        ("--token", "ä"),
        ("--parameter", "grain=\udcff"),
    ],
    ids=["no address", "nobody there", "no token", "no text"],
)
def test_what_cannot_be_sent_ends_with_a_reason(words: tuple[str, ...], ask: Ask) -> None:
    ended = ask(*OCTOBER, *words, "-o", "/dev/null")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: ")
    assert "Traceback" not in ended.stderr
