"""Object storage that goes wrong: no half object, none twice, nothing left behind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from services.mailer.channels.objects.upload import WHOLE
from tests.http_receiver import HttpReceiver, Reply, Request
from tests.integration.mailer.conftest import Desk
from tests.s3_server import BUCKET, KEY_ID, SECRET, s3_client
from tests.tcp_gate import gate_to

SMALL = {"csv": b"project,delivered\r\nNorth,45\r\n"}
LARGE = {"csv": bytes(range(256)) * ((2 * WHOLE + WHOLE // 2) // 256)}
"""Three parts."""


def settings(url: str, **more: Any) -> dict[str, Any]:
    return {
        "bucket": BUCKET,
        "endpoint": url,
        "access_key_id": KEY_ID,
        "secret_access_key": SECRET,
        "key": "{tenant}/{type}/{yyyy}/{run}.{format}",
        **more,
    }


def objects(url: str, desk: Desk) -> dict[str, Any]:
    """What lies there of the tenant's, by key."""
    client = s3_client(url)
    found = client.list_objects_v2(Bucket=BUCKET, Prefix=f"{desk.tenant.slug}/")
    return {
        one["Key"]: client.get_object(Bucket=BUCKET, Key=one["Key"])
        for one in found.get("Contents", [])
    }


def begun(url: str) -> list[Any]:
    """Uploads that were begun and have not ended."""
    found = s3_client(url).list_multipart_uploads(Bucket=BUCKET)
    return list(found.get("Uploads", []))


async def test_an_object_says_what_it_is(desk: Desk, s3_url: str) -> None:
    await desk.destination("s3", **settings(s3_url, encryption="AES256"))
    delivery_id = await desk.delivery("s3", SMALL)
    row = await desk.attempt(delivery_id)
    assert row["status"] == "sent", row["answer"]
    ((key, found),) = objects(s3_url, desk).items()
    assert key == row["receipt"]
    assert key.endswith(f"/{row['run_id']}.csv")
    assert found["Body"].read() == SMALL["csv"]
    assert found["ServerSideEncryption"] == "AES256"
    assert found["Metadata"] == {
        "sha256": hashlib.sha256(SMALL["csv"]).hexdigest(),
        "run": str(row["run_id"]),
        "delivery": str(delivery_id),
    }


async def test_a_server_that_is_too_busy_is_tried_again(desk: Desk, s3_url: str) -> None:
    busy = True
    async with before(s3_url, lambda request: busy) as server:
        await desk.destination("s3", **settings(server.url))
        delivery_id = await desk.delivery("s3", SMALL)
        row, there = await desk.attempt(delivery_id), objects(s3_url, desk)
        busy = False
        after = await desk.attempt(delivery_id)
    assert row["status"] == "deferred"
    assert "503" in row["answer"]
    assert SECRET not in row["answer"]
    assert there == {}
    assert after["status"] == "sent"
    ((key, found),) = objects(s3_url, desk).items()
    assert (key, found["Body"].read()) == (after["receipt"], SMALL["csv"])


async def test_cut_in_the_middle_of_a_part_nothing_is_seen_and_nothing_is_left(
    desk: Desk, s3_url: str
) -> None:
    port = urlsplit(s3_url).port
    assert port is not None
    async with gate_to(port) as gate:
        await desk.destination("s3", **settings(gate.url))
        delivery_id = await desk.delivery("s3", LARGE)
        gate.most_sent = WHOLE // 2
        row = await desk.attempt(delivery_id)
        there, left = objects(s3_url, desk), begun(s3_url)
        gate.most_sent = None
        after = await desk.attempt(delivery_id)
    assert gate.cut > 0
    assert row["status"] == "deferred", row["answer"]
    assert (there, left) == ({}, [])
    assert after["status"] == "sent", after["answer"]
    (found,) = objects(s3_url, desk).values()
    assert found["Body"].read() == LARGE["csv"]
    assert begun(s3_url) == []


def before(
    s3_url: str, busy: Callable[[Request], bool], *, once_done: bool = False
) -> HttpReceiver:
    """A server that passes requests on to the other one, and is too busy for some of them.

    With `once_done` the other one has done what it was asked, and only its answer is lost.
    """
    refusal = Reply(503, b"<Error><Code>SlowDown</Code><Message>slower</Message></Error>")

    def answer(request: Request) -> Reply:
        refused = busy(request)
        if refused and not once_done:
            return refusal
        headers = {
            name: value
            for name, value in request.headers.items()
            if name not in ("host", "connection", "content-length", "transfer-encoding")
        }
        said = httpx.request(
            request.method,
            s3_url + request.target,
            headers=headers,
            content=request.body,
            trust_env=False,
        )
        return refusal if refused else Reply(said.status_code, said.content, _kept(said.headers))

    return HttpReceiver(answer)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    framing = ("content-length", "transfer-encoding", "connection", "content-encoding")
    kept = {name: value for name, value in headers.items() if name not in framing}
    # As it is said there, because an answer to HEAD has no body that one could measure.
    return kept | {"Content-Length": headers.get("content-length", "0")}


def _second_part(request: Request) -> bool:
    return request.method == "PUT" and "partNumber=2" in request.target


def _end_of_upload(request: Request) -> bool:
    return request.method == "POST" and "uploadId=" in request.target


async def test_too_busy_for_a_part_once_is_not_noticed(desk: Desk, s3_url: str) -> None:
    times = iter([True])
    async with before(s3_url, lambda request: _second_part(request) and next(times, False)) as busy:
        await desk.destination("s3", **settings(busy.url))
        row = await desk.attempt(await desk.delivery("s3", LARGE))
    assert row["status"] == "sent", row["answer"]
    (found,) = objects(s3_url, desk).values()
    assert found["Body"].read() == LARGE["csv"]


