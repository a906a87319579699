"""Object storage for snapshots and artifacts: a folder, or anything that speaks S3.

A blob is written once and never changed. `put_new` makes it visible whole or not at all, and
says when somebody was faster: then what is there is the one true content, and the caller
goes on with that.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import urlsplit

from shared.errors import PermanentError, TransientError
from shared.settings import ServiceSettings

CHUNK = 1 << 20
"""Bytes handed out at a time when reading."""


class BlobStore(Protocol):
    """What every storage can do. Keys are relative paths with `/`.

    Missing blobs raise PermanentError("blob_missing"), anything else that goes wrong
    TransientError("storage_unavailable").
    """

    async def put_new(self, key: str, content: bytes) -> bool:
        """Store `content`; False when the key exists already, which stays as it is."""
        ...

    def new_file(self, prefix: str) -> AbstractContextManager[BinaryIO]:
        """A file to write a large blob into, to read it again, and to hand to `put_new_file`.

        Gone after the block; what a killed process left goes with `delete_prefix` of `prefix`.
        """
        ...

    async def put_new_file(self, key: str, file: BinaryIO) -> bool:
        """Store a file from `new_file`; like `put_new`, without its content in memory.

        Only for keys that name their content by its hash: where the storage cannot refuse a
        second large blob, it is replaced by its like.
        """
        ...

    async def get(self, key: str) -> bytes:
        """The whole content."""
        ...

    def local_file(self, key: str) -> AbstractAsyncContextManager[BinaryIO]:
        """The blob as a file on this machine to read, for the length of the block."""
        ...

    def stream(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        """`length` bytes from offset `start`, in chunks."""
        ...

    async def delete_prefix(self, prefix: str) -> None:
        """Delete everything whose key begins with `prefix` (which ends in `/`)."""
        ...

    async def ping(self) -> None:
        """Raises when the storage cannot be used."""
        ...


def blob_store(settings: ServiceSettings) -> BlobStore:
    """The storage that `BROADSHEET_BLOB_URL` names."""
    parts = urlsplit(settings.blob_url)
    if parts.scheme == "file":
        return FolderBlobs(Path(parts.path))
    from shared.blobs_s3 import S3Blobs

    return S3Blobs.connect(settings, bucket=parts.netloc, prefix=parts.path.strip("/"))


class FolderBlobs:
    """Blobs as files below one folder: written aside, flushed to the disk, then linked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put_new(self, key: str, content: bytes) -> bool:
        return await asyncio.to_thread(self._put_new, key, content)

    @contextmanager
    def new_file(self, prefix: str) -> Iterator[BinaryIO]:
        with storage_errors():
            folder = self._path(prefix)
            folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=folder, prefix=".")
            os.close(descriptor)
        path = Path(name)
        try:
            with path.open("r+b") as file:
                yield file
        finally:
            path.unlink(missing_ok=True)

    async def put_new_file(self, key: str, file: BinaryIO) -> bool:
        return await asyncio.to_thread(self._put_new_file, key, file)

    async def get(self, key: str) -> bytes:
        return await asyncio.to_thread(self._get, key)

    @asynccontextmanager
    async def local_file(self, key: str) -> AsyncIterator[BinaryIO]:
        with self._open(key) as file:
            yield file

    async def stream(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        with self._open(key) as file:
            file.seek(start)
            while length > 0:
                chunk = await asyncio.to_thread(file.read, min(length, CHUNK))
                if not chunk:
                    return
                length -= len(chunk)
                yield chunk

    async def delete_prefix(self, prefix: str) -> None:
        await asyncio.to_thread(self._delete_prefix, prefix)

    async def ping(self) -> None:
        if not os.access(self._folder, os.W_OK):
            raise TransientError("storage_unavailable", "the blob folder cannot be written")

    def _path(self, key: str) -> Path:
        path = (self._folder / key).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise ValueError(f"blob key {key!r} leaves the blob folder")
        return path

    def _open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise PermanentError("blob_missing", f"there is no blob {key}") from None
        except OSError as error:
            raise TransientError("storage_unavailable", str(error)) from error

    def _put_new(self, key: str, content: bytes) -> bool:
        with storage_errors():
            parent = self._parent(key)
            with tempfile.NamedTemporaryFile(dir=parent, prefix=".", delete=False) as file:
                try:
                    file.write(content)
                    return self._linked(cast(BinaryIO, file), key)
                finally:
                    Path(file.name).unlink()

    def _put_new_file(self, key: str, file: BinaryIO) -> bool:
        with storage_errors():
            self._parent(key)
            return self._linked(file, key)

    def _parent(self, key: str) -> Path:
        parent = self._path(key).parent
        parent.mkdir(parents=True, exist_ok=True)
        return parent

    def _linked(self, file: BinaryIO, key: str) -> bool:
        """Make the finished file visible under its key; False when the key exists."""
        path = self._path(key)
        file.flush()
        os.fsync(file.fileno())
        try:
            # A link, unlike a rename, refuses to replace what is there.
            os.link(file.name, path)
        except FileExistsError:
            return False
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return True

    def _delete_prefix(self, prefix: str) -> None:
        path = self._path(prefix)
        if path == self._folder.resolve():
            raise ValueError(f"blob prefix {prefix!r} is everything there is")
        try:
            shutil.rmtree(path)
        except FileNotFoundError:
            return  # nothing there, or somebody else is at it
        except OSError as error:
            raise TransientError("storage_unavailable", str(error)) from error

    def _get(self, key: str) -> bytes:
        with self._open(key) as file:
            return file.read()


def digest(file: BinaryIO) -> tuple[str, int]:
    """sha256 (hex) and size in bytes of a whole file, wherever it is being read or written."""
    file.seek(0)
    sha256 = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
    return sha256, os.fstat(file.fileno()).st_size


@contextmanager
def storage_errors() -> Iterator[None]:
    """A file system's trouble (no space, no rights) as TransientError."""
    try:
        yield
    except OSError as error:
        raise TransientError("storage_unavailable", str(error)) from error
