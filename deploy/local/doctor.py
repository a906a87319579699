"""What this machine has and lacks for the local stack. Looks only; changes nothing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local import postgres, rabbitmq
from deploy.local.debian import PrivateApt
from deploy.local.errors import StackError
from deploy.local.infrastructure import API_PORT
from deploy.local.places import CHECKOUT, Places
from deploy.local.ports import is_free
from deploy.local.record import read_record, supervisor_of

_NEEDED_BYTES = 2_000_000_000
_SERVICE_PACKAGES = {
    "fastapi": "api",
    "apscheduler": "scheduler",
    "vl_convert": "renderer",
    "xhtml2pdf": "renderer",
    "aiosmtplib": "mailer",
    "aiosmtpd": "inbox",
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `mend` is empty when it is well."""

    what: str
    found: str
    mend: str = ""


def examine(places: Places) -> Iterator[Finding]:
    """Everything that the local stack rests on, in the order in which it is needed."""
    yield _python()
    yield _packages()
    yield _disk(places.state_dir)
    yield _postgres()
    yield _broker()
    yield _shared_memory()
    yield _api_port(places)
    yield _fonts()
    yield _path()


def _python() -> Finding:
    version = sys.version.split()[0]
    mend = "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer"
    return Finding("Python", version, mend)


def _packages() -> Finding:
    missing = [
        f"{package} ({part})"
        for package, part in _SERVICE_PACKAGES.items()
        if importlib.util.find_spec(package) is None
    ]
    if missing:
        return Finding("packages", f"missing: {', '.join(missing)}", "rm .venv/.ready, then `make`")
    return Finding("packages", "all there")


def _disk(folder: Path) -> Finding:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 1e9:.1f} GB free at {there}"
    if not os.access(there, os.W_OK):
        return Finding(
            "disk", f"{there} is not writable", "set BROADSHEET_STATE_DIR to one that is"
        )
    mend = (
        "" if free >= _NEEDED_BYTES else "2 GB are needed: free some, or set BROADSHEET_STATE_DIR"
    )
    return Finding("disk", found, mend)


def _postgres() -> Finding:
    if os.environ.get("BROADSHEET_DATABASE_URL"):
        return Finding("Postgres", "the one of BROADSHEET_DATABASE_URL")
    try:
        server = postgres.binaries() / "postgres"
        answer = subprocess.run([server, "--version"], capture_output=True, text=True, check=False)
    except (StackError, OSError) as error:
        return Finding("Postgres", str(error), "set BROADSHEET_DATABASE_URL to an existing one")
    if answer.returncode != 0:
        return Finding(
            "Postgres", answer.stderr.strip(), "set BROADSHEET_DATABASE_URL to an existing one"
        )
    return Finding("Postgres", f"embedded, {answer.stdout.strip()}")


def _broker() -> Finding:
    if os.environ.get("BROADSHEET_AMQP_URL"):
        return Finding("RabbitMQ", "the one of BROADSHEET_AMQP_URL")
    found = rabbitmq.installed()
    if found is not None:
        return Finding("RabbitMQ", f"{found.server} (run as a private instance)")
    if PrivateApt.available():
        return Finding("RabbitMQ", "not installed; `up` downloads Debian's packages, without root")
    return Finding(
        "RabbitMQ",
        "not installed, and no apt-get and dpkg-deb to fetch it with",
        "install rabbitmq-server, or set BROADSHEET_AMQP_URL to a broker that is there",
    )


def _shared_memory() -> Finding:
    folder = "/dev/shm"  # noqa: S108  # Postgres' shared memory lies there; it is only looked at
    if os.access(folder, os.W_OK):
        return Finding("shared memory", folder)
    return Finding("shared memory", f"{folder} is not writable", "mount a tmpfs there (Postgres)")


def _api_port(places: Places) -> Finding:
    record = read_record(places)
    if record is not None and supervisor_of(record) is not None:
        return Finding("API port", f"the stack runs: {record.get('api_url', 'starting')}")
    port = int(os.environ.get("BROADSHEET_HTTP_PORT") or API_PORT)
    found = f"{port} is free" if is_free(port) else f"{port} is taken; another is chosen"
    return Finding("API port", found)


def _fonts() -> Finding:
    if importlib.util.find_spec("reportlab") is None:
        return Finding("fonts", "reportlab is missing", "rm .venv/.ready, then `make`")
    return Finding("fonts", "those of the PDF writer; none of the system's are needed")


def _path() -> Finding:
    if " " in str(CHECKOUT):
        return Finding(
            "checkout",
            f"{CHECKOUT} has a space in it, which RabbitMQ's scripts do not bear",
            "move the checkout",
        )
    return Finding("checkout", str(CHECKOUT))
