"""A private RabbitMQ on loopback ports of its own: never the system's instance, never root's.

Where none is installed, Debian's packages are downloaded and unpacked below `var/packages`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.debian import DebianError, PrivateApt, unpack
from deploy.local.errors import StackError
from deploy.local.places import PACKAGES, Places, write_private
from deploy.local.ports import Ports
from deploy.local.processes import last_lines, spawn, stop_child

USER = "broadsheet"
_READY_SECONDS = 90.0

# On few cores the schedulers' habit of spinning while idle costs more than it saves, and
# the default of one scheduler, dirty scheduler and I/O thread per core costs memory.
_ERLANG_ARGUMENTS = "+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2 +SDcpu 1:1 +SDio 2"

_CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
default_user = {user}
default_pass = {password}
loopback_users.{user} = true
vm_memory_high_watermark.absolute = 1GiB
disk_free_limit.absolute = 200MB
# The write-ahead log of quorum queues is kept in memory until it rolls over (default 512 MB).
raft.wal_max_size_bytes = 67108864
log.console = true
log.console.level = info
log.file = false
"""


@dataclass(frozen=True)
class Installation:
    """Where RabbitMQ and Erlang lie: `root` is empty for the system's own."""

    server: Path
    root: Path | None

    def environment(self) -> dict[str, str]:
        """PATH and library path with which the scripts find their Erlang."""
        path = os.environ.get("PATH", os.defpath)
        if self.root is None:
            return {"PATH": f"{path}:/usr/sbin:/sbin"}
        libraries = ":".join(str(folder) for folder in self.root.glob("usr/lib/*-linux-gnu"))
        binaries = f"{self.root}/usr/lib/erlang/bin:{self.root}/usr/bin"
        return {"PATH": f"{binaries}:{path}:/usr/sbin:/sbin", "LD_LIBRARY_PATH": libraries}

    @property
    def epmd(self) -> str:
        """Erlang's port mapper, which every node needs beside it."""
        if self.root is None:
            return shutil.which("epmd") or "/usr/lib/erlang/bin/epmd"
        return next(str(file) for file in self.root.glob("usr/lib/erlang/erts-*/bin/epmd"))


def installed() -> Installation | None:
    """The RabbitMQ of this machine, or the one unpacked earlier; None when there is neither."""
    # The wrapper in /usr/sbin insists on root or the user rabbitmq; the script behind it does not.
    candidates = [
        Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
        *sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server")),
    ]
    for server in candidates:
        if server.exists() and (shutil.which("erl") or Path("/usr/lib/erlang/bin/erl").exists()):
            return Installation(server, None)
    root = PACKAGES / "rabbitmq"
    server = root / "usr/lib/rabbitmq/bin/rabbitmq-server"
    return Installation(server, root) if server.exists() else None


