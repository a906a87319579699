"""An S3 server (moto's) in a process of its own, and a client to look into it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

BUCKET = "broadsheet"
KEY_ID, SECRET = "key", "secret-of-the-bucket"


@contextmanager
def s3_server() -> Iterator[str]:
    """Its URL; it has the bucket `BUCKET`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [Path(sys.executable).with_name("moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _make_bucket(url)
        yield url
    finally:
        server.terminate()
        server.wait(10)


def s3_client(url: str) -> Any:
    """boto3's client of the server."""
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )


def _make_bucket(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            s3_client(url).create_bucket(Bucket=BUCKET)
            return
        except (BotoCoreError, ClientError):  # not up yet
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
