"""Where mail is handed over, and in whose name."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from limits import parse_many
from pydantic import AfterValidator, Field, FilePath, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.mailer.channels.smtp.address import Address

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Tls(StrEnum):
    """How the connection is encrypted. There is no "if the server offers it"."""

    NONE = "none"
    """In clear; for a server on the same machine or in the same private network."""
    STARTTLS = "starttls"
    """Upgraded before anything is said (RFC 3207); refused where the server does not offer it."""
    IMPLICIT = "implicit"
    """TLS from the first byte (RFC 8314)."""


def _are_rates(text: str) -> str:
    try:
        parse_many(text) if text else ()
    except ValueError:
        raise ValueError("give rates such as 50/second;100000/day") from None
    return text


Rates = Annotated[str, AfterValidator(_are_rates)]
"""In the notation of the library `limits`."""

_USUAL_PORT = {Tls.NONE: 25, Tls.STARTTLS: 587, Tls.IMPLICIT: 465}


class SmtpSettings(BaseSettings):
    """Read from the environment, prefixed `BROADSHEET_`; an empty value counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix="BROADSHEET_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    smtp_host: str
    """The server that takes our mail: the operator's relay or provider."""
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    """None is the usual one of `smtp_tls`: 25, 587 or 465."""
    smtp_username: str | None = None
    """For AUTH; empty: none."""
    smtp_password: SecretStr | None = None
    """Goes with the user name."""
    smtp_tls: Tls = Tls.STARTTLS
    """none, starttls or implicit."""
    smtp_tls_ca_file: FilePath | None = None
    """PEM file with the only authorities to trust; None trusts the system's."""
    smtp_helo_name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.\[\]:_-]{1,255}$")
    """The name we give in EHLO (RFC 5321 section 4.1.1.1); None is the machine's."""
    smtp_timeout_seconds: float = Field(default=60.0, gt=0)
    """How long one step may take: connecting, the answer to a command, 64 KiB of the mail."""
    smtp_final_timeout_seconds: float = Field(default=600.0, gt=0)
    """How long to wait for the last answer. Giving up here makes a delivery `uncertain`, so it
    is long: ten minutes (RFC 5321 section 4.5.3.2.6)."""
    smtp_connections: int = Field(default=8, ge=1, le=100)
    """Connections to the server at once, in one process."""
    smtp_domain_connections: int = Field(default=4, ge=1, le=100)
    """How many of them may be busy with recipients of one domain, so that a slow one does not
    keep all."""
    smtp_rate: Rates = ""
    """Mails to the server, in one process, such as 50/second;100000/day; empty: no limit."""
    smtp_domain_rate: Rates = ""
    """The same for the recipients of each domain."""

    mail_from: str
    """Our address, in the envelope and in From: `local@domain`."""
    mail_from_name: str = "Broadsheet"
    """The name that people see beside it."""
    mail_max_bytes: int = Field(default=10_000_000, ge=100_000)
    """The largest mail, files counted as they are sent (base64); larger ones bring links."""
    mail_link_days: int = Field(default=30, ge=1, le=90)
    """How long those links work."""
    mail_dkim_key_file: FilePath | None = None
    """PEM file with the private key to sign mails with (RSA or Ed25519); empty: not signed."""
    mail_dkim_selector: str = ""
    """The selector under which DNS has the public key: `<selector>._domainkey.<domain>`."""
    mail_dkim_domain: str = ""
    """The domain that signs; empty is that of our address."""

    @field_validator("smtp_host")
    @classmethod
    def _a_host(cls, text: str) -> str:
        if any(c in "/@" or c.isspace() or not c.isprintable() for c in text):
            raise ValueError("give the name of the host alone, such as smtp.example.com")
        if text.count(":") == 1:  # more of them are an address of IPv6
            raise ValueError("give the host alone; its port is BROADSHEET_SMTP_PORT")
        return text

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, text: str) -> str:
        Address.parse(text)
        return text

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError(
                "BROADSHEET_SMTP_USERNAME and BROADSHEET_SMTP_PASSWORD go together: "
                "set both or none"
            )
        if (self.mail_dkim_key_file is None) != (not self.mail_dkim_selector):
            raise ValueError(
                "BROADSHEET_MAIL_DKIM_KEY_FILE and BROADSHEET_MAIL_DKIM_SELECTOR go together: "
                "set both or none"
            )
        if (
            self.smtp_password is not None
            and self.smtp_tls is Tls.NONE
            and self.smtp_host not in _LOOPBACK
        ):
            raise ValueError(
                f"the password would travel to {self.smtp_host} in clear: set "
                "BROADSHEET_SMTP_TLS to starttls or implicit"
            )
        return self

    @property
    def port(self) -> int:
        """The port, given or usual."""
        return self.smtp_port or _USUAL_PORT[self.smtp_tls]

    @property
    def sender(self) -> Address:
        """Our address."""
        return Address.parse(self.mail_from)

    @property
    def domain(self) -> str:
        """The ASCII domain of our address: what Message-IDs end with."""
        return self.sender.domain
