"""Where the local stack keeps what: everything below one state folder, `var/` by default."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
"""The root of this checkout."""

PACKAGES = CHECKOUT / "var" / "packages"
"""Unpacked Debian packages: read-only once there, so every stack of the checkout shares them."""


def default_state_dir() -> Path:
    """`BROADSHEET_STATE_DIR` when set, else `var/` of this checkout."""
    return Path(os.environ.get("BROADSHEET_STATE_DIR") or CHECKOUT / "var").resolve()


@dataclass(frozen=True)
class Places:
    """The folders and files of one stack."""

    state_dir: Path

    @property
    def postgres(self) -> Path:
        """The database cluster."""
        return self.state_dir / "postgres"

    @property
    def rabbitmq(self) -> Path:
        """The broker's configuration, messages and home."""
        return self.state_dir / "rabbitmq"

    @property
    def blobs(self) -> Path:
        """Object storage: snapshots and artifacts."""
        return self.state_dir / "blobs"

    @property
    def inbox(self) -> Path:
        """The mails that the local inbox received."""
        return self.state_dir / "inbox"

    @property
    def reports(self) -> Path:
        """The first report's files, to be looked at."""
        return self.state_dir / "reports"

    @property
    def record(self) -> Path:
        """What runs now; see `deploy.local.record`."""
        return self.state_dir / "stack.json"

    @property
    def lock(self) -> Path:
        """Held by the one supervisor of this state folder."""
        return self.state_dir / "stack.lock"

    def log(self, name: str) -> Path:
        """The log of a process; what it said in earlier starts is in the same file."""
        folder = self.state_dir / "log"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"

    def secret(self, name: str) -> str:
        """A random secret of 48 bytes, made on first use and readable by its owner alone."""
        file = self.state_dir / "secrets" / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(file, secrets.token_urlsafe(48))
        return file.read_text()


def write_private(file: Path, content: str) -> None:
    """Write a file that only its owner may read; readers see the old content or the new one."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(content)
    draft.replace(file)
