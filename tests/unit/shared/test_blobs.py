"""Blobs in a folder: whole or not there, and never outside of it."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.blobs import FolderBlobs, digest
from shared.errors import PermanentError, TransientError

KEY = "tenant/run/0/document.json"


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


async def test_the_first_content_of_a_key_stays(blobs: FolderBlobs, tmp_path: Path) -> None:
    assert await blobs.put_new(KEY, b"first") is True
    assert await blobs.put_new(KEY, b"second") is False
    assert await blobs.get(KEY) == b"first"
    assert [path.name for path in (tmp_path / KEY).parent.iterdir()] == ["document.json"]


async def test_of_many_who_write_at_once_one_wins_and_the_others_are_told(
    blobs: FolderBlobs,
) -> None:
    contents = [bytes([number]) * 200_000 for number in range(16)]
    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(lambda content: blobs._put_new(KEY, content), contents))
    assert won.count(True) == 1
    assert await blobs.get(KEY) == contents[won.index(True)]


async def test_a_stream_gives_the_part_that_was_asked_for(blobs: FolderBlobs) -> None:
    content = os.urandom(3_000_000)
    await blobs.put_new(KEY, content)
    got = b"".join([chunk async for chunk in blobs.stream(KEY, 1_000_001, 1_500_000)])
    assert got == content[1_000_001:2_500_001]


@pytest.mark.parametrize(
    "key", ["../elsewhere", "a/../../elsewhere", "/etc/passwd", "a/b/../../../elsewhere"]
)
async def test_a_key_that_leaves_the_folder_is_refused(blobs: FolderBlobs, key: str) -> None:
    for attempt in (blobs.put_new(key, b""), blobs.get(key), blobs.delete_prefix(key)):
        with pytest.raises(ValueError, match="leaves the blob folder"):
            await attempt


async def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    blobs: FolderBlobs, tmp_path: Path
) -> None:
    (tmp_path / "out").symlink_to("/etc")
    with pytest.raises(ValueError, match="leaves the blob folder"):
        await blobs.get("out/passwd")


async def test_a_missing_blob_is_no_passing_trouble(blobs: FolderBlobs) -> None:
    with pytest.raises(PermanentError, match="there is no blob"):
        await blobs.get(KEY)


async def test_deleting_takes_the_prefix_and_nothing_beside_it(blobs: FolderBlobs) -> None:
    await blobs.put_new("tenant/run-1/0/a", b"a")
    await blobs.put_new("tenant/run-10/0/a", b"a")
    await blobs.delete_prefix("tenant/run-1/")
    await blobs.delete_prefix("tenant/run-1/")  # once more does no harm
    with pytest.raises(PermanentError):
        await blobs.get("tenant/run-1/0/a")
    assert await blobs.get("tenant/run-10/0/a") == b"a"


@pytest.mark.parametrize("prefix", ["", ".", "a/.."])
async def test_everything_at_once_is_not_deleted(blobs: FolderBlobs, prefix: str) -> None:
    await blobs.put_new(KEY, b"kept")
    with pytest.raises(ValueError, match="everything"):
        await blobs.delete_prefix(prefix)
    assert await blobs.get(KEY) == b"kept"


async def test_what_cannot_be_deleted_is_said_so(blobs: FolderBlobs, tmp_path: Path) -> None:
    (tmp_path / "tenant").write_bytes(b"no folder")
    with pytest.raises(TransientError):
        await blobs.delete_prefix("tenant/")


async def test_a_large_blob_is_written_as_a_file_and_read_as_one(blobs: FolderBlobs) -> None:
    with blobs.new_file("tenant/run/0/") as file:
        file.write(b"rows" * 1000)
        sha256, size = digest(file)
        assert (sha256, size) == (hashlib.sha256(b"rows" * 1000).hexdigest(), 4000)
        assert await blobs.put_new_file(KEY, file) is True
        assert await blobs.put_new_file(KEY, file) is False
    assert await blobs.get(KEY) == b"rows" * 1000
    async with blobs.local_file(KEY) as found:
        assert found.read() == b"rows" * 1000


async def test_a_large_blob_that_was_given_up_leaves_nothing(
    blobs: FolderBlobs, tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError), blobs.new_file("tenant/run/0/") as file:
        file.write(b"half")
        raise RuntimeError
    assert list((tmp_path / "tenant/run/0").iterdir()) == []


async def test_a_missing_blob_is_no_file(blobs: FolderBlobs) -> None:
    with pytest.raises(PermanentError, match="blob_missing"):
        async with blobs.local_file(KEY):
            pass


def test_a_full_disk_is_passing_trouble_and_leaves_nothing(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import asyncio, sys
        from pathlib import Path
        from shared.blobs import FolderBlobs
        from shared.errors import TransientError
        blobs = FolderBlobs(Path(sys.argv[1]))
        try:
            asyncio.run(blobs.put_new("a/document.json", b"x" * 1_000_000))
        except TransientError as error:
            sys.exit(7 if error.code == "storage_unavailable" else 8)
        """
    )

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], preexec_fn=little_room, check=False
    )
    assert ended.returncode == 7
    assert list((tmp_path / "a").iterdir()) == []


def test_a_process_killed_while_it_writes_leaves_no_visible_half_file(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import asyncio, sys
        from pathlib import Path
        from shared.blobs import FolderBlobs
        blobs = FolderBlobs(Path(sys.argv[1]))
        content = b"0123456789" * 3_000_000
        for number in range(10_000):
            asyncio.run(blobs.put_new(f"a/{number}", content))
            print(number, flush=True)
        """
    )
    size = 30_000_000
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.02 + 0.01 * os.getpid() % 0.05)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        visible = [path for path in (tmp_path / "a").iterdir() if not path.name.startswith(".")]
        assert visible
        assert {path.stat().st_size for path in visible} == {size}
        for path in (tmp_path / "a").iterdir():
            path.unlink()
