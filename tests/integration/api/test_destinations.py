"""Destinations: saved with secrets that nobody sees again, and named by recipients."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from shared.secret_box import SecretBox
from shared.states import Lane
from shared.store import tables
from shared.topology import DESTINATION_TESTER
from tests.running_api import RunningApi, body, definition, schedule
from tests.tenants import Tenant

DESTINATIONS = "/api/v1/destinations"
SECRET = "Zx9-the-secret-of-the-bucket"
S3 = {"bucket": "reports", "access_key_id": "AKIAEXAMPLE", "secret_access_key": SECRET}
OLD, NEW = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
HOOK = {"url": "https://hooks.studio.example/broadsheet", "secret": OLD}


async def saved(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    about = {"name": "archive", "channel": "s3", "settings": S3}
    answer = await client.post(DESTINATIONS, json=about | fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_channels_say_what_their_destinations_need(ada: httpx.AsyncClient) -> None:
    channels = {one["name"]: one for one in (await ada.get("/api/v1/channels")).json()}
    assert channels["email"]["settings_schema"] is None
    assert {"s3", "gcs", "azure", "folder", "webhook", "slack", "sftp", "apprise"} <= set(channels)
    fields = channels["s3"]["settings_schema"]["properties"]
    assert fields["secret_access_key"]["writeOnly"] is True
    assert "writeOnly" not in fields["bucket"]


async def test_what_was_saved_is_read_without_its_secrets(
    api: RunningApi, ada: httpx.AsyncClient, studio: Tenant
) -> None:
    answer = await ada.post(DESTINATIONS, json={"name": "archive", "channel": "s3", "settings": S3})
    assert answer.status_code == 201
    read = await ada.get(answer.headers["location"])
    assert read.json() == answer.json()
    assert read.headers["etag"] == '"1"'
    assert read.json()["settings"] == {"bucket": "reports", "access_key_id": "AKIAEXAMPLE"}
    assert read.json()["secrets"] == ["secret_access_key"]
    everything = [answer.text, read.text, (await ada.get(DESTINATIONS)).text]
    everything += [(await ada.get("/api/v1/audit")).text]
    (row,) = await api.rows(tables.destinations, tables.destinations.c.tenant_id == studio.id)
    assert SECRET not in "".join(everything) + repr(dict(row))
    box = SecretBox(api.settings.secret_keys)
    assert box.open(row["secrets"], row["id"]) == {"secret_access_key": SECRET}


BAD = [
    ("webhook", {"url": "http://169.254.169.254/"}, "/settings/url"),
    ("webhook", {"url": "https://169.254.169.254/latest/meta-data"}, "/settings/url"),
    ("webhook", {"url": "http://2130706433/"}, "/settings/url"),
    ("webhook", {"url": "https://2130706433/"}, "/settings/url"),
    ("webhook", {"url": "https://0x7f.1/"}, "/settings/url"),
    ("webhook", {"url": "https://127.1/"}, "/settings/url"),
    ("webhook", {"url": "http://[::ffff:127.0.0.1]/"}, "/settings/url"),
    ("webhook", {"url": "https://[::ffff:127.0.0.1]/"}, "/settings/url"),
    ("webhook", {"url": "https://[64:ff9b::7f00:1]/"}, "/settings/url"),
    ("webhook", {"url": "https://[2002:7f00:1::]/"}, "/settings/url"),
    ("webhook", {"url": "https://168.63.129.16/"}, "/settings/url"),
    ("webhook", {"url": "https://user@hooks.studio.example/"}, "/settings/url"),
    ("webhook", {"url": "https://hooks.studio.example@10.0.0.1/"}, "/settings/url"),
    ("webhook", {"url": "https://hooks.studio.example\\@10.0.0.1/"}, "/settings/url"),
    ("webhook", {"url": "https://localhost/"}, "/settings/url"),
    ("webhook", {"url": "https://broadsheet.internal/"}, "/settings/url"),
    ("webhook", {"url": "https://hooks.studio.example:6379/"}, "/settings/url"),
    ("webhook", {"url": "http://hooks.studio.example/"}, "/settings/url"),
    ("webhook", {"url": "file:///etc/passwd"}, "/settings/url"),
    ("webhook", {"url": "gopher://hooks.studio.example/"}, "/settings/url"),
    ("webhook", {"url": "https://hooks.studio.example/", "secret": "short"}, "/settings/secret"),
    ("webhook", {"url": "https://hooks.studio.example/"}, "/settings/secret"),
    ("slack_webhook", {"url": "http://hooks.slack.com/services/T0"}, "/settings/url"),
    ("s3", S3 | {"endpoint": "http://169.254.169.254/"}, "/settings/endpoint"),
    ("s3", S3 | {"endpoint": "https://10.1.2.3/"}, "/settings/endpoint"),
    ("s3", S3 | {"endpoint": "https://minio.studio.example/?a=b"}, "/settings/endpoint"),
    ("s3", S3 | {"bucket": "a..b"}, "/settings/bucket"),
    ("s3", S3 | {"key": "../{run}.{format}"}, "/settings/key"),
    ("s3", S3 | {"key": "a/../../{run}.{format}"}, "/settings/key"),
    ("s3", S3 | {"key": "%2e%2e/{run}.{format}"}, "/settings/key"),
    ("s3", S3 | {"key": "/{run}.{format}"}, "/settings/key"),
    ("s3", S3 | {"key": "{run}.{format}\n"}, "/settings/key"),
    ("s3", S3 | {"key": "{password}/{run}.{format}"}, "/settings/key"),
    ("s3", S3 | {"key": "latest.{format}"}, "/settings/key"),
    ("s3", S3 | {"buckett": "x"}, "/settings/buckett"),
    ("s3", {"bucket": "reports"}, "/settings/access_key_id"),
    ("sftp", {"host": "127.0.0.1", "username": "a", "password": "b"}, "/settings/host"),
    ("sftp", {"host": "sftp.studio.example", "username": "a"}, "/settings/password"),
    ("apprise", {"url": "mailto://user:password@example.com"}, "/settings/url"),
    ("apprise", {"url": "file:///etc/passwd"}, "/settings/url"),
    ("apprise", {"url": "jsons://169.254.169.254/"}, "/settings/url"),
    ("apprise", {"url": "jsons://2130706433/"}, "/settings/url"),
    ("email", {}, "/channel"),
    ("pigeon", {}, "/channel"),
]


@pytest.mark.parametrize(("channel", "settings", "field"), BAD)
async def test_what_cannot_be_is_refused_by_its_field(
    ada: httpx.AsyncClient, channel: str, settings: dict[str, Any], field: str
) -> None:
    answer = await ada.post(
        DESTINATIONS, json={"name": "bad", "channel": channel, "settings": settings}
    )
    assert answer.status_code == 422, answer.text
    named = [error["field"] for error in answer.json()["errors"]]
    assert field in named
    # Whatever was wrong, nothing of a secret is told back.
    assert SECRET not in answer.text
    assert "short" not in answer.text
    assert (await ada.get(f"{DESTINATIONS}/bad")).status_code == 404


async def test_a_change_keeps_the_secrets_that_it_does_not_name(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    before = await saved(ada)
    change = {"settings": {"region": "eu-central-1", "access_key_id": "AKIAOTHER"}}
    without = await ada.patch(f"{DESTINATIONS}/archive", json=change)
    stale = await ada.patch(f"{DESTINATIONS}/archive", json=change, headers={"If-Match": '"7"'})
    answer = await ada.patch(f"{DESTINATIONS}/archive", json=change, headers={"If-Match": '"1"'})
    assert (without.status_code, stale.status_code, answer.status_code) == (428, 412, 200)
    assert answer.json()["settings"] == {
        "bucket": "reports",
        "region": "eu-central-1",
        "access_key_id": "AKIAOTHER",
    }
    assert answer.json()["secrets"] == before["secrets"]
    assert answer.headers["etag"] == '"2"'
    assert await _secrets(api, before["id"]) == {"secret_access_key": SECRET}


async def test_a_new_secret_of_a_webhook_overlaps_with_the_one_before(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    hook = await saved(ada, name="hook", channel="webhook", settings=HOOK)
    turned = await ada.patch(
        f"{DESTINATIONS}/hook", json={"settings": {"secret": NEW}}, headers={"If-Match": "*"}
    )
    assert turned.json()["secrets"] == ["previous_secret", "secret"]
    assert await _secrets(api, hook["id"]) == {"secret": NEW, "previous_secret": OLD}
    ended = await ada.patch(
        f"{DESTINATIONS}/hook",
        json={"settings": {"previous_secret": None}},
        headers={"If-Match": "*"},
    )
    assert ended.json()["secrets"] == ["secret"]
    assert await _secrets(api, hook["id"]) == {"secret": NEW}


async def test_replaced_whole_it_has_what_was_sent_and_no_more(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    before = await saved(ada, settings=S3 | {"region": "eu-central-1"})
    whole = {"channel": "s3", "settings": S3 | {"secret_access_key": "another"}}
    answer = await ada.put(f"{DESTINATIONS}/archive", json=whole, headers={"If-Match": '"1"'})
    assert answer.status_code == 200
    assert "region" not in answer.json()["settings"]
    assert await _secrets(api, before["id"]) == {"secret_access_key": "another"}
    other = await ada.put(
        f"{DESTINATIONS}/archive",
        json={"channel": "webhook", "settings": HOOK},
        headers={"If-Match": "*"},
    )
    assert other.json()["errors"][0]["field"] == "/channel"


async def test_a_name_is_taken_once_in_a_tenant_and_free_in_another(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await saved(ada)
    again = await ada.post(DESTINATIONS, json={"name": "archive", "channel": "folder"})
    assert again.status_code == 409
    assert again.json()["errors"][0]["field"] == "/name"
    assert (await stranger.get(f"{DESTINATIONS}/archive")).status_code == 404
    assert (await stranger.get(DESTINATIONS)).json() == []
    theirs = await stranger.post(
        "/api/v1/reports", json=body(deliver_to=[{"channel": "s3", "to": "archive"}])
    )
    assert theirs.json()["errors"][0]["field"] == "/deliver_to/0/to"
    await saved(stranger)


@pytest.mark.parametrize(
    ("recipient", "field", "hint"),
    [
        ({"channel": "pigeon", "to": "archive"}, "channel", "use one of apprise, azure, email"),
        ({"channel": "s3", "to": "archiv"}, "to", "there are: archive"),
        ({"channel": "webhook", "to": "archive"}, "to", "none yet"),
        ({"channel": "s3", "to": "off"}, "to", "switched off by ada"),
        ({"channel": "email", "to": "archive"}, "to", "no"),
    ],
)
async def test_recipients_name_a_destination_that_is_there(
    ada: httpx.AsyncClient, recipient: dict[str, str], field: str, hint: str
) -> None:
    await saved(ada)
    await saved(ada, name="off", disabled=True)
    deliver_to = [{"channel": "s3", "to": "archive"}, recipient]
    report = (await ada.post("/api/v1/definitions", json=definition())).json()["id"]
    answers = [
        await ada.post("/api/v1/reports", json=body(deliver_to=deliver_to)),
        await ada.post(f"/api/v1/definitions/{report}/run", json={"deliver_to": deliver_to}),
        await ada.post("/api/v1/schedules", json=schedule(report, deliver_to=deliver_to)),
    ]
    for answer in answers:
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["field"] == f"/deliver_to/1/{field}"
        assert hint in error["detail"]


async def test_a_report_goes_to_a_destination_beside_a_mailbox(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    await saved(ada)
    deliver_to = [
        {"channel": "s3", "to": "archive"},
        {"channel": "email", "to": "someone@example.com"},
    ]
    answer = await ada.post("/api/v1/reports", json=body(deliver_to=deliver_to))
    assert answer.status_code == 202, answer.text
    rows = await api.rows(tables.deliveries, tables.deliveries.c.run_id == answer.json()["id"])
    assert {(row["channel"], row["recipient"]) for row in rows} == {
        ("s3", "archive"),
        ("email", "someone@example.com"),
    }


async def test_one_that_a_schedule_sends_to_cannot_be_deleted(ada: httpx.AsyncClient) -> None:
    await saved(ada)
    report = (await ada.post("/api/v1/definitions", json=definition())).json()["id"]
    sending = schedule(report, name="nightly", deliver_to=[{"channel": "s3", "to": "archive"}])
    made = (await ada.post("/api/v1/schedules", json=sending)).json()
    refused = await ada.delete(f"{DESTINATIONS}/archive")
    assert refused.status_code == 409
    assert "'nightly'" in refused.json()["detail"]
    await ada.delete(f"/api/v1/schedules/{made['id']}")
    assert (await ada.delete(f"{DESTINATIONS}/archive")).status_code == 204
    assert (await ada.get(f"{DESTINATIONS}/archive")).status_code == 404


async def test_a_test_is_the_mailers_to_make(
    api: RunningApi, ada: httpx.AsyncClient, studio: Tenant
) -> None:
    made = await saved(ada)
    answer = await ada.post(f"{DESTINATIONS}/archive/test")
    assert answer.status_code == 202
    assert answer.json()["last_test"]["asked_at"]
    assert answer.json()["last_test"]["outcome"] is None
    events = await api.rows(tables.outbox, tables.outbox.c.tenant_id == studio.id)
    (event,) = [one for one in events if one["event_type"] == "destination.test_due.v1"]
    assert event["routing_key"] == DESTINATION_TESTER.queue_name(Lane.INTERACTIVE)
    assert made["id"] in str(event["payload"])
    actions = [row["action"] for row in await api.audit(studio)]
    assert actions[-2:] == ["destination.added", "destination.tested"]


async def test_without_a_key_no_secret_is_taken(api: RunningApi, ada: httpx.AsyncClient) -> None:
    box, api.app.state.secret_box = api.app.state.secret_box, SecretBox(_no_keys(api))
    try:
        refused = await ada.post(
            DESTINATIONS, json={"name": "archive", "channel": "s3", "settings": S3}
        )
        plain = await ada.post(DESTINATIONS, json={"name": "share", "channel": "folder"})
    finally:
        api.app.state.secret_box = box
    assert refused.status_code == 503
    assert "BROADSHEET_SECRET_KEYS" in refused.json()["detail"]
    assert plain.status_code == 201


def _no_keys(api: RunningApi) -> Any:
    return type(api.settings.secret_keys)("")


async def _secrets(api: RunningApi, identifier: str) -> dict[str, Any]:
    (row,) = await api.rows(tables.destinations, tables.destinations.c.id == identifier)
    return SecretBox(api.settings.secret_keys).open(row["secrets"], row["id"])
