"""What docker-compose.yml is run with: public images, or local stand-ins."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.containers.engine import Engine
from deploy.containers.stand_ins import ensure_second_compose, ensure_stand_ins

CHECKOUT = Path(__file__).parents[2]
SERVICES = ("api", "aggregator", "renderer", "scheduler", "mailer")


@dataclass(frozen=True)
class Images:
    """Names of images, and the files that name the rest."""

    python: str
    """What our own are built on."""
    postgres: str
    rabbitmq: str
    compose_files: tuple[Path, ...]
    stand_ins: bool
    """Made here of Debian's packages, since public images cannot be had."""


PUBLIC = Images(
    python="python:3.13-slim",
    postgres="postgres:18",
    rabbitmq="rabbitmq:4-management",
    compose_files=(CHECKOUT / "docker-compose.yml",),
    stand_ins=False,
)
LOCAL = Images(
    python="local/python",
    postgres="local/postgres",
    rabbitmq="local/rabbitmq",
    compose_files=(*PUBLIC.compose_files, CHECKOUT / "deploy/compose.local-images.yml"),
    stand_ins=True,
)


def first_compose_here() -> bool:
    """Whether this machine's Compose is of the first generation, a program of its own."""
    return shutil.which("docker-compose") is not None


def ensure_images(engine: Engine) -> Images:
    """Public images where this machine's engine has or can pull them, else local stand-ins.

    NoEngine when neither can be had.
    """
    public = (PUBLIC.python, PUBLIC.postgres, PUBLIC.rabbitmq)
    if not engine.private and all(engine.has(image) or engine.pull(image) for image in public):
        if first_compose_here():
            ensure_second_compose(engine, context=CHECKOUT)
        return PUBLIC
    ensure_stand_ins(engine, context=CHECKOUT)
    return LOCAL
