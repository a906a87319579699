"""Each service's extra, installed alone in an empty environment, is all that service needs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.bootstrap import install_locked, make_venv

CHECKOUT = Path(__file__).parents[2]
SERVICES = ("api", "aggregator", "renderer", "scheduler", "mailer")
ENVIRONMENT = {
    "BROADSHEET_AMQP_URL": "amqp://nobody@127.0.0.1:1/",
    "BROADSHEET_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "BROADSHEET_HOUSEKEEPING_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "BROADSHEET_BLOB_URL": "file:///nowhere",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one environment after the other lies: what is compiled of a library that several
    have is kept by its path."""
    return tmp_path_factory.mktemp("extras")


@pytest.fixture
def alone(folder: Path) -> Path:
    """An environment with nothing in it."""
    venv = folder / "alone"
    shutil.rmtree(venv, ignore_errors=True)
    make_venv(venv)
    return venv


@pytest.mark.parametrize("service", SERVICES)
def test_an_extra_alone_is_enough(service: str, alone: Path, folder: Path) -> None:
    install_locked(alone, CHECKOUT / f"deploy/locks/{service}.lock")
    imported = subprocess.run(
        [alone / "bin/python", "-c", f"import services.{service}.app"],
        cwd=CHECKOUT,
        env={
            **ENVIRONMENT,
            "PATH": os.environ["PATH"],
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported.returncode == 0, imported.stderr
