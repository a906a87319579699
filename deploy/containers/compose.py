"""docker-compose.yml, up and down, with fresh secrets of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from deploy.containers.commands import CommandError, run
from deploy.containers.engine import Engine
from deploy.containers.fresh_secrets import NAMES, fresh
from deploy.containers.images import CHECKOUT, SERVICES, Images, first_compose_here
from deploy.containers.stand_ins import COMPOSE
from deploy.local.tokens import make_token

PROJECT = "broadsheet-test"
PORTS = ("API_PORT", "MAILBOX_PORT", "RABBITMQ_CONSOLE_PORT")


def compose_here() -> list[str]:
    """The command of this machine's Compose, whichever of its generations that is."""
    return ["docker-compose"] if first_compose_here() else ["docker", "compose"]


def compose_in_a_container(engine: Engine) -> list[str]:
    """The command of the second generation, from an image made here."""
    host = engine.environment.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    socket = host.removeprefix("unix://")
    variables = (*NAMES, *PORTS, "PYTHON_IMAGE", "COMPOSE_PROJECT_NAME", "DEMO_SCALE")
    return [
        *("docker", "run", "--rm", "--network", "none"),
        *("-v", f"{socket}:/var/run/docker.sock", "-v", f"{CHECKOUT}:{CHECKOUT}:ro"),
        *("-w", str(CHECKOUT)),
        *(word for name in variables for word in ("-e", name)),
        COMPOSE,
    ]


class Compose:
    """One project of the composition, run by one Compose."""

    def __init__(
        self, engine: Engine, images: Images, command: Sequence[str], ports: Mapping[str, int]
    ) -> None:
        self.engine = engine
        self.secrets = fresh()
        self._ports = ports
        self._command = [*command]
        for file in images.compose_files:
            self._command += ["-f", str(file)]
        self._environment = {
            **engine.environment,
            **self.secrets,
            **{name: str(port) for name, port in ports.items()},
            "PYTHON_IMAGE": images.python,
            "COMPOSE_PROJECT_NAME": PROJECT,
            "DEMO_SCALE": "0.1",
        }

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

    def run(self, *words: str, seconds: float = 300) -> str:
        """Run a Compose command and return what it printed; CommandError if it fails."""
        return run(
            [*self._command, *words],
            seconds=seconds,
            environment=self._environment,
            folder=CHECKOUT,
        )

    def build(self) -> None:
        """Build all images that are ours."""
        # One first, so that the others find the layers that all share.
        self.run("build", "api", seconds=600)
        self.run("build", "--parallel", seconds=900)

    def up(self) -> None:
        """Start everything; returns once all five services say they are ready."""
        try:
            self.run("up", "-d")
            self._wait_until_healthy(150)
        except (CommandError, AssertionError) as error:
            raise AssertionError(f"{error}\n{self.logs()}") from None

    def logs(self) -> str:
        """The last lines of every service, for who looks into a failure."""
        try:
            return self.run("logs", "--no-color", "--tail", "25", seconds=60)
        except CommandError as error:
            return str(error)

    def container(self, service: str) -> str:
        """The id of a service's container; empty while there is none."""
        found = self.engine.docker(
            *("ps", "-aq", "--filter", f"label=com.docker.compose.project={PROJECT}"),
            *("--filter", f"label=com.docker.compose.service={service}"),
        ).split()
        return found[0] if found else ""

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine says of a service's container."""
        said: dict[str, Any] = json.loads(self.engine.docker("inspect", self.container(service)))[0]
        return said

    def _wait_until_healthy(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        waiting = set(SERVICES)
        while waiting:
            for service in sorted(waiting):
                if self.inspect(service)["State"].get("Health", {}).get("Status") == "healthy":
                    waiting.discard(service)
            if time.monotonic() > deadline:
                raise AssertionError(f"not healthy after {seconds:.0f} s: {sorted(waiting)}")
            time.sleep(1)


@contextmanager
def composition(
    engine: Engine, images: Images, command: Sequence[str], ports: Mapping[str, int]
) -> Iterator[Compose]:
    """Everything up and healthy; stopped and removed afterwards, volumes too."""
    compose = Compose(engine, images, command, ports)
    # What a run that was killed has left has other passwords.
    compose.run("down", "-v", "--remove-orphans")
    try:
        compose.up()
        yield compose
    finally:
        compose.run("down", "-v", "--remove-orphans")
