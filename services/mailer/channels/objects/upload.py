"""Putting files into object storage: whole or not at all, and never over something else."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from services.mailer.channels.channel import File, Message, Outcome
from services.mailer.channels.file_names import file_path
from services.mailer.outgoing import EgressRefused, Outgoing, Unreachable
from shared.key_templates import harmless

if TYPE_CHECKING:
    from obstore.store import AzureStore, GCSStore, S3Store

    Store = AzureStore | GCSStore | S3Store

log = structlog.get_logger(__name__)

WHOLE = 8 << 20
"""Bytes that are put in one request, on the condition that nothing is there. What is larger goes
in parts, which no storage puts together on a condition that its library can name; so it is asked
first whether something is there."""
_PARTS_AT_ONCE = 3
_PART = 8 << 20
"""Bytes of a part; storages take 10,000 of them."""

_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound")
"""As storages call it: Amazon's and Google's, and Azure's."""

CleanUp = Callable[[str], Awaitable[None]]
"""Throws away what an earlier attempt left half uploaded under a key."""


class _Taken(Exception):
    """Something else lies there."""


async def client_options(outgoing: Outgoing, *, plain: bool = False) -> Any:
    """For stores of obstore: through our proxy, and bounded in time."""
    return {
        "proxy_url": await outgoing.proxy_url(),
        "allow_http": plain,
        "connect_timeout": "15s",
        "timeout": "120s",
        "user_agent": "broadsheet",
    }


async def not_reachable(outgoing: Outgoing, endpoint: str) -> Outcome | None:
    """What becomes of a message where nothing may be sent, or nobody is known to be; else None.

    The proxy refuses just so, but of that the library tells no more than that it failed.
    """
    parts = urlsplit(endpoint)
    try:
        if (refused := outgoing.rules.url_refusal(endpoint)) is not None:
            raise EgressRefused(refused)
        assert parts.hostname is not None
        encrypted = parts.scheme == "https"
        port = parts.port or (443 if encrypted else 80)
        await outgoing.addresses(parts.hostname, port, encrypted=encrypted)
    except EgressRefused as error:
        return Outcome("refused", parts.netloc, str(error))
    except Unreachable as error:
        return Outcome("deferred", parts.netloc, str(error))
    return None


RETRIES: Any = {"max_retries": 2}
"""Within one attempt; the mailer's own come after minutes."""


async def deliver_objects(
    store: Store, template: str, message: Message, host: str, clean_up: CleanUp | None = None
) -> Outcome:
    """Put every file of the message; `receipt` names the first object."""
    # Imported here: several megabytes that a mailer without such destinations does not need.
    from obstore.exceptions import (
        BaseError,
        InvalidPathError,
        PermissionDeniedError,
        UnauthenticatedError,
    )

    keys = []
    try:
        for file in message.files:
            key = file_path(template, message, file)
            await _put(store, key, file, _attributes(message, file), clean_up)
            keys.append(key)
    except _Taken as taken:
        return Outcome("refused", host, str(taken))
    except (PermissionDeniedError, UnauthenticatedError, InvalidPathError) as error:
        return Outcome("refused", host, _words(error))
    except FileNotFoundError as error:
        words = _words(error)
        if any(code in words for code in _NO_BUCKET):
            return Outcome("refused", host, f"there is no such bucket: {words}")
        # An upload that somebody else has aborted meanwhile.
        return Outcome("deferred", host, words)
    except (BaseError, OSError) as error:
        return Outcome("deferred", host, _words(error))
    receipt = keys[0][:500] if keys else None
    return Outcome("sent", host, f"stored as {', '.join(keys)}", receipt)


async def _put(
    store: Store,
    key: str,
    file: File,
    attributes: dict[str, str],
    clean_up: CleanUp | None,
) -> None:
    import obstore
    from obstore.exceptions import AlreadyExistsError

    if file.size <= WHOLE:
        async with file.opened() as content:
            whole = await asyncio.to_thread(content.read)
        try:
            await obstore.put_async(store, key, whole, mode="create", attributes=attributes)
            return
        except AlreadyExistsError:
            pass
    else:
        if clean_up is not None:
            await clean_up(key)
        if not await _is_there(store, key):
            await _put_in_parts(store, key, file, attributes)
            return
    # An earlier attempt may have put it and not heard the answer.
    if not await _is_same(store, key, file):
        raise _Taken(f"{key} is there already, with other content: it stays as it is")


async def _put_in_parts(store: Store, key: str, file: File, attributes: dict[str, str]) -> None:
    import obstore
    from obstore.exceptions import BaseError

    try:
        async with file.opened() as content:
            await obstore.put_async(
                store,
                key,
                content,
                attributes=attributes,
                chunk_size=_PART,
                max_concurrency=_PARTS_AT_ONCE,
                use_multipart=True,
            )
    except (BaseError, OSError):
        # Only the answer to its end may have been lost. The library asks again then, and hears
        # that there is no such upload any more.
        if not (await _is_there(store, key) and await _is_same(store, key, file)):
            raise


async def _is_there(store: Store, key: str) -> bool:
    import obstore

    try:
        await obstore.head_async(store, key)
    except FileNotFoundError:
        return False
    return True


async def _is_same(store: Store, key: str, file: File) -> bool:
    """By the metadata that we put with it; without these by its content."""
    import obstore

    found = await obstore.get_async(store, key, options={"head": True})
    if found.meta["size"] != file.size:
        return False
    if (noted := found.attributes.get("sha256")) is not None:
        return noted == file.sha256
    sha256 = hashlib.sha256()
    async for chunk in await obstore.get_async(store, key):
        await asyncio.to_thread(sha256.update, chunk)
    return sha256.hexdigest() == file.sha256


def _attributes(message: Message, file: File) -> dict[str, str]:
    """Headers and metadata of the object; metadata is ASCII by all storages' rules."""
    assert message.about is not None
    ascii_name = harmless(file.filename.encode("ascii", "replace").decode().replace("?", "_"))
    return {
        "Content-Type": file.media_type,
        "Content-Disposition": f'attachment; filename="{ascii_name}"',
        "sha256": file.sha256,
        "run": str(message.about.run_id),
        "delivery": str(message.delivery_id),
    }


def _words(error: Exception) -> str:
    """The error's first lines; the library adds a page of its insides."""
    return str(error).partition("\n\nDebug source")[0] or repr(error)
