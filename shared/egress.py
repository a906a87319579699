"""Where data may go out to: rules for hosts, ports and addresses that users name.

What can be told without asking DNS is told here, when a destination is saved and again at every
send; `services.mailer.outgoing` resolves names and connects by the same rules. The operator's
allow-list is exempt from all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self
from urllib.parse import SplitResult, urlsplit

from pydantic import field_validator
from pydantic_settings import BaseSettings

Address = IPv4Address | IPv6Address

# What `is_global` of Python calls public and is not, or is only on the way to somewhere else.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "192.0.0.0/24",  # IETF protocols, 192.0.0.8 among them (RFC 7600)
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "168.63.129.16/32",  # Azure's platform, from within each machine
        "224.0.0.0/4",  # multicast
    )
)
_UNICAST_6 = IPv6Network("2000::/3")
"""Everything else is local, multicast, v4-mapped, v4-compatible or NAT64 (RFC 4291, RFC 6052)."""
_NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # IETF protocols, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address within
        "3fff::/20",  # documentation
    )
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
_NEVER_PUBLIC = (
    *("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "onion"),
)

ASK = "the operator can allow it (BROADSHEET_EGRESS_ALLOW)"


def is_public(address: Address) -> bool:
    """Whether the address is one host of the public Internet, named plainly."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _NOT_PUBLIC_4)
    return (
        address.is_global
        and address in _UNICAST_6
        and address.scope_id is None
        and not any(address in network for network in _NOT_PUBLIC_6)
    )


class EgressSettings(BaseSettings):
    """What the operator allows; prefixed `BROADSHEET_` by the services that have it."""

    egress_allow: str = ""
    """Hosts that may be reached whatever their address, port or encryption, with commas between:
    `minio.studio.example:9000`, `10.1.2.0/24`, `sftp.studio.example`."""
    egress_ports: str = "22,443"
    """Ports that may be reached elsewhere, with commas between."""

    @field_validator("egress_allow", "egress_ports")
    @classmethod
    def _can_be_read(cls, text: str, info: object) -> str:
        by_name = {getattr(info, "field_name", ""): text}
        EgressRules.of(by_name.get("egress_allow", ""), by_name.get("egress_ports", "443"))
        return text

    @property
    def egress(self) -> EgressRules:
        """The same as rules."""
        return EgressRules.of(self.egress_allow, self.egress_ports)


@dataclass(frozen=True)
class EgressRules:
    """What may be reached."""

    hosts: frozenset[tuple[str, int | None]]
    """Exempt: names and addresses, with the port they are exempt at; None: any."""
    networks: tuple[IPv4Network | IPv6Network, ...]
    """Exempt: addresses, and names that lead there."""
    ports: frozenset[int]

    @classmethod
    def of(cls, allow: str, ports: str) -> Self:
        """From the settings' text; ValueError names what cannot be read."""
        hosts, networks = set(), []
        for entry in filter(None, (each.strip().lower() for each in allow.split(","))):
            if "/" in entry:
                networks.append(ip_network(entry))
                continue
            host, port = entry, None
            if entry.startswith("["):
                host, _, tail = entry[1:].partition("]")
                port = tail.removeprefix(":") or None
            elif entry.count(":") == 1:
                host, _, port = entry.partition(":")
            if not host or "@" in host or (port is not None and not port.isdigit()):
                raise ValueError(f"{entry!r} is no host: give name, name:port or network/bits")
            hosts.add((host, None if port is None else int(port)))
        if not all(each.strip().isdigit() for each in ports.split(",")):
            raise ValueError(f"{ports!r}: give ports with commas between, such as 22,443")
        return cls(
            frozenset(hosts), tuple(networks), frozenset(int(each) for each in ports.split(","))
        )

    def exempt(self, host: str, port: int | None) -> bool:
        """Whether the operator allows that host by its name or address; None: at some port."""
        at_a_port = port is None and any(host == name for name, _ in self.hosts)
        if at_a_port or (host, None) in self.hosts or (host, port) in self.hosts:
            return True
        literal = _literal(host)
        return literal is not None and self.allows(literal)

    def allows(self, address: Address) -> bool:
        """Whether the operator allows that address."""
        return any(address in network for network in self.networks)

    def refusal(self, host: str, port: int | None, *, encrypted: bool) -> str | None:
        """Why nothing may be sent there, as far as it can be told without DNS.

        A port that is not known yet (None) is no reason.
        """
        host = host.lower()
        if (wrong := _misspelt(host)) is not None:
            return wrong
        if self.exempt(host, port):
            return None
        literal = _literal(host)
        if literal is not None and not is_public(literal):
            return f"{host} is no public address; {ASK}"
        if literal is None and ("." not in host or _ends_with(host, _NEVER_PUBLIC)):
            return f"{host} is no public name; {ASK}"
        if not encrypted:
            return f"{host} would be sent to unencrypted: use https; {ASK}"
        if port is not None and port not in self.ports:
            known = ", ".join(map(str, sorted(self.ports)))
            return f"port {port} is not among those that may be used ({known}); {ASK}"
        return None

    def url_refusal(self, url: str, scheme: str = "https") -> str | None:
        """The same of a URL; one of plain HTTP only where the operator exempts its host."""
        try:
            parts = plain_url(url, scheme, "http")
        except ValueError as error:
            return str(error)
        assert parts.hostname is not None
        encrypted = parts.scheme != "http"
        port = parts.port or (443 if encrypted else 80)
        return self.refusal(parts.hostname, port, encrypted=encrypted)


def plain_url(url: str, *schemes: str) -> SplitResult:
    """The parts of a URL that every parser reads alike; ValueError says what is in the way."""
    # Before it is parsed: `urlsplit` drops line breaks, and browsers turn \ into /.
    if any(c <= " " or c == "\\" or c == "\x7f" for c in url) or not url.isascii():
        raise ValueError("give an address without spaces, backslashes or letters beyond ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("this is no address: give one like https://host/path") from None
    if parts.scheme not in schemes:
        raise ValueError(f"give an address that begins with {schemes[0]}://")
    if "@" in parts.netloc:
        raise ValueError("leave out user names and passwords: the address is host and path alone")
    bracketed = "[" in parts.netloc
    if not parts.hostname or port == 0 or (bracketed and ":" not in parts.hostname):
        raise ValueError("this is no address: give one like https://host/path")
    if parts.fragment:
        raise ValueError("leave out what follows #: it is never sent")
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _misspelt(host: str) -> str | None:
    """What is wrong with how the host is written: there is one way for each."""
    if _literal(host) is not None:
        return "leave out the address's zone" if "%" in host else None
    labels = host.split(".")
    if _NUMERIC.fullmatch(labels[-1]):
        # 2130706433, 0x7f.1 and 127.1 are addresses to some libraries and names to others.
        return f"{host} is a number: write an address as four, such as 203.0.113.7"
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return "this is no name of a host (letters beyond ASCII in their xn-- form, no dot at end)"
    return None


def _ends_with(host: str, names: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in names)
