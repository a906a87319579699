"""A service whose settings are wrong says which, and ends without a traceback."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr

import pytest

from deploy.local.places import CHECKOUT
from services.aggregator import app as aggregator
from services.aggregator.settings import AggregatorSettings
from services.api.app import create_app
from services.api.settings import ApiSettings
from services.mailer import app as mailer
from services.mailer.settings import MailerSettings
from services.renderer import app as renderer
from services.renderer.settings import RendererSettings
from services.scheduler import app as scheduler
from services.scheduler.settings import SchedulerSettings
from shared.service import run
from shared.settings import SettingsError, from_environment
from shared.store.migrate import MigrationSettings

ENOUGH = {
    "BROADSHEET_AMQP_URL": "amqp://broker",
    "BROADSHEET_DATABASE_URL": "postgresql://app@store/broadsheet",
    "BROADSHEET_HOUSEKEEPING_DATABASE_URL": "postgresql://housekeeping@store/broadsheet",
    "BROADSHEET_LINK_KEY": "mB4sWq8KfZr1XcVt6LhNy3GjPd9TuEoA",
}


def said_at_the_start(service: str, **settings: str) -> str:
    """Standard error of a service that refuses to start."""
    others = {key: value for key, value in os.environ.items() if "BROADSHEET_" not in key}
    ended = subprocess.run(
        [sys.executable, "-m", f"services.{service}"],
        cwd=CHECKOUT,
        env=others | ENOUGH | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == os.EX_CONFIG
    assert "Traceback" not in ended.stderr
    assert "deploy/.env.example" in ended.stderr
    return ended.stderr


def test_a_missing_setting_and_a_weak_key_are_named_as_they_are_set() -> None:
    secret = "changeme" * 4
    missing = said_at_the_start("api", BROADSHEET_JWT_KEY=secret)
    assert "BROADSHEET_BLOB_URL: this is required" in missing

    weak = said_at_the_start("api", BROADSHEET_JWT_KEY=secret, BROADSHEET_BLOB_URL="file:///srv")
    assert "BROADSHEET_JWT_KEY is too weak" in weak
    assert secret not in weak


def test_a_channels_own_settings_are_named_too() -> None:
    said = said_at_the_start("mailer", BROADSHEET_BLOB_URL="file:///srv")
    assert "BROADSHEET_SMTP_HOST: this is required" in said


STARTS: dict[str, Callable[[], None]] = {
    "api": lambda: run(ApiSettings, create_app),
    "aggregator": lambda: run(
        AggregatorSettings, lambda settings: aggregator.create_service(settings).app()
    ),
    "renderer": lambda: run(
        RendererSettings, lambda settings: renderer.create_service(settings).app()
    ),
    "scheduler": lambda: run(
        SchedulerSettings, lambda settings: scheduler.create_service(settings).app()
    ),
    "mailer": lambda: run(MailerSettings, lambda settings: mailer.create_service(settings).app()),
}
FINE = ENOUGH | {
    "BROADSHEET_JWT_KEY": "kG7vR2xqLm9Zt4WcYb8NfHs3JdPa6TeU",
    "BROADSHEET_BLOB_URL": "file:///srv",
    "BROADSHEET_SMTP_HOST": "localhost",
    "BROADSHEET_MAIL_FROM": "reports@studio.example",
}
WRONG = {
    "BROADSHEET_AMQP_URL": "http://user:hunter2@broker",
    "BROADSHEET_DATABASE_URL": "postgresql://app:hunter2@store:fivefour/broadsheet",
    "BROADSHEET_HOUSEKEEPING_DATABASE_URL": "hunter2@store/broadsheet",
    "BROADSHEET_BLOB_URL": "srv/hunter2",
    "BROADSHEET_BLOB_S3_ENDPOINT": "hunter2:9000",
    "BROADSHEET_OTLP_ENDPOINT": "http//hunter2:4318",
}


def refused(monkeypatch: pytest.MonkeyPatch, service: str, **settings: str) -> list[str]:
    """What the service says as it ends, line by line; what its `__main__` does is run here."""
    for name, value in (FINE | settings).items():
        monkeypatch.setenv(name, value)
    with redirect_stderr(io.StringIO()) as said, pytest.raises(SystemExit) as ended:
        STARTS[service]()
    assert ended.value.code == os.EX_CONFIG
    return [line.strip() for line in said.getvalue().splitlines()]


@pytest.mark.parametrize("service", STARTS)
def test_every_malformed_address_is_named_and_none_is_repeated(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever typed them wrong mends all of them at once, and no password is in the log."""
    lines = refused(monkeypatch, service, **WRONG)
    for variable in WRONG:
        (line,) = [line for line in lines if line.startswith(f"{variable}: ")]
        assert "give" in line
    assert "hunter2" not in str(lines)
    assert len(lines) == len(WRONG) + 2


@pytest.mark.parametrize(
    ("service", "variable", "value", "hint"),
    [
        ("renderer", "BROADSHEET_BLOB_URL", "file://srv/blobs", "absolute path"),
        ("renderer", "BROADSHEET_BLOB_URL", "s3:///prefix", "s3://bucket/prefix"),
        ("scheduler", "BROADSHEET_AMQP_URL", "", "give one like"),
        ("aggregator", "BROADSHEET_DATABASE_URL", "postgresql://app@/broadsheet", "give one like"),
        ("api", "BROADSHEET_PUBLIC_URL", "reports.studio.example", "https://"),
        ("api", "BROADSHEET_RATE_LIMIT", "many", "500/second"),
        ("api", "BROADSHEET_LINK_KEY", "changeme" * 4, "too weak"),
        ("mailer", "BROADSHEET_LINK_OTHER_KEY", "changeme", "too weak"),
        ("mailer", "BROADSHEET_SMTP_HOST", "smtp://mail.example.com", "host alone"),
        ("mailer", "BROADSHEET_SMTP_HOST", "mail.example.com:587", "BROADSHEET_SMTP_PORT"),
        ("mailer", "BROADSHEET_SMTP_PORT", "smtp", "whole number"),
        ("mailer", "BROADSHEET_MAIL_FROM", "reports", "no e-mail address"),
    ],
)
def test_a_malformed_setting_says_what_to_give(
    service: str, variable: str, value: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = refused(monkeypatch, service, **{variable: value})
    (line,) = [line for line in lines if line.startswith(f"{variable}: ")]
    assert hint in line


def test_the_migration_refuses_a_malformed_address_likewise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BROADSHEET_ADMIN_DATABASE_URL", "postgres@store:hunter2")
    monkeypatch.setenv("BROADSHEET_APP_PASSWORD", "a")
    monkeypatch.setenv("BROADSHEET_HOUSEKEEPING_PASSWORD", "b")
    with pytest.raises(SettingsError, match="ADMIN_DATABASE_URL: this is no such") as ended:
        from_environment(MigrationSettings)
    assert "hunter2" not in str(ended.value)
