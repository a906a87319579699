"""Images: our five, and local stand-ins where no public image can be pulled.

The stand-ins are made of what Debian has: a minimal Debian by debootstrap, and from it Python,
Postgres, RabbitMQ, our own inbox as mailbox and moto's server as object storage.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
SERVICES = ("api", "aggregator", "renderer", "scheduler", "mailer")
DEBIAN = "bookworm"
LOCAL = Path(__file__).with_name("local")

STAND_INS = {
    "PYTHON_IMAGE": "local/python",
    "POSTGRES_IMAGE": "local/postgres",
    "RABBITMQ_IMAGE": "local/rabbitmq",
    "MAILBOX_IMAGE": "local/mailbox",
    "S3_IMAGE": "local/s3",
    "S3_CLIENT_IMAGE": "local/s3",
}
"""The variables of docker-compose.yml that name images, and our local ones for them."""


def docker(environment: dict[str, str], *words: str | Path) -> str:
    """Run docker and return what it printed; CalledProcessError with its words if it fails."""
    done = subprocess.run(
        ["docker", *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout[-4000:], done.stderr[-4000:])
        done.check_returncode()
    return done.stdout


def ensure_stand_ins(environment: dict[str, str]) -> None:
    """Build the local images that are missing."""
    if not _is_there(environment, "local/debian"):
        _import_debian(environment)
    for image in ("python", "postgres", "rabbitmq", "mailbox", "s3"):
        context = CHECKOUT if image == "mailbox" else LOCAL
        docker(
            environment,
            *("build", "-q", "-t", f"local/{image}"),
            *("-f", LOCAL / f"{image}.Dockerfile", context),
        )


def build_services(environment: dict[str, str], python_image: str) -> dict[str, int]:
    """Build the five images; their sizes in bytes."""
    sizes = {}
    for service in SERVICES:
        docker(
            environment,
            *("build", "-q", "-t", f"broadsheet-{service}", "-f", CHECKOUT / "deploy/Dockerfile"),
            *("--build-arg", f"SERVICE={service}"),
            *("--build-arg", f"PYTHON_IMAGE={python_image}", CHECKOUT),
        )
        size = docker(environment, "image", "inspect", "-f", "{{.Size}}", f"broadsheet-{service}")
        sizes[service] = int(size)
    return sizes


def _is_there(environment: dict[str, str], image: str) -> bool:
    asked = subprocess.run(
        ["docker", "image", "inspect", image], env=environment, capture_output=True, check=False
    )
    return asked.returncode == 0


def _import_debian(environment: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        subprocess.run(
            ["debootstrap", "--variant=minbase", "--include=ca-certificates", DEBIAN, root],
            check=True,
            capture_output=True,
        )
        _take_along_how_packages_are_found(root)
        archive = Path(folder) / "root.tar"
        subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True)
        docker(environment, "import", archive, "local/debian")


def _take_along_how_packages_are_found(root: Path) -> None:
    """This machine's own settings for apt and pip: a mirror or an authority of its own."""
    shutil.copytree("/etc/apt", root / "etc/apt", dirs_exist_ok=True)
    authorities = Path("etc/ssl/certs/ca-certificates.crt")
    if (Path("/") / authorities).exists():
        shutil.copy(Path("/") / authorities, root / authorities)
    pip = "\n".join(
        f"{name.removeprefix('PIP_').lower().replace('_', '-')} = {value}"
        for name, value in os.environ.items()
        if name in ("PIP_INDEX_URL", "PIP_CERT", "PIP_EXTRA_INDEX_URL")
    )
    (root / "etc/pip.conf").write_text(f"[global]\n{pip}\n")
