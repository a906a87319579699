"""Formats that settings of destinations name in their JSON Schema, beyond JSON Schema's own.

`{"type": "string", "format": "outgoing-url"}`. Each check says what is wrong and never repeats the
value, which may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from shared.egress import EgressRules
from shared.key_templates import checked_template

_OF_ANY_HOST = frozenset({"apprise", "form", "json", "xml"})
"""Of Apprise: services that are whatever listens at a host; with an `s` for HTTPS."""
_FOUR_NUMBERS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")
_SECOND_ADDRESS = re.compile(r"[\s,]+[a-z0-9]{1,12}://", re.IGNORECASE)
"""Where Apprise takes what follows as another address."""

Check = Callable[[str], None]
"""ValueError says what is wrong."""

NOT_OVER_HTTP = frozenset(
    {
        *("amqp", "amqps", "aprs", "blink1", "dbus", "deltachat", "deltachats", "gio", "glib"),
        *("gnome", "growl", "irc", "ircs", "kde", "macosx", "mailto", "mailtos", "mqtt", "mqtts"),
        *("qt", "rsyslog", "smpp", "smpps", "syslog", "windows", "xmpp", "xmpps"),
        *("file", "ftp", "gopher", "http"),
    }
)
"""Of Apprise: services that are reached in other ways, and what is none of its services."""


def checks(rules: EgressRules) -> Mapping[str, Check]:
    """The check of each format, where those rules hold."""

    def outgoing_url(url: str) -> None:
        _raise(rules.url_refusal(url))

    def outgoing_endpoint(url: str) -> None:
        outgoing_url(url)
        if "?" in url:
            raise ValueError("leave out ? and what follows it: paths are put behind the address")

    def outgoing_host(host: str) -> None:
        _raise(rules.refusal(host, None, encrypted=True))

    def apprise_url(url: str) -> None:
        scheme, found, _ = url.partition("://")
        if not found or not re.fullmatch("[a-z][a-z0-9+.-]*", scheme.lower()):
            raise ValueError("give an address as Apprise has it, such as discord://id/token")
        if scheme.lower() in NOT_OVER_HTTP:
            raise ValueError(f"{scheme}:// is not sent over HTTPS: use a service that is")
        if any(c < " " or c == "\x7f" for c in url) or _SECOND_ADDRESS.search(url):
            raise ValueError("give one address, without line breaks")
        anybody = scheme.lower().removesuffix("s") in _OF_ANY_HOST
        encrypted = scheme.lower().endswith("s")
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            port = parts.port or (443 if encrypted else 80) if anybody else None
        except ValueError:
            raise ValueError("this is no address: give one as Apprise has it") from None
        if anybody:
            _raise(rules.refusal(host, port, encrypted=encrypted))
        # A token may stand where the host does: only what is plainly an address is looked at.
        elif ":" in host or host == "localhost" or _FOUR_NUMBERS.fullmatch(host):
            _raise(rules.refusal(host, None, encrypted=True))

    def key_template(template: str) -> None:
        checked_template(template)

    return {
        "outgoing-url": outgoing_url,
        "outgoing-endpoint": outgoing_endpoint,
        "outgoing-host": outgoing_host,
        "apprise-url": apprise_url,
        "key-template": key_template,
    }


def _raise(refusal: str | None) -> None:
    if refusal is not None:
        raise ValueError(refusal)
