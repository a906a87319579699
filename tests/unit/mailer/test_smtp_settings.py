"""How the operator says where mail goes, and which mistakes are caught at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.mailer.channels.email import EmailChannel
from services.mailer.channels.smtp.settings import SmtpSettings, Tls
from services.mailer.outgoing import Outgoing
from shared.egress import EgressRules

ENOUGH = {"BROADSHEET_SMTP_HOST": "mail.example", "BROADSHEET_MAIL_FROM": "reports@bücher.example"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The least that is needed, in the environment."""
    for name, value in ENOUGH.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def read() -> SmtpSettings:
    return SmtpSettings()


def test_encryption_is_on_unless_said_otherwise(environment: pytest.MonkeyPatch) -> None:
    assert read().smtp_tls is Tls.STARTTLS
    assert read().port == 587
    environment.setenv("BROADSHEET_SMTP_TLS", "implicit")
    assert read().port == 465
    environment.setenv("BROADSHEET_SMTP_TLS", "none")
    assert read().port == 25
    environment.setenv("BROADSHEET_SMTP_PORT", "2525")
    assert read().port == 2525


def test_an_empty_variable_counts_as_not_set(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BROADSHEET_SMTP_USERNAME", "")
    environment.setenv("BROADSHEET_SMTP_PASSWORD", "")
    environment.setenv("BROADSHEET_SMTP_PORT", "")
    assert read().smtp_username is None
    assert read().port == 587


def test_message_ids_end_with_the_ascii_domain_of_our_address(
    environment: pytest.MonkeyPatch,
) -> None:
    assert read().domain == "xn--bcher-kva.example"


def test_the_password_is_not_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BROADSHEET_SMTP_USERNAME", "mailer")
    environment.setenv("BROADSHEET_SMTP_PASSWORD", "hunter2")
    assert "hunter2" not in repr(read())


@pytest.mark.parametrize(
    ("further", "complaint"),
    [
        ({"BROADSHEET_SMTP_HOST": ""}, "smtp_host"),
        ({"BROADSHEET_MAIL_FROM": "Reports <a@b.example>"}, "no e-mail address"),
        ({"BROADSHEET_SMTP_USERNAME": "mailer"}, "go together"),
        ({"BROADSHEET_SMTP_HELO_NAME": "a\r\nMAIL"}, "smtp_helo_name"),
        ({"BROADSHEET_SMTP_TLS": "maybe"}, "smtp_tls"),
        (
            {
                "BROADSHEET_SMTP_USERNAME": "mailer",
                "BROADSHEET_SMTP_PASSWORD": "secret",
                "BROADSHEET_SMTP_TLS": "none",
            },
            "in clear",
        ),
    ],
)
def test_a_mistake_is_named_at_the_start(
    environment: pytest.MonkeyPatch, further: dict[str, str], complaint: str
) -> None:
    for name, value in further.items():
        environment.setenv(name, value)
    with pytest.raises(ValueError, match=complaint):
        read()


def test_an_authority_file_that_is_not_there_is_named_at_the_start(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("BROADSHEET_SMTP_TLS_CA_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(ValueError, match="SMTP_TLS_CA_FILE: there is no such file"):
        EmailChannel.from_environment(Outgoing(EgressRules.of("", "443")))
