"""HTTPS through our proxy: the name is verified, though the connection goes to an address."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.mailer.http_client import HttpClient, retry_after
from services.mailer.outgoing import EgressRefused, Outgoing, Unreachable
from shared.egress import EgressRules
from tests.http_receiver import HttpReceiver, Reply
from tests.outgoing_messages import message_for, opened
from tests.tls_names import server_of

NAME = "hooks.studio.example"
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFgg7xMeoL89WJhvVM3qijodkdX9ZqogN+SZmm9ev1tI"


async def to_this_machine(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def guard_to(port: int) -> Outgoing:
    """Every name leads to this machine, and may."""
    return Outgoing(EgressRules.of("127.0.0.0/8", f"443,{port}"), to_this_machine)


async def test_what_is_sent_is_encrypted_for_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, authority = server_of(NAME, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with HttpReceiver(lambda request: Reply(200, b"hello"), tls) as server:
        guard = guard_to(server.port)
        client = HttpClient(guard)
        answer = await client.post(f"https://{NAME}:{server.port}/a", b"content", {})
        await client.close()
        await guard.close()
    assert str(answer) == "200 Said: hello"
    (request,) = server.received
    assert (request.target, request.body) == ("/a", b"content")
    assert request.headers["host"] == f"{NAME}:{server.port}"


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_server_that_cannot_prove_its_name_gets_nothing(
    trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, authority = server_of("other.studio.example" if trusted else NAME, tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with HttpReceiver(tls=tls) as server:
        guard = guard_to(server.port)
        client = HttpClient(guard)
        with pytest.raises(Unreachable, match="certificate"):
            await client.post(f"https://{NAME}:{server.port}/", b"content", {})
        await client.close()
        await guard.close()
    assert server.received == []


async def test_a_name_that_leads_inside_is_refused_with_the_reason() -> None:
    guard = Outgoing(EgressRules.of("", "443"), to_this_machine)
    client = HttpClient(guard)
    with pytest.raises(EgressRefused, match=r"leads to 127\.0\.0\.1"):
        await client.post(f"https://{NAME}/", b"", {})
    await client.close()
    await guard.close()


async def test_apprise_goes_through_the_proxy_and_verifies_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, authority = server_of(NAME, tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    async with HttpReceiver(tls=tls) as server:
        guard = guard_to(server.port)
        channel = opened("apprise", guard)
        url = f"jsons://{NAME}:{server.port}/token"
        outcome = await channel.deliver(message_for(channel, {"url": url}))
        await guard.close()
    assert outcome.state == "sent", outcome.answer
    assert len(server.received) == 1


async def test_apprise_is_told_where_it_may_not_go() -> None:
    guard = Outgoing(EgressRules.of("", "443"), to_this_machine)
    channel = opened("apprise", guard)
    outcome = await channel.deliver(message_for(channel, {"url": f"jsons://{NAME}/token"}))
    await guard.close()
    assert outcome.state == "refused"
    assert "leads to 127.0.0.1" in outcome.answer
    assert "token" not in outcome.answer


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("s3", {"bucket": "reports", "access_key_id": "a", "secret_access_key": "b"}),
        ("azure", {"account": "studio", "container": "reports", "account_key": "YWJj"}),
        (
            "sftp",
            {
                "host": NAME,
                "username": "a",
                "password": "b",
                "host_keys": [HOST_KEY],
            },
        ),
    ],
)
async def test_storage_whose_name_leads_inside_is_refused_with_the_reason(
    name: str, settings: dict[str, Any]
) -> None:
    guard = Outgoing(EgressRules.of("", "22,443"), to_this_machine)
    outcome = await opened(name, guard).deliver(message_for(opened(name, guard), settings))
    await guard.close()
    assert outcome.state == "refused"
    assert "leads to 127.0.0.1" in outcome.answer


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("s3", {"bucket": "reports", "access_key_id": "a", "secret_access_key": "b"}),
        ("azure", {"account": "studio", "container": "reports", "account_key": "YWJj"}),
    ],
)
async def test_a_name_that_leads_inside_a_moment_after_it_was_checked_gets_nothing(
    name: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    """The first answer is for the look before, the others for the library's own connections."""
    answers = iter(["93.184.215.14"])

    async def rebinding(host: str, port: int) -> list[str]:
        return [next(answers, "127.0.0.1")]

    tls, _ = server_of(NAME, tmp_path)
    async with HttpReceiver(tls=tls) as server:
        guard = Outgoing(EgressRules.of("", f"443,{server.port}"), rebinding)
        endpoint = {"endpoint": f"https://{NAME}:{server.port}"}
        channel = opened(name, guard)
        outcome = await channel.deliver(message_for(channel, settings | endpoint))
        await guard.close()
    assert outcome.state == "deferred", "it may lead elsewhere again"
    assert next(answers, None) is None
    assert server.connections == 0


NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("999999999999", 86400.0),
        ("Sat, 21 Nov 2026 12:02:00 GMT", 120.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("Sat, 21 Nov 2026 12:02:00 +99999999999", None),
        ("", None),
    ],
)
def test_how_long_to_wait_is_read_from_seconds_or_a_date(
    value: str | None, seconds: float | None
) -> None:
    assert retry_after(value, NOW) == seconds
