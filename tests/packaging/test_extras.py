"""Each service's extra, installed alone in an empty environment, is all that service needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
SERVICES = ("api", "aggregator", "renderer", "scheduler", "mailer")
ENVIRONMENT = {
    "BROADSHEET_AMQP_URL": "amqp://nobody@127.0.0.1:1/",
    "BROADSHEET_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "BROADSHEET_HOUSEKEEPING_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "BROADSHEET_BLOB_URL": "file:///nowhere",
}


@pytest.mark.parametrize("service", SERVICES)
def test_an_extra_alone_is_enough(service: str, tmp_path: Path) -> None:
    python = _environment(tmp_path / "alone", service)
    imported = subprocess.run(
        [python, "-c", f"import services.{service}.app"],
        cwd=CHECKOUT,
        env={**ENVIRONMENT, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported.returncode == 0, imported.stderr


def _environment(folder: Path, service: str) -> Path:
    """A virtual environment with the service's lock and nothing else; its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    lock = CHECKOUT / f"deploy/locks/{service}.lock"
    install: list[str | Path] = ["install", "-q", "--require-hashes", "-r", lock]
    words = [UV, "pip", *install, "--python", python]
    if UV.exists() and subprocess.run(words, check=False).returncode == 0:
        return python
    # As in the bootstrap: where uv finds no index, the machine's pip may know one.
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *install], check=True)
    return python
