"""What this machine has and lacks for the local stack. Looks only; changes nothing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
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


def _has_package(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK)


def _postgres_version() -> str:
    """What the embedded server says; `StackError` or OSError when there is none that runs."""
    server = postgres.binaries() / "postgres"
    answer = subprocess.run([server, "--version"], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise StackError(answer.stderr.strip())
    return answer.stdout.strip()


def _installed_broker() -> str | None:
    found = rabbitmq.installed()
    return None if found is None else str(found.server)


@dataclass(frozen=True)
class Machine:
    """How the doctor looks at this machine; one that lacks something can be handed in."""

    python: tuple[int, ...] = sys.version_info[:3]
    has_package: Callable[[str], bool] = _has_package
    free_bytes: Callable[[Path], int] = _free_bytes
    may_write: Callable[[Path], bool] = _may_write
    postgres_version: Callable[[], str] = _postgres_version
    installed_broker: Callable[[], str | None] = _installed_broker
    can_fetch_packages: Callable[[], bool] = PrivateApt.available
    checkout: Path = CHECKOUT


THIS_MACHINE = Machine()


def examine(places: Places, machine: Machine = THIS_MACHINE) -> Iterator[Finding]:
    """Everything that the local stack rests on, in the order in which it is needed."""
    yield _python(machine)
    yield _packages(machine)
    yield _disk(places.state_dir, machine)
    yield _postgres(machine)
    yield _broker(machine)
    yield _shared_memory(machine)
    yield _api_port(places)
    yield _fonts(machine)
    yield _path(machine)


def _python(machine: Machine) -> Finding:
    version = ".".join(map(str, machine.python))
    mend = "" if machine.python >= (3, 11) else "install Python 3.11 or newer"
    return Finding("Python", version, mend)


def _packages(machine: Machine) -> Finding:
    missing = [
        f"{package} ({part})"
        for package, part in _SERVICE_PACKAGES.items()
        if not machine.has_package(package)
    ]
    if missing:
        return Finding("packages", f"missing: {', '.join(missing)}", "rm .venv/.ready, then `make`")
    return Finding("packages", "all there")


def _disk(folder: Path, machine: Machine) -> Finding:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = machine.free_bytes(there)
    found = f"{free / 1e9:.1f} GB free at {there}"
    if not machine.may_write(there):
        return Finding(
            "disk", f"{there} is not writable", "set BROADSHEET_STATE_DIR to one that is"
        )
    mend = (
        "" if free >= _NEEDED_BYTES else "2 GB are needed: free some, or set BROADSHEET_STATE_DIR"
    )
    return Finding("disk", found, mend)


def _postgres(machine: Machine) -> Finding:
    if os.environ.get("BROADSHEET_DATABASE_URL"):
        return Finding("Postgres", "the one of BROADSHEET_DATABASE_URL")
    try:
        return Finding("Postgres", f"embedded, {machine.postgres_version()}")
    except (StackError, OSError) as error:
        return Finding("Postgres", str(error), "set BROADSHEET_DATABASE_URL to an existing one")


def _broker(machine: Machine) -> Finding:
    if os.environ.get("BROADSHEET_AMQP_URL"):
        return Finding("RabbitMQ", "the one of BROADSHEET_AMQP_URL")
    server = machine.installed_broker()
    if server is not None:
        return Finding("RabbitMQ", f"{server} (run as a private instance)")
    if machine.can_fetch_packages():
        return Finding("RabbitMQ", "not installed; `up` downloads Debian's packages, without root")
    return Finding(
        "RabbitMQ",
        "not installed, and no apt-get and dpkg-deb to fetch it with",
        "install rabbitmq-server, or set BROADSHEET_AMQP_URL to a broker that is there",
    )


def _shared_memory(machine: Machine) -> Finding:
    folder = "/dev/shm"  # noqa: S108  # Postgres' shared memory lies there; it is only looked at
    if machine.may_write(Path(folder)):
        return Finding("shared memory", folder)
    return Finding("shared memory", f"{folder} is not writable", "mount a tmpfs there (Postgres)")


def _api_port(places: Places) -> Finding:
    record = read_record(places)
    if record is not None and supervisor_of(record) is not None:
        return Finding("API port", f"the stack runs: {record.get('api_url', 'starting')}")
    port = int(os.environ.get("BROADSHEET_HTTP_PORT") or API_PORT)
    found = f"{port} is free" if is_free(port) else f"{port} is taken; another is chosen"
    return Finding("API port", found)


def _fonts(machine: Machine) -> Finding:
    if not machine.has_package("reportlab"):
        return Finding("fonts", "reportlab is missing", "rm .venv/.ready, then `make`")
    return Finding("fonts", "those of the PDF writer; none of the system's are needed")


def _path(machine: Machine) -> Finding:
    if " " in str(machine.checkout):
        return Finding(
            "checkout",
            f"{machine.checkout} has a space in it, which RabbitMQ's scripts do not bear",
            "move the checkout",
        )
    return Finding("checkout", str(machine.checkout))
