"""docker-compose.yml, up and down, with fresh secrets of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from deploy.containers.fresh_secrets import fresh
from deploy.containers.images import CHECKOUT, STAND_INS
from deploy.local.tokens import make_token

SERVICES = ("api", "aggregator", "renderer", "scheduler", "mailer")


class Compose:
    """One project of the composition, from the local stand-ins."""

    def __init__(self, environment: Mapping[str, str], ports: Mapping[str, int]) -> None:
        self.secrets = fresh()
        self._ports = ports
        self._environment = {
            **environment,
            **self.secrets,
            **STAND_INS,
            **{name: str(port) for name, port in ports.items()},
            "COMPOSE_PROJECT_NAME": "broadsheet-test",
            "DEMO_SCALE": "0.1",
        }
        if shutil.which("docker-compose"):
            self._command = ["docker-compose"]
        else:
            self._command = ["docker", "compose"]

    @property
    def api_url(self) -> str:
        """Where the API is published."""
        return f"http://127.0.0.1:{self._ports['API_PORT']}"

    @property
    def mailbox_url(self) -> str:
        """Where the mailbox is published."""
        return f"http://127.0.0.1:{self._ports['MAILBOX_PORT']}"

    def token(self) -> str:
        """An administrator's of the demo tenant."""
        return make_token(self.secrets["JWT_KEY"])

    def run(self, *words: str, check: bool = True) -> str:
        """Run a compose command and return what it printed."""
        done = subprocess.run(
            [
                *self._command,
                *("-f", CHECKOUT / "docker-compose.yml"),
                *("-f", CHECKOUT / "deploy/containers/compose.local.yml"),
                *words,
            ],
            cwd=CHECKOUT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            raise RuntimeError(
                f"compose {' '.join(words)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
            )
        return done.stdout + done.stderr

    def inspect(self, service: str) -> dict[str, object]:
        """What the engine says of a service's container."""
        container = self.run("ps", "-q", service).split()[0]
        said = subprocess.run(
            ["docker", "inspect", container],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, object] = json.loads(said.stdout)[0]
        return found

    def wait_until_healthy(self, seconds: float) -> None:
        """Until all five services say they are ready."""
        deadline = time.monotonic() + seconds
        waiting = set(SERVICES)
        while waiting:
            for service in sorted(waiting):
                state = self.inspect(service)["State"]
                assert isinstance(state, dict)
                if state.get("Health", {}).get("Status") == "healthy":
                    waiting.discard(service)
            if time.monotonic() > deadline:
                raise RuntimeError(
                    f"not healthy after {seconds:.0f} s: {sorted(waiting)}\n"
                    + self.run("logs", "--tail", "15", *sorted(waiting), check=False)
                )
            time.sleep(0.5)


@contextmanager
def composition(environment: Mapping[str, str], ports: Mapping[str, int]) -> Iterator[Compose]:
    """Everything up and healthy; stopped and removed afterwards, volumes too."""
    compose = Compose(environment, ports)
    try:
        # One-shot jobs first: 1.29 takes their end for a failure when it waits for all.
        compose.run("up", "-d", "--no-build")
        compose.wait_until_healthy(150)
        yield compose
    finally:
        compose.run("down", "-v", "--remove-orphans", "-t", "12", check=False)
