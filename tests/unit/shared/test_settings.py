"""A service whose settings are wrong says which, and ends without a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

from deploy.local.places import CHECKOUT

ENOUGH = {
    "BROADSHEET_AMQP_URL": "amqp://broker",
    "BROADSHEET_DATABASE_URL": "postgresql://app@store/broadsheet",
    "BROADSHEET_HOUSEKEEPING_DATABASE_URL": "postgresql://housekeeping@store/broadsheet",
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
    assert ended.returncode == 1
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
