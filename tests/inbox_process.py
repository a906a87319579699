"""The local inbox as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.places import CHECKOUT


@contextmanager
def running_inbox(infra: LocalInfrastructure, folder: Path) -> Iterator[httpx.Client]:
    """The inbox that the infrastructure's mails go to, over HTTP, until the block ends."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "deploy.local.inbox"),
            *("--smtp-port", str(infra.smtp_port)),
            *("--http-port", str(infra.inbox_port)),
            *("--directory", str(folder)),
        ],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    with httpx.Client(base_url=f"http://127.0.0.1:{infra.inbox_port}", trust_env=False) as client:
        yield client
    process.terminate()
    process.wait(10)
