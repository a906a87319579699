"""The one way out of the mailer to hosts that users name.

`connect` resolves a name once, checks every address it has, and connects to one that was checked.
Libraries that open their own connections are given `proxy_url`: a proxy of ours on loopback that
connects by the same rules.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from ipaddress import ip_address

from services.mailer.proxy import Proxy
from shared.egress import ASK, EgressRules, is_public

CONNECT_S = 10.0
"""Seconds that resolving a name may take, and connecting to each of its addresses."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a name and a port to its addresses; OSError where it has none."""


class EgressRefused(Exception):
    """Nothing may be sent there, and why; trying again cannot help."""


class Unreachable(Exception):
    """Nobody answers there at the moment."""


async def by_dns(host: str, port: int) -> list[str]:
    """As the machine's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


class Outgoing:
    """The guard. Its proxy begins to listen when it is first asked for."""

    def __init__(self, rules: EgressRules, resolve: Resolve = by_dns) -> None:
        self.rules = rules
        self._resolve = resolve
        self._proxy = Proxy(self.connect, refusals=EgressRefused, failures=Unreachable)

    def check(self, host: str, port: int, *, encrypted: bool = True) -> None:
        """EgressRefused where nothing may be sent there; asks nobody."""
        refused = self.rules.refusal(host, port, encrypted=encrypted)
        if refused is not None:
            raise EgressRefused(refused)

    async def connect(self, host: str, port: int, *, encrypted: bool = True) -> socket.socket:
        """A connected socket to an address that was checked; EgressRefused, Unreachable."""
        addresses = await self.addresses(host, port, encrypted=encrypted)
        reason: object = "it has no address"
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_S):
                    return await _connected(address, port)
            except (OSError, TimeoutError) as error:
                reason = _in_words(error)
        raise Unreachable(f"{host}:{port} cannot be reached: {reason}")

    async def addresses(self, host: str, port: int, *, encrypted: bool = True) -> Sequence[str]:
        """What the name resolves to, each of them checked; EgressRefused, Unreachable."""
        self.check(host, port, encrypted=encrypted)
        try:
            async with asyncio.timeout(CONNECT_S):
                addresses = await self._resolve(host, port)
        except (OSError, TimeoutError) as error:
            raise Unreachable(f"{host} has no address: {_in_words(error)}") from None
        if not self.rules.exempt(host.lower(), port):
            for address in map(ip_address, addresses):
                # One of them is enough: who answers so is not who the tenant means.
                if not (is_public(address) or self.rules.allows(address)):
                    raise EgressRefused(f"{host} leads to {address}, no public address; {ASK}")
        return addresses

    async def proxy_url(self) -> str:
        """`http://user:password@127.0.0.1:port` of the proxy, for libraries."""
        return await self._proxy.url()

    async def close(self) -> None:
        """Stop the proxy and cut what goes through it."""
        await self._proxy.close()


def _in_words(error: OSError) -> str:
    """Without its number, and without the address, which is nobody's business."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error) or "no answer in time"


async def _connected(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connection, (address, port))
    except BaseException:
        connection.close()
        raise
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


@contextlib.asynccontextmanager
async def outgoing(rules: EgressRules, resolve: Resolve = by_dns) -> AsyncIterator[Outgoing]:
    """The guard for the length of the block."""
    guard = Outgoing(rules, resolve)
    try:
        yield guard
    finally:
        await guard.close()
