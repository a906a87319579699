"""Blobs in anything that speaks the S3 protocol, through obstore."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from shared.blobs import CHUNK
from shared.errors import PermanentError, TransientError
from shared.settings import ServiceSettings


class S3Blobs:
    """Blobs as objects; a conditional put (`If-None-Match: *`) keeps the first one."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @classmethod
    def connect(cls, settings: ServiceSettings, bucket: str, prefix: str) -> S3Blobs:
        """Nothing is asked of the server yet."""
        config: dict[str, Any] = {"region": settings.blob_s3_region, "conditional_put": "etag"}
        if settings.blob_s3_endpoint:
            config["endpoint"] = settings.blob_s3_endpoint
        if settings.blob_s3_access_key_id and settings.blob_s3_secret_access_key:
            config["access_key_id"] = settings.blob_s3_access_key_id.get_secret_value()
            config["secret_access_key"] = settings.blob_s3_secret_access_key.get_secret_value()
        return cls(
            S3Store(
                bucket,
                prefix=prefix or None,
                client_options={
                    # A private endpoint may speak plain HTTP; Amazon's never does.
                    "allow_http": (settings.blob_s3_endpoint or "").startswith("http://"),
                    "timeout": "30s",
                },
                **config,
            )
        )

    async def put_new(self, key: str, content: bytes) -> bool:
        with _classified(key):
            try:
                await obstore.put_async(self._store, key, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    async def get(self, key: str) -> bytes:
        with _classified(key):
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())

    async def stream(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        end = start + length
        while start < end:
            with _classified(key):
                chunk = await obstore.get_range_async(
                    self._store, key, start=start, end=min(start + CHUNK, end)
                )
            yield bytes(chunk)
            start += CHUNK

    async def delete_prefix(self, prefix: str) -> None:
        with _classified(prefix):
            async for batch in obstore.list(self._store, prefix=prefix.rstrip("/")):
                await obstore.delete_async(self._store, [meta["path"] for meta in batch])

    async def ping(self) -> None:
        with _classified("ping"):
            try:
                await obstore.head_async(self._store, "ping")
            except FileNotFoundError:
                return


@contextmanager
def _classified(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise PermanentError("blob_missing", f"there is no blob {key}") from None
    except (BaseError, OSError) as error:
        raise TransientError("storage_unavailable", str(error)) from error
