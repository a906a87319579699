"""The one way out: names are resolved once, and what is connected to is what was checked."""

from __future__ import annotations

import asyncio
import base64
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from services.mailer.outgoing import EgressRefused, Outgoing, Unreachable
from services.mailer.proxy import Proxy
from shared.egress import EgressRules
from tests.http_receiver import HttpReceiver, Reply


class Names:
    """A resolver that is asked, and counts."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1"]]
)
async def test_a_name_with_one_private_address_is_refused(addresses: list[str]) -> None:
    guard = Outgoing(EgressRules.of("", "443"), Names(addresses))
    with pytest.raises(EgressRefused, match="no public address"):
        await guard.connect("hooks.studio.example", 443)


async def test_a_name_is_asked_for_once_so_that_a_second_answer_changes_nothing() -> None:
    async with HttpReceiver() as server:
        names = Names(["127.0.0.1"], ["10.9.9.9"])
        guard = Outgoing(EgressRules.of("127.0.0.0/8", f"443,{server.port}"), names)
        connection = await guard.connect("hooks.studio.example", server.port)
        assert connection.getpeername() == ("127.0.0.1", server.port)
        connection.close()
        assert names.asked == 1


async def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    async def nobody(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(Unreachable, match="no such name"):
        await Outgoing(EgressRules.of("", "443"), nobody).connect("hooks.studio.example", 443)


async def asked(url: str, request: str) -> bytes:
    """What the proxy answers to these octets."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    return answer


async def test_the_proxy_is_for_those_who_know_its_password() -> None:
    async with HttpReceiver() as server:
        guard = Outgoing(EgressRules.of("127.0.0.1", "443"))
        url = await guard.proxy_url()
        for field in ("", "Proxy-Authorization: Basic YTpi\r\n", "Proxy-Authorization: Bearer\r\n"):
            answer = await asked(url, f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n{field}\r\n")
            assert answer.startswith(b"HTTP/1.1 407 ")
        assert server.connections == 0
        await guard.close()


async def proxied(guard: Outgoing | Proxy, line: str) -> bytes:
    """The answer to a request with the password."""
    url = await (guard.proxy_url() if isinstance(guard, Outgoing) else guard.url())
    parts = urlsplit(url)
    credentials = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    return await asked(url, f"{line}\r\nProxy-Authorization: Basic {credentials}\r\n\r\n")


@pytest.mark.parametrize(
    "line",
    [
        "CONNECT 127.0.0.1:443 HTTP/1.1",
        "CONNECT 169.254.169.254:443 HTTP/1.1",
        "CONNECT [::1]:443 HTTP/1.1",
        "CONNECT hooks.studio.example:25 HTTP/1.1",
        "GET http://169.254.169.254/latest/meta-data/ HTTP/1.1",
        "GET http://hooks.studio.example/ HTTP/1.1",
    ],
)
async def test_the_proxy_leads_nowhere_that_the_rules_forbid(line: str) -> None:
    guard = Outgoing(EgressRules.of("", "443"), Names(["93.184.215.14"]))
    answer = await proxied(guard, line)
    await guard.close()
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"BROADSHEET_EGRESS_ALLOW" in answer


async def test_plain_http_goes_on_without_the_password_of_the_proxy() -> None:
    async with HttpReceiver(lambda request: Reply(200, b"hello")) as server:
        guard = Outgoing(EgressRules.of("127.0.0.1", "443"))
        answer = await proxied(guard, f"GET {server.url}/a?b=c HTTP/1.1")
        await guard.close()
    assert answer.endswith(b"hello")
    (request,) = server.received
    assert request.target == "/a?b=c"
    assert "proxy-authorization" not in request.headers


async def test_a_second_plain_request_has_a_connection_and_a_check_of_its_own() -> None:
    """Also where the other side keeps the first one open, whatever it was asked."""
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                heads.append(head.decode())
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    guard = Outgoing(EgressRules.of("127.0.0.1", "443"))
    async with httpx.AsyncClient(proxy=await guard.proxy_url(), trust_env=False) as client:
        answers = [await client.get(f"{url}/{number}") for number in range(3)]
        elsewhere = await client.get("http://169.254.169.254/")
    await guard.close()
    server.close()
    assert [answer.text for answer in answers] == ["ok"] * 3
    assert [head.partition("\r\n")[0] for head in heads] == [f"GET /{n} HTTP/1.1" for n in range(3)]
    assert not any("proxy-authorization" in head.lower() for head in heads)
    assert elsewhere.status_code == 403


@pytest.mark.parametrize(
    ("about", "reply"),
    [({"most_answered": 1 << 20}, Reply(then="endless")), ({"idle_s": 0.3}, Reply(then="hang"))],
)
async def test_what_comes_back_is_bounded_in_size_and_time(
    about: dict[str, Any], reply: Reply
) -> None:
    async with HttpReceiver(lambda request: reply) as server:
        guard = Outgoing(EgressRules.of("127.0.0.1", "443"))
        proxy = Proxy(guard.connect, refusals=EgressRefused, failures=Unreachable, **about)
        async with asyncio.timeout(20):
            answer = await proxied(proxy, f"GET {server.url}/ HTTP/1.1")
        await proxy.close()
    assert len(answer) <= (1 << 20)
