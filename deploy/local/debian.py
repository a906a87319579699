"""Debian packages without root: fetched with private apt state, unpacked into a folder.

Nothing is installed and no service is enabled; only the standard library is used, because
the bootstrap runs this before anything else is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

_SYSTEM_LISTS = Path("/var/lib/apt/lists")
_SYSTEM_STATUS = Path("/var/lib/dpkg/status")


class DebianError(Exception):
    """A package could not be had; the message says which, why, and how to mend it."""


class PrivateApt:
    """Apt working for an ordinary user: its state and its cache lie in `folder`.

    The machine's own package lists are read where they know the package; otherwise the same
    sources are asked once for lists of our own.
    """

    def __init__(self, folder: Path) -> None:
        self._state = folder / "state"
        self._cache = folder / "cache"

    @staticmethod
    def available() -> bool:
        """Whether this machine has apt and dpkg-deb."""
        return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))

    def fetch_with_dependencies(self, package: str, *others: str) -> list[Path]:
        """The .deb files of these packages and of what they need beyond what is installed."""
        self._prepare(package)
        archives = self._cache / "archives"
        for stale in archives.glob("*.deb"):
            stale.unlink()
        self._get("install", "-y", "--no-install-recommends", "--download-only", package, *others)
        return sorted(archives.glob("*.deb"))

    def fetch_alone(self, package: str) -> Path:
        """The .deb file of `package` without what it depends on."""
        self._prepare(package)
        folder = self._cache / "alone"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._get("download", package, cwd=folder)
        return next(folder.glob("*.deb"))

    def _prepare(self, package: str) -> None:
        if not self.available():
            raise DebianError(
                f"{package} is fetched with apt-get and dpkg-deb, which this machine lacks. "
                f"Install {package} by the means of your system."
            )
        (self._state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        (self._cache / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        self._lists = _SYSTEM_LISTS
        if self._knows(package):
            return
        self._lists = self._state / "lists"
        if self._knows(package):
            return
        said = self._get("update")
        if not self._knows(package):
            # The update exits 0 although it could not reach a source.
            raise DebianError(f"no source of this machine's apt has {package}:\n{said}")

    def _knows(self, package: str) -> bool:
        shown = subprocess.run(
            ["apt-cache", *self._options(), "--no-all-versions", "show", package],
            capture_output=True,
            check=False,
        )
        return shown.returncode == 0 and b"\nFilename:" in shown.stdout

    def _options(self) -> list[str]:
        settings = {
            "Dir::State": self._state,
            "Dir::State::lists": self._lists,
            "Dir::State::status": _SYSTEM_STATUS,
            "Dir::Cache": self._cache,
            # Debian's container images delete what they download; we want to keep it.
            "APT::Keep-Downloaded-Packages": "true",
            "Debug::NoLocking": "1",
            # As root, apt would otherwise hand the download to a user who cannot write here.
            "APT::Sandbox::User": "",
            "Acquire::Retries": "3",
        }
        return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]

    def _get(self, *arguments: str, cwd: Path | None = None) -> str:
        command = ["apt-get", "-q", *self._options(), *arguments]
        return run_or_explain(command, f"apt-get {' '.join(arguments)}", cwd=cwd)


def unpack(archive: Path, root: Path) -> None:
    """Unpack one .deb file below `root`, running none of its scripts."""
    run_or_explain(["dpkg-deb", "-x", str(archive), str(root)], f"unpacking {archive.name}")


def run_or_explain(command: Sequence[str], what: str, cwd: Path | None = None) -> str:
    """Run a command and return what it said last; raises with that when it fails."""
    ended = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    said = "\n".join(f"    {line}" for line in ended.stdout.strip().splitlines()[-12:])
    if ended.returncode != 0:
        raise DebianError(f"{what} failed (exit code {ended.returncode}):\n{said}")
    return said
