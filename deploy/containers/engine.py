"""A container engine: the one that answers, else a private one from Debian's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGES = ("docker.io", "docker-compose", "debootstrap", "iptables")
_READY_SECONDS = 60.0


class NoEngine(Exception):
    """None answers and none can be had here; the text says why."""


@contextmanager
def engine(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which `docker` and `docker-compose` reach an engine.

    A private one keeps everything in `folder` (which must lie outside of every build context)
    and ends with the block; what it built stays there for the next time.
    """
    environment = dict(os.environ)
    if _answers(environment):
        yield environment
        return
    _ensure_installed()
    folder.mkdir(parents=True, exist_ok=True)
    # A socket's path may have 107 characters and no more, whatever the folder's length.
    socket = Path(f"/tmp/broadsheet-engine-{os.getpid()}.sock")  # noqa: S108
    environment["DOCKER_HOST"] = f"unix://{socket}"
    with (folder / "engine.log").open("wb") as log:
        daemon = subprocess.Popen(
            [
                *("dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec"),
                *("-p", folder / "pid", "-H", environment["DOCKER_HOST"]),
                # Without it a container fails with "setrlimit RLIMIT_NOFILE" as root here.
                *("--default-ulimit", "nofile=20000:20000"),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_answers(daemon, environment, folder / "engine.log")
        yield environment
    finally:
        daemon.terminate()
        try:
            daemon.wait(30)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
        socket.unlink(missing_ok=True)


def _answers(environment: dict[str, str]) -> bool:
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(
        ["docker", "version"], env=environment, capture_output=True, check=False, timeout=20
    )
    return asked.returncode == 0


def _ensure_installed() -> None:
    if os.geteuid() != 0:
        raise NoEngine("no container engine answers, and starting one takes root")
    needed = ("dockerd", "docker-compose", "debootstrap", "iptables")
    if all(shutil.which(program) for program in needed):
        return
    if shutil.which("apt-get") is None:
        raise NoEngine("no container engine answers, and there is no apt-get to install one with")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *_PACKAGES],
    ):
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoEngine(f"{' '.join(words)} failed: {done.stderr.strip()[-500:]}")


def _wait_until_it_answers(
    daemon: subprocess.Popen[bytes], environment: dict[str, str], log: Path
) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not _answers(environment):
        if daemon.poll() is not None or time.monotonic() > deadline:
            raise NoEngine(f"the engine did not start: {log.read_text()[-800:]}")
        time.sleep(0.5)
