"""Blobs over the real S3 protocol, against a server in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from shared.blobs_s3 import S3Blobs
from shared.errors import PermanentError, TransientError
from shared.settings import ServiceSettings
from tests.s3_server import BUCKET, KEY_ID, SECRET, s3_server


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as url:
        yield url


def _blobs(settings: ServiceSettings, endpoint: str) -> S3Blobs:
    return S3Blobs.connect(
        settings.model_copy(
            update={
                "blob_s3_endpoint": endpoint,
                "blob_s3_access_key_id": SecretStr(KEY_ID),
                "blob_s3_secret_access_key": SecretStr(SECRET),
            }
        ),
        bucket=BUCKET,
        prefix="blobs",
    )


@pytest.fixture
def blobs(settings: ServiceSettings, endpoint: str) -> S3Blobs:
    return _blobs(settings, endpoint)


async def test_the_first_content_of_a_key_stays(blobs: S3Blobs) -> None:
    assert await blobs.put_new("t/r/0/document.json", b"first") is True
    assert await blobs.put_new("t/r/0/document.json", b"second") is False
    assert await blobs.get("t/r/0/document.json") == b"first"


async def test_a_part_is_streamed_in_chunks(blobs: S3Blobs) -> None:
    content = bytes(range(256)) * 10_000
    await blobs.put_new("t/large", content)
    parts = [part async for part in blobs.stream("t/large", 1000, 2_000_000)]
    assert b"".join(parts) == content[1000:2_001_000]
    assert len(parts) > 1


async def test_a_large_blob_is_stored_in_parts_and_read_as_a_file(blobs: S3Blobs) -> None:
    content = bytes(range(256)) * 60_000
    with blobs.new_file("t/r/0/") as file:
        file.write(content)
        assert await blobs.put_new_file("t/r/0/rows", file) is True
        assert await blobs.put_new_file("t/r/0/rows", file) is False
    async with blobs.local_file("t/r/0/rows") as found:
        assert found.read() == content
    with pytest.raises(PermanentError, match="blob_missing"):
        async with blobs.local_file("t/r/0/none"):
            pass


async def test_a_run_s_files_go_together_and_leave_others_alone(blobs: S3Blobs) -> None:
    for key in ("t/one/0/a", "t/one/1/b", "t/one-more/0/c"):
        await blobs.put_new(key, b"x")
    await blobs.delete_prefix("t/one/")
    for key in ("t/one/0/a", "t/one/1/b"):
        with pytest.raises(PermanentError, match="blob_missing"):
            await blobs.get(key)
    assert await blobs.get("t/one-more/0/c") == b"x"


async def test_the_storage_says_that_it_is_there(blobs: S3Blobs) -> None:
    await blobs.ping()


async def test_a_storage_that_refuses_is_transient(
    settings: ServiceSettings, endpoint: str
) -> None:
    elsewhere = S3Blobs.connect(
        settings.model_copy(update={"blob_s3_endpoint": endpoint}), bucket="no-bucket", prefix=""
    )
    with pytest.raises(TransientError, match="storage_unavailable"):
        await elsewhere.put_new("x", b"y")
