"""For each channel with destinations, somebody on this machine who takes what it sends."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.bucket_servers import BucketServer
from tests.http_receiver import HttpReceiver, Reply
from tests.s3_server import BUCKET, KEY_ID, SECRET, s3_client
from tests.sftp_server import PASSWORD, sftp_server
from tests.slack_server import TOKEN, SlackServer

WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"w" * 32).decode()
ACCOUNT_KEY = base64.b64encode(b"a" * 32).decode()


@dataclass
class Site:
    """What a destination there says, and what has arrived."""

    settings: dict[str, Any]
    secret: str
    """What must appear nowhere."""
    arrived: Callable[[], list[bytes]]
    """What people or programs there have got: files, else messages."""


@asynccontextmanager
async def _s3(folder: Path, s3_url: str) -> AsyncIterator[Site]:
    client, prefix = s3_client(s3_url), folder.name

    def arrived() -> list[bytes]:
        found = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return [client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in found]

    settings = {
        "bucket": BUCKET,
        "endpoint": s3_url,
        "access_key_id": KEY_ID,
        "secret_access_key": SECRET,
        "key": prefix + "/{tenant}/{run}.{format}",
    }
    yield Site(settings, SECRET, arrived)


def _service_account(url: str) -> str:
    key = generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    content = {
        "type": "service_account",
        "private_key_id": "1",
        "private_key": key.decode(),
        "client_email": "broadsheet@studio.example",
        "token_uri": f"{url}/token",
    }
    return base64.b64encode(json.dumps(content).encode()).decode()


@asynccontextmanager
async def _gcs(folder: Path, s3_url: str) -> AsyncIterator[Site]:
    async with BucketServer() as server:
        secret = _service_account(server.url)
        settings = {"bucket": "reports", "endpoint": server.url, "service_account_key": secret}
        yield Site(settings, secret, lambda: list(server.bucket.objects.values()))


@asynccontextmanager
async def _azure(folder: Path, s3_url: str) -> AsyncIterator[Site]:
    async with BucketServer() as server:
        settings = {
            "account": "studio",
            "container": "reports",
            "endpoint": server.url,
            "account_key": ACCOUNT_KEY,
        }
        yield Site(settings, ACCOUNT_KEY, lambda: list(server.bucket.objects.values()))


@asynccontextmanager
async def _folder(folder: Path, s3_url: str) -> AsyncIterator[Site]:
    def arrived() -> list[bytes]:
        return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]

    yield Site({}, "no secret", arrived)


@asynccontextmanager
async def _sftp(folder: Path, s3_url: str) -> AsyncIterator[Site]:
    async with sftp_server(folder) as server:
        yield Site(server.settings, PASSWORD, lambda: list(server.files().values()))


@asynccontextmanager
async def _slack(folder: Path, s3_url: str) -> AsyncIterator[Site]:
    async with SlackServer() as server:
        settings = {"token": TOKEN, "channel_id": "C0123ABCD", "api_url": f"{server.url}/api"}

        def arrived() -> list[bytes]:
            return [content for post in server.posts for content in post.files.values()]

        yield Site(settings, TOKEN, arrived)


@asynccontextmanager
async def _slack_webhook(folder: Path, s3_url: str) -> AsyncIterator[Site]:
    async with HttpReceiver(lambda request: Reply(200, b"ok")) as server:
        secret = "T0SECRET"
        yield Site({"url": f"{server.url}/services/{secret}"}, secret, _once_per(server, None))


@asynccontextmanager
async def _webhook(folder: Path, s3_url: str) -> AsyncIterator[Site]:
    async with HttpReceiver() as server:
        settings = {"url": f"{server.url}/hook", "secret": WEBHOOK_SECRET}
        yield Site(settings, WEBHOOK_SECRET, _once_per(server, "webhook-id"))


@asynccontextmanager
async def _apprise(folder: Path, s3_url: str) -> AsyncIterator[Site]:
    async with HttpReceiver() as server:
        secret = "t0ken-of-the-service"
        settings = {"url": f"json://127.0.0.1:{server.port}/{secret}"}
        yield Site(settings, secret, _once_per(server, None))


def _once_per(server: HttpReceiver, header: str | None) -> Callable[[], list[bytes]]:
    """What came, and of what came with the same header what came last."""
    return lambda: list(
        {
            request.headers[header] if header else str(index): request.body
            for index, request in enumerate(server.received)
        }.values()
    )


SITES: dict[str, Callable[[Path, str], AbstractAsyncContextManager[Site]]] = {
    "apprise": _apprise,
    "azure": _azure,
    "folder": _folder,
    "gcs": _gcs,
    "s3": _s3,
    "sftp": _sftp,
    "slack": _slack,
    "slack_webhook": _slack_webhook,
    "webhook": _webhook,
}
"""By the channel's name; each takes a folder of the test's own and the URL of an S3 server."""
