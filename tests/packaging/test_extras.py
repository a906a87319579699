"""Each service's extra, installed alone in an empty environment, is all that service needs."""

from __future__ import annotations

import os
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


@pytest.mark.parametrize("service", SERVICES)
def test_an_extra_alone_is_enough(service: str, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    make_venv(alone)
    install_locked(alone, CHECKOUT / f"deploy/locks/{service}.lock")
    imported = subprocess.run(
        [alone / "bin/python", "-c", f"import services.{service}.app"],
        cwd=CHECKOUT,
        env={**ENVIRONMENT, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported.returncode == 0, imported.stderr
