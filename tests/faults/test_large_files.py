"""A file of a gigabyte from the running mailer to a destination: its memory stays flat."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.blobs import FolderBlobs
from shared.dedup_keys import artifact_key, run_prefix
from shared.states import DeliveryStatus
from shared.store import tables
from tests.api_client import client
from tests.faults.mortal_fleet import MortalFleet
from tests.faults.test_destinations import saved
from tests.pipeline import Pipeline
from tests.processes import ServiceProcess
from tests.s3_server import BUCKET, KEY_ID, SECRET, s3_client, s3_server
from tests.sftp_server import sftp_server

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

MEGABYTE = 1 << 20
MEGABYTES = 1024
MOST_MEMORY = 120 * MEGABYTE
"""More than before: the libraries of the channel, and a few parts on their way."""
LEAST_RATE = 5.0
"""Megabytes a second."""


@asynccontextmanager
async def in_a_bucket(_: Path) -> AsyncIterator[tuple[dict[str, Any], Callable[[str], str]]]:
    """What a destination there says, and the sha256 of what has arrived under a name."""
    with s3_server() as url:

        def arrived(name: str) -> str:
            body = s3_client(url).get_object(Bucket=BUCKET, Key=name)["Body"]
            return _sha256(body.iter_chunks(MEGABYTE))

        settings = {
            "bucket": BUCKET,
            "endpoint": url,
            "access_key_id": KEY_ID,
            "secret_access_key": SECRET,
        }
        yield settings, arrived


@asynccontextmanager
async def over_sftp(folder: Path) -> AsyncIterator[tuple[dict[str, Any], Callable[[str], str]]]:
    """The same of an SFTP server."""
    async with sftp_server(folder / "far") as server:

        def arrived(name: str) -> str:
            with (folder / "far" / name).open("rb") as file:
                return _sha256(iter(lambda: file.read(MEGABYTE), b""))

        yield server.settings, arrived


def _sha256(chunks: Iterator[bytes]) -> str:
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


def peak(process: ServiceProcess) -> int:
    """The most memory that it had so far, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(kilobytes) * 1024


def fill(file: BinaryIO) -> str:
    """A gigabyte of which no two megabytes are alike; its sha256."""
    sha256 = hashlib.sha256()
    for number in range(MEGABYTES):
        block = number.to_bytes(4, "big") * (MEGABYTE // 4)
        sha256.update(block)
        file.write(block)
    return sha256.hexdigest()


Site = Callable[[Path], AbstractAsyncContextManager[tuple[dict[str, Any], Callable[[str], str]]]]


@pytest.mark.usefixtures("fresh_mailer")
@pytest.mark.parametrize(("channel", "site"), [("s3", in_a_bucket), ("sftp", over_sftp)])
async def test_a_gigabyte_arrives_whole_and_the_mailer_stays_small(
    channel: str,
    site: Site,
    fleet: MortalFleet,
    pipeline: Pipeline,
    infra: LocalInfrastructure,
    admin: AsyncEngine,
    tmp_path: Path,
) -> None:
    async with site(tmp_path) as (settings, arrived):
        await saved(infra, fleet, pipeline, channel, **settings, key="{run}.{format}")
        run_id = await pipeline.request()
        await pipeline.until_settled(run_id)
        sha256 = await made_large(pipeline, infra, admin, run_id)
        before = peak(fleet["mailer"])
        began, busy = time.monotonic(), _cpu_seconds(fleet["mailer"])
        async with client(infra, fleet["api"].url, pipeline.tenant.slug) as ada:
            to = {"deliver_to": [{"channel": channel, "to": "there"}]}
            answer = await ada.post(f"/reports/{run_id}/deliver", json=to)
            assert answer.status_code == 202, answer.text
        await pipeline.until_settled(run_id)
        seconds, busy = time.monotonic() - began, _cpu_seconds(fleet["mailer"]) - busy
        more = peak(fleet["mailer"]) - before
        print(
            f"{channel}: {MEGABYTES} MB in {seconds:.0f} s ({MEGABYTES / seconds:.0f} MB/s), "
            f"the mailer {busy:.1f} s of processor, {before / 1e6:.0f} MB and {more / 1e6:.0f} more"
        )
        delivery = await pipeline.delivery(run_id)
        assert delivery["status"] == DeliveryStatus.SENT, delivery["answer"]
        assert arrived(delivery["receipt"]) == sha256
    assert len(await pipeline.attempts(run_id)) == 1
    assert more < MOST_MEMORY
    assert MEGABYTES / seconds > LEAST_RATE


async def made_large(
    pipeline: Pipeline, infra: LocalInfrastructure, admin: AsyncEngine, run_id: UUID
) -> str:
    """The run's file is a gigabyte now; its sha256."""
    blobs = FolderBlobs(Path(infra.places.blobs))
    key = artifact_key(pipeline.tenant.id, run_id, 0, "large.csv")
    with blobs.new_file(run_prefix(pipeline.tenant.id, run_id)) as file:
        sha256 = fill(file)
        await blobs.put_new_file(key, file)
    table = tables.artifacts
    async with admin.begin() as connection:
        await connection.execute(
            update(table)
            .where(table.c.run_id == run_id, table.c.format == "csv")
            .values(blob_key=key, sha256=sha256, size=MEGABYTES * MEGABYTE)
        )
    return sha256


def _cpu_seconds(process: ServiceProcess) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
