"""A container engine: the one that answers, else a private one from Debian's packages."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.containers.commands import CommandError, run

_PACKAGES = (
    ("docker.io", "docker-compose", "debootstrap", "iptables"),
    # From Debian 13 on the engine's package has no `docker` command.
    ("docker-cli",),
)
_PROGRAMS = ("docker", "dockerd", "docker-compose", "debootstrap", "iptables")
_LOCK = Path("/run/broadsheet-engine.lock")
_READY_SECONDS = 60.0
_TURN_SECONDS = 300.0


class NoEngine(Exception):
    """None answers and none can be had here, or it has no images; the text says why."""


@dataclass(frozen=True)
class Engine:
    """What answers, and whose it is."""

    environment: dict[str, str]
    """In which `docker` and `docker-compose` reach it."""
    private: bool
    """Ours alone, started for the length of the tests; else the machine's."""

    def docker(self, *words: str | Path, seconds: float = 600) -> str:
        """Run docker and return what it printed; CommandError with its words if it fails."""
        return run(["docker", *words], seconds=seconds, environment=self.environment)

    def has(self, image: str) -> bool:
        """Whether the image is there."""
        return self._succeeds("image", "inspect", image)

    def pull(self, image: str) -> bool:
        """Fetch a public image; False when that cannot be done."""
        return self._succeeds("pull", "-q", image)

    def _succeeds(self, *words: str) -> bool:
        try:
            self.docker(*words, seconds=300)
        except CommandError:
            return False
        return True


@contextmanager
def engine(folder: Path) -> Iterator[Engine]:
    """An engine for the length of the block; NoEngine when there is none to be had.

    A private one keeps everything in `folder` (which must lie outside of every build context)
    and ends with the block; what it built stays there for the next time.
    """
    if not _answers(os.environ):
        _ensure_installed()
    # Asked again: where a package's installation starts the engine, it is there now.
    if _answers(os.environ):
        yield Engine(dict(os.environ), private=False)
    else:
        with _the_only_private_one():
            yield from _private(folder)


def _private(folder: Path) -> Iterator[Engine]:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "engine.log"
    # A socket's path may have 107 characters and no more, whatever the folder's length.
    socket = Path(f"/run/broadsheet-engine-{os.getpid()}.sock")
    environment = {**os.environ, "DOCKER_HOST": f"unix://{socket}"}
    with log.open("wb") as opened:
        daemon = subprocess.Popen(
            [
                *("dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec"),
                *("-p", folder / "pid", "-H", f"unix://{socket}"),
                # Without it a container may fail with `setrlimit RLIMIT_NOFILE`.
                *("--default-ulimit", "nofile=20000:20000"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_answers(daemon, environment, log)
            private = Engine(environment, private=True)
            if private.docker("info", "-f", "{{.Driver}}").strip() == "vfs":
                raise NoEngine("the engine can only copy every layer whole here (driver vfs)")
            yield private
        finally:
            daemon.terminate()
            try:
                daemon.wait(60)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
            socket.unlink(missing_ok=True)


@contextmanager
def _the_only_private_one() -> Iterator[None]:
    """Waits for that of another checkout: two would fight over the bridge and its addresses."""
    deadline = time.monotonic() + _TURN_SECONDS
    with _LOCK.open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise NoEngine("the private engine of another checkout runs") from None
                time.sleep(1)
        yield


def _answers(environment: Mapping[str, str]) -> bool:
    if shutil.which("docker") is None:
        return False
    try:
        run(["docker", "version"], seconds=20, environment=environment)
    except CommandError:
        return False
    return True


def _ensure_installed() -> None:
    if os.geteuid() != 0:
        raise NoEngine("no container engine answers, and starting one takes root")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for packages in _PACKAGES:
        if all(shutil.which(program) for program in _PROGRAMS):
            return
        if shutil.which("apt-get") is None:
            raise NoEngine("no container engine answers, and there is no apt-get to install one")
        try:
            for words in (
                ["apt-get", "-qq", "update"],
                ["apt-get", "-qq", "-y", "install", "--no-install-recommends", *packages],
            ):
                run(words, seconds=300, environment=environment)
        except CommandError as error:
            raise NoEngine(f"an engine cannot be installed: {error}") from None


def _wait_until_it_answers(
    daemon: subprocess.Popen[bytes], environment: dict[str, str], log: Path
) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not _answers(environment):
        if daemon.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace")[-800:]
            raise NoEngine(f"the engine does not start: {said}")
        time.sleep(0.5)
