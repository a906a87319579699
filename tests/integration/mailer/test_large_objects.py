"""A file that is larger than the memory a mailer should need for it."""

from __future__ import annotations

import hashlib
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from services.mailer.channels import File
from services.mailer.outgoing import Outgoing
from tests.outgoing_messages import message_for, opened
from tests.s3_server import BUCKET, KEY_ID, SECRET, s3_client

MEGABYTE = 1 << 20
MOST_MEMORY = 120 * MEGABYTE
"""More than before, at the most: a few parts on their way and the libraries themselves."""


def _large(path: Path, megabytes: int) -> File:
    sha256 = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(megabytes):
            block = number.to_bytes(4, "big") * (MEGABYTE // 4)
            sha256.update(block)
            file.write(block)

    @asynccontextmanager
    async def opened_file() -> AsyncIterator[BinaryIO]:
        with path.open("rb") as file:
            yield file

    return File(
        format="parquet",
        filename="all jobs.parquet",
        media_type="application/vnd.apache.parquet",
        size=megabytes * MEGABYTE,
        sha256=sha256.hexdigest(),
        opened=opened_file,
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize(
    ("megabytes", "least_rate"),
    # Beside other tests the short one has no rate to speak of.
    [(64, 0.5), pytest.param(1024, 5, marks=[pytest.mark.long, pytest.mark.timeout(900)])],
)
async def test_a_large_file_goes_to_s3_in_little_memory(
    s3_url: str, way_out: Outgoing, tmp_path: Path, megabytes: int, least_rate: float
) -> None:
    channel = opened("s3", way_out)
    settings = {
        "bucket": BUCKET,
        "endpoint": s3_url,
        "access_key_id": KEY_ID,
        "secret_access_key": SECRET,
        "key": f"{tmp_path.name}/{{run}}.{{format}}",
    }
    # What the libraries take is taken before.
    small = _large(tmp_path / "small", 1)
    await channel.deliver(message_for(channel, settings | {"key": "w/{run}.{format}"}, [small]))
    file = _large(tmp_path / "large", megabytes)
    before, processor, began = _peak(), time.process_time(), time.monotonic()
    outcome = await channel.deliver(message_for(channel, settings, [file]))
    seconds, busy = time.monotonic() - began, time.process_time() - processor
    more = _peak() - before
    print(
        f"{megabytes} MB in {seconds:.1f} s ({megabytes / seconds:.0f} MB/s), {busy:.1f} s of "
        f"processor, {more / MEGABYTE:.0f} MB of memory more"
    )
    assert outcome.state == "sent", outcome.answer
    head = s3_client(s3_url).head_object(Bucket=BUCKET, Key=outcome.receipt)
    assert head["ContentLength"] == file.size
    assert head["Metadata"]["sha256"] == file.sha256
    assert more < MOST_MEMORY
    assert megabytes / seconds > least_rate