def install(say: Callable[[str], None]) -> Installation:
    """The RabbitMQ there is, else Debian's, downloaded and unpacked (35 MB, once per checkout)."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    with (PACKAGES / "rabbitmq.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two stacks of one checkout may start at once
        found = installed()
        if found is not None:
            return found
        say("rabbitmq is not installed: downloading Debian's packages (nothing is installed)")
        try:
            _unpack_debian(PACKAGES / "rabbitmq")
        except DebianError as error:
            raise StackError(
                f"no RabbitMQ: {error}\nInstall the package rabbitmq-server, or set "
                f"BROADSHEET_AMQP_URL to a broker that is there."
            ) from error
        shutil.rmtree(PACKAGES / "apt", ignore_errors=True)
    made = installed()
    if made is None:
        raise StackError("Debian's package rabbitmq-server has no server where it is looked for")
    return made


def _unpack_debian(root: Path) -> None:
    archives = PrivateApt(PACKAGES / "apt").fetch_with_dependencies("rabbitmq-server")
    draft = root.with_name("rabbitmq.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for archive in archives:
        unpack(archive, draft)
    for script in [
        *draft.glob("usr/lib/erlang/bin/erl"),
        *draft.glob("usr/lib/erlang/erts-*/bin/erl"),
    ]:
        moved = f'ROOTDIR="{root}/usr/lib/erlang"'
        script.write_text(script.read_text().replace("ROOTDIR=/usr/lib/erlang", moved))
    draft.replace(root)


class PrivateBroker:
    """One RabbitMQ node below the state folder, with an epmd of its own, as child processes.

    `note` is told the name and the id of a process as soon as it runs, and None when it does
    not any more.
    """

    def __init__(
        self,
        places: Places,
        ports: Ports,
        installation: Installation,
        note: Callable[[str, int | None], None],
    ) -> None:
        self._note = note
        self._places = places
        self._installation = installation
        self._password = places.secret("rabbitmq")
        self._port = ports.get("amqp")
        self._dist_port = ports.get("erlang")
        self._epmd_port = ports.get("epmd")
        self._epmd: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """`amqp://…` of the default virtual host."""
        return f"amqp://{USER}:{self._password}@127.0.0.1:{self._port}/"

    @property
    def processes(self) -> dict[str, subprocess.Popen[bytes]]:
        """What runs now, by name."""
        running = {"rabbitmq": self._process, "epmd": self._epmd}
        return {name: process for name, process in running.items() if process is not None}

    def start(self) -> None:
        """Start the node and wait until it answers AMQP."""
        home = self._places.rabbitmq
        (home / "etc").mkdir(parents=True, exist_ok=True)
        write_private(
            home / "etc" / "rabbitmq.conf",
            _CONFIGURATION.format(port=self._port, user=USER, password=self._password),
        )
        (home / "etc" / "enabled_plugins").write_text("[].\n")
        for name in ("rabbitmq-env.conf", "advanced.config"):
            # Named below although empty, so that files of the system are not read instead.
            (home / "etc" / name).write_text("[].\n" if name.endswith("config") else "")
        environment = self._environment(home)
        log = self._places.log("rabbitmq")
        # Started here, since the one that Erlang starts would run on as nobody's child.
        self._epmd = spawn(
            [self._installation.epmd, "-port", str(self._epmd_port), "-address", "127.0.0.1"],
            environment,
            log,
            cwd=home,
        )
        self._note("epmd", self._epmd.pid)
        self._wait_until(lambda: _listens(self._epmd_port), self._epmd, log)
        self._process = spawn([self._installation.server], environment, log, cwd=home)
        self._note("rabbitmq", self._process.pid)
        self._wait_until(lambda: _speaks_amqp(self._port), self._process, log)

    def stop(self) -> None:
        """The orderly shutdown: what is persistent is on disk afterwards."""
        if self._process is not None:
            stop_child(self._process, signal.SIGTERM, 30.0)
        if self._epmd is not None:
            stop_child(self._epmd, signal.SIGTERM, 1.0)
        self._forget()

    def kill(self) -> None:
        """End it as a power cut would."""
        for process in self.processes.values():
            process.kill()
            process.wait()
        self._forget()

    def _forget(self) -> None:
        for name in self.processes:
            self._note(name, None)
        self._process = self._epmd = None

    def control(self, *words: str) -> str:
        """What `rabbitmqctl` says to these words; StackError where it refuses."""
        ended = subprocess.run(
            [Path(self._installation.server).with_name("rabbitmqctl"), "--quiet", *words],
            env=self._environment(self._places.rabbitmq),
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise StackError(f"rabbitmqctl {words[0]}: {ended.stderr or ended.stdout}")
        return ended.stdout

    def died(self) -> bool:
        """Whether the node or its epmd ended without being told to."""
        return any(process.poll() is not None for process in self.processes.values())

    def _wait_until(
        self, answered: Callable[[], bool], process: subprocess.Popen[bytes], log: Path
    ) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not answered():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StackError(f"RabbitMQ did not start; {log} ends with\n{last_lines(log)}")
            time.sleep(0.05)

    def _environment(self, home: Path) -> dict[str, str]:
        etc = home / "etc"
        return {
            **self._installation.environment(),
            "HOME": str(home),  # of the Erlang cookie
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "local@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_CONFIG_FILE": str(etc / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(etc / "rabbitmq-env.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(etc / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(etc / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "generated"),
            "RABBITMQ_PID_FILE": str(home / "rabbitmq.pid"),
            # The distribution's own port listens on loopback, too.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"{_ERLANG_ARGUMENTS} -kernel inet_dist_use_interface {{127,0,0,1}}"
            ),
            "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the node: one process to signal
        }


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _speaks_amqp(port: int) -> bool:
    """Whether a broker answers the protocol header: the port alone opens too early.

    With version 0.9.1 asked for in the header's last bytes the broker says `connection.start`;
    asked for an unknown one it would close with the version it speaks.
    """
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.settimeout(2)
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False
