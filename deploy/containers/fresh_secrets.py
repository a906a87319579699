"""Prints a `.env` for docker-compose.yml with fresh passwords and keys. Runs anywhere.

`python3 deploy/containers/freshsecrets.py > .env`
"""

from __future__ import annotations

import secrets

NAMES = (
    "POSTGRES_PASSWORD",
    "APP_PASSWORD",
    "HOUSEKEEPING_PASSWORD",
    "STUDIO_PASSWORD",
    "RABBITMQ_PASSWORD",
    "S3_PASSWORD",
    "JWT_KEY",
)
"""What docker-compose.yml asks for."""


def fresh() -> dict[str, str]:
    """A value for each name: 48 random bytes, safe inside a URL."""
    return {name: secrets.token_urlsafe(48) for name in NAMES}


if __name__ == "__main__":
    for name, value in fresh().items():
        print(f"{name}={value}")