async def test_too_busy_in_the_middle_of_an_upload_leaves_nothing_and_is_tried_again(
    desk: Desk, s3_url: str
) -> None:
    busy = True
    async with before(s3_url, lambda request: busy and _second_part(request)) as server:
        await desk.destination("s3", **settings(server.url))
        delivery_id = await desk.delivery("s3", LARGE)
        row = await desk.attempt(delivery_id)
        there, left = objects(s3_url, desk), begun(s3_url)
        busy = False
        after = await desk.attempt(delivery_id)
    assert row["status"] == "deferred", row["answer"]
    assert "503" in row["answer"]
    assert (there, left) == ({}, [])
    assert after["status"] == "sent", after["answer"]
    (found,) = objects(s3_url, desk).values()
    assert found["Body"].read() == LARGE["csv"]


async def test_an_upload_whose_end_was_not_confirmed_is_looked_for(desk: Desk, s3_url: str) -> None:
    """Asked again, the server knows of no such upload: it is the object by now."""
    async with before(s3_url, _end_of_upload, once_done=True) as busy:
        await desk.destination("s3", **settings(busy.url))
        row = await desk.attempt(await desk.delivery("s3", LARGE))
    assert row["status"] == "sent", row["answer"]
    (found,) = objects(s3_url, desk).values()
    assert found["Body"].read() == LARGE["csv"]
    assert begun(s3_url) == []


async def test_an_upload_that_somebody_else_aborts_is_begun_anew_later(
    desk: Desk, s3_url: str
) -> None:
    def abort(request: Request) -> bool:
        if _end_of_upload(request):
            for upload in begun(s3_url):
                s3_client(s3_url).abort_multipart_upload(
                    Bucket=BUCKET, Key=upload["Key"], UploadId=upload["UploadId"]
                )
        return False

    async with before(s3_url, abort) as other:
        await desk.destination("s3", **settings(other.url))
        row = await desk.attempt(await desk.delivery("s3", LARGE))
    assert row["status"] == "deferred", row["answer"]
    assert objects(s3_url, desk) == {}


async def test_what_a_killed_mailer_began_is_thrown_away(desk: Desk, s3_url: str) -> None:
    await desk.destination("s3", **settings(s3_url, key="{tenant}/{run}.{format}"))
    delivery_id = await desk.delivery("s3", LARGE)
    client = s3_client(s3_url)
    key = f"{desk.tenant.slug}/{(await desk.row(delivery_id))['run_id']}.csv"
    upload = client.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    client.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=1, Body=b"x" * 9999)
    # Somebody else's, of a key that begins alike.
    other = client.create_multipart_upload(Bucket=BUCKET, Key=f"{key}.other")["UploadId"]
    row = await desk.attempt(delivery_id)
    left = [one["UploadId"] for one in begun(s3_url)]
    client.abort_multipart_upload(Bucket=BUCKET, Key=f"{key}.other", UploadId=other)
    assert row["status"] == "sent", row["answer"]
    assert left == [other]
    assert objects(s3_url, desk)[key]["Body"].read() == LARGE["csv"]


async def test_a_large_object_that_is_there_already_is_not_sent_again(
    desk: Desk, s3_url: str
) -> None:
    """The answer was lost, or the mailer died before it wrote it down."""
    await desk.destination("s3", **settings(s3_url, key="{tenant}/{run}.{format}"))
    delivery_id = await desk.delivery("s3", LARGE)
    key = f"{desk.tenant.slug}/{(await desk.row(delivery_id))['run_id']}.csv"
    s3_client(s3_url).put_object(Bucket=BUCKET, Key=key, Body=LARGE["csv"])
    row = await desk.attempt(delivery_id)
    assert row["status"] == "sent"
    # As it was put then: ours has metadata.
    assert objects(s3_url, desk)[key]["Metadata"] == {}


async def test_something_else_under_the_key_stays_as_it_is(desk: Desk, s3_url: str) -> None:
    await desk.destination("s3", **settings(s3_url, key="{tenant}/{run}.{format}"))
    for files in (SMALL, LARGE):
        delivery_id = await desk.delivery("s3", files)
        key = f"{desk.tenant.slug}/{(await desk.row(delivery_id))['run_id']}.csv"
        s3_client(s3_url).put_object(Bucket=BUCKET, Key=key, Body=b"somebody else's")
        row = await desk.attempt(delivery_id)
        assert row["status"] == "failed"
        assert "with other content" in row["answer"]
        assert objects(s3_url, desk)[key]["Body"].read() == b"somebody else's"


async def test_a_bucket_that_is_not_there_is_said_and_not_tried_again(
    desk: Desk, s3_url: str
) -> None:
    await desk.destination("s3", **settings(s3_url, bucket="no-such-bucket"))
    row = await desk.attempt(await desk.delivery("s3", SMALL))
    assert row["status"] == "failed"
    assert "bucket" in row["answer"].lower()
    assert SECRET not in row["answer"]


async def test_two_destinations_of_a_run_are_two_deliveries(desk: Desk, s3_url: str) -> None:
    """One that is away never holds up the other."""
    await desk.destination("s3", "near", **settings(s3_url))
    await desk.destination("s3", "away", **settings("http://127.0.0.1:1"))
    near = await desk.attempt(await desk.delivery("s3", SMALL, "near"))
    away = await desk.attempt(await desk.delivery("s3", SMALL, "away"))
    assert (near["status"], away["status"]) == ("sent", "deferred")
