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

    def outgoing_host(host: str) -> None:
        _raise(rules.refusal(host, None, encrypted=True))

    def apprise_url(url: str) -> None:
        scheme, found, _ = url.partition("://")
        if not found or not re.fullmatch("[a-z][a-z0-9+.-]*", scheme.lower()):
            raise ValueError("give an address as Apprise has it, such as discord://id/token")
        if scheme.lower() in NOT_OVER_HTTP:
            raise ValueError(f"{scheme}:// is not sent over HTTPS: use a service that is")
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            raise ValueError("this is no address: give one as Apprise has it") from None
        # A token may stand where the host does: only what is plainly an address is looked at.
        if ":" in host or re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", host) or host == "localhost":
            _raise(rules.refusal(host, None, encrypted=True))

    def key_template(template: str) -> None:
        checked_template(template)

    return {
        "outgoing-url": outgoing_url,
        "outgoing-host": outgoing_host,
        "apprise-url": apprise_url,
        "key-template": key_template,
    }


def _raise(refusal: str | None) -> None:
    if refusal is not None:
        raise ValueError(refusal)
