"""HTTP to hosts that users name: through our proxy, no redirects, answers bounded in size and time.

Whoever sends says before which point a failure is harmless: `Unreachable` and `EgressRefused`
mean that nothing was sent, `NoAnswer` that it may have arrived.
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import ssl
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.mailer.outgoing import EgressRefused, Outgoing, Unreachable
from services.mailer.proxy import PROXY

if TYPE_CHECKING:
    import httpx

ANSWER_S = 30.0
"""Seconds from the request to the end of its answer; more where a large file goes along."""
MOST_ANSWER = 64 << 10
"""Bytes of an answer that are read; the rest is left."""
LONGEST_WAIT_S = 24 * 3600.0


class NoAnswer(Exception):
    """It was sent, at least in part, and no whole answer came."""


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    reason: str
    content: bytes
    """Its first bytes, at most `MOST_ANSWER`."""
    retry_after_s: float | None
    """As it asks (RFC 9110, section 10.2.3), at most a day."""

    def __str__(self) -> str:
        """Status and first words, for the ledger."""
        return f"{self.status} {self.reason}: {self.content[:300].decode('utf-8', 'replace')}"


class HttpClient:
    """Each request has a connection of its own; nothing is imported before the first."""

    def __init__(self, outgoing: Outgoing, answer_s: float = ANSWER_S) -> None:
        self._outgoing = outgoing
        self._answer_s = answer_s
        self._opening = asyncio.Lock()
        self._client: httpx.AsyncClient | None = None

    async def post(
        self,
        url: str,
        content: bytes | AsyncIterable[bytes],
        headers: Mapping[str, str],
        *,
        more_seconds: float = 0.0,
    ) -> Answer:
        """The answer, whatever its status; EgressRefused, Unreachable, NoAnswer.

        `more_seconds`: what the content takes beyond the usual time.
        """
        seconds = self._answer_s + more_seconds
        refused = self._outgoing.rules.url_refusal(url)
        if refused is not None:
            raise EgressRefused(refused)
        client = await self._opened()
        import httpx

        answer: Answer | None = None
        from_proxy: str | None = None
        answered = b""
        try:
            async with (
                asyncio.timeout(seconds),
                client.stream("POST", url, content=content, headers=dict(headers)) as response,
            ):
                from_proxy = response.headers.get("proxy-status")
                answer = Answer(
                    response.status_code,
                    response.reason_phrase,
                    b"",
                    retry_after(response.headers.get("retry-after"), datetime.now(UTC)),
                )
                async for chunk in response.aiter_raw():
                    answered += chunk
                    if len(answered) >= MOST_ANSWER:
                        break
        except httpx.ProxyError as error:
            # Our own proxy: its status line says why.
            status, _, reason = str(error).partition(" ")
            raise (EgressRefused if status == "403" else Unreachable)(reason) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unreachable(str(error) or "no connection in time") from None
        except (httpx.HTTPError, TimeoutError) as error:
            if answer is None:
                reason = f"no answer within {seconds:g} s"
                if not isinstance(error, TimeoutError | httpx.TimeoutException):
                    reason = str(error) or "the connection was cut"
                raise NoAnswer(reason) from None
        # The status stands, also where what follows it breaks off or never ends.
        assert answer is not None
        if url.startswith("http:") and from_proxy is not None and from_proxy.startswith(PROXY):
            raise (EgressRefused if answer.status == 403 else Unreachable)(answer.reason)
        return replace(answer, content=answered[:MOST_ANSWER])

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _opened(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                proxy = await self._outgoing.proxy_url()
                # Beside the event loop: the library and the authorities of TLS take their time.
                self._client = await asyncio.to_thread(_client, proxy, self._answer_s)
        return self._client


def _client(proxy: str, answer_s: float) -> httpx.AsyncClient:
    import certifi
    import httpx

    # The machine's authorities (and `SSL_CERT_FILE`'s, of OpenSSL), and those that come along.
    authorities = ssl.create_default_context()
    authorities.load_verify_locations(certifi.where())
    # It writes each URL to the log, and some are secrets.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return httpx.AsyncClient(
        proxy=proxy,
        # Nothing from the environment: no other proxy, no netrc.
        trust_env=False,
        verify=authorities,
        follow_redirects=False,
        timeout=httpx.Timeout(answer_s),
        headers={"User-Agent": "broadsheet", "Accept-Encoding": "identity"},
        # None is kept for the next request: cut just then, nobody could tell what arrived.
        limits=httpx.Limits(max_connections=50, max_keepalive_connections=0),
    )


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds, from a number of them or from a date; None where it says neither."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return min(float(value.strip()[:9]), LONGEST_WAIT_S)
    try:
        until = email.utils.parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT_S)
