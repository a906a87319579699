"""Local stand-ins for public images, made of what Debian has.

A minimal Debian by debootstrap, and from it Python, Postgres, RabbitMQ, the second generation
of Docker Compose, and one image with our own inbox as mailbox and moto's server as object
storage.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.containers.commands import CommandError, run
from deploy.containers.engine import Engine, NoEngine

DEBIAN = "trixie"
COMPOSE = "local/compose"
_FOLDER = Path(__file__).with_name("local")
_FIRST = "python"
"""Another one is built on it."""
_OTHERS = ("servers", "postgres", "rabbitmq", "compose")


def ensure_stand_ins(engine: Engine, context: Path) -> None:
    """Build the local images that are missing; `context` is the checkout.

    NoEngine when not even a minimal Debian can be had, or run, or reaches its packages.
    """
    if not engine.has("local/debian"):
        _import_debian(engine)

    def build(image: str) -> None:
        file = _FOLDER / f"{image}.Dockerfile"
        engine.docker("build", "-q", "-t", f"local/{image}", "-f", file, context)

    build(_FIRST)
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(build, _OTHERS):
            pass


def ensure_second_compose(engine: Engine, context: Path) -> None:
    """The second generation of Compose beside public images, where this machine has the first."""
    file = _FOLDER / "compose.Dockerfile"
    base = f"BASE=debian:{DEBIAN}-slim"
    engine.docker("build", "-q", "-t", COMPOSE, "--build-arg", base, "-f", file, context)


def _import_debian(engine: Engine) -> None:
    if os.geteuid() != 0:
        raise NoEngine("public images cannot be pulled, and debootstrap takes root")
    if shutil.which("debootstrap") is None:
        raise NoEngine("public images cannot be pulled, and there is no debootstrap")
    with tempfile.TemporaryDirectory() as folder:
        root, archive = Path(folder) / "root", Path(folder) / "root.tar"
        options = ("--variant=minbase", "--include=ca-certificates")
        try:
            run(["debootstrap", *options, DEBIAN, root], seconds=400)
            _take_along_how_packages_are_found(root)
            run(["tar", "-C", root, "-cf", archive, "."], seconds=120)
            engine.docker("import", archive, "local/debian:probe")
            engine.docker("run", "--rm", "local/debian:probe", "apt-get", "-qq", "update")
        except CommandError as error:
            raise NoEngine(f"a minimal Debian cannot be made, or not run: {error}") from None
        engine.docker("tag", "local/debian:probe", "local/debian")


def _take_along_how_packages_are_found(root: Path) -> None:
    """This machine's own way to them: a proxy, or an authority of its own.

    Not apt's list of sources, which is another release's, nor its hooks.
    """
    settings = run(["apt-config", "dump", "Acquire"], seconds=60).splitlines()
    taken = [line for line in settings if line.startswith(("Acquire::http", "Acquire::Check-"))]
    (root / "etc/apt/apt.conf.d/99-taken-along").write_text(
        "\n".join([*taken, 'Acquire::Retries "3";', ""])
    )
    authorities = Path("etc/ssl/certs/ca-certificates.crt")
    if (Path("/") / authorities).exists():
        shutil.copy(Path("/") / authorities, root / authorities)
    # An image needs no sync after each file, and no manuals.
    (root / "etc/dpkg/dpkg.cfg.d/image").write_text(
        "force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\n"
    )
