"""Writes `.env` for docker-compose.yml: fresh passwords and a key. Runs anywhere.

`python3 deploy/containers/fresh_secrets.py [FILE]`

It never replaces a file: the databases that exist were made with the passwords in it.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

NAMES = (
    "POSTGRES_PASSWORD",
    "APP_PASSWORD",
    "HOUSEKEEPING_PASSWORD",
    "STUDIO_PASSWORD",
    "STUDIO_WRITER_PASSWORD",
    "RABBITMQ_PASSWORD",
    "S3_PASSWORD",
    "JWT_KEY",
    "SECRET_KEYS",
    "LINK_KEY",
)
"""What docker-compose.yml asks for."""


def fresh() -> dict[str, str]:
    """A value for each name: 48 random bytes, safe inside a URL."""
    return {name: secrets.token_urlsafe(48) for name in NAMES}


def write(file: Path) -> None:
    """Write them for the owner's eyes alone; FileExistsError when the file is there."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.writelines(f"{name}={value}\n" for name, value in fresh().items())


def main() -> None:
    """Write the file, or say why not."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / ".env"
    try:
        write(file)
    except FileExistsError:
        sys.exit(f"{file} is there already and stays as it is; delete it to make new secrets")
    print(f"wrote {file}")


if __name__ == "__main__":
    main()
