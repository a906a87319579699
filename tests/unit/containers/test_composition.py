"""What docker-compose.yml asks for is what the rest speaks of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.containers.fresh_secrets import NAMES, write
from deploy.containers.images import CHECKOUT, PUBLIC

TEXT = (CHECKOUT / "docker-compose.yml").read_text()


def test_every_secret_that_it_asks_for_is_made() -> None:
    assert set(re.findall(r"\$\{(\w+):\?", TEXT)) == set(NAMES)


def test_secrets_are_for_the_owner_alone_and_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    write(file)
    first = file.read_text()
    assert [line.partition("=")[0] for line in first.splitlines()] == list(NAMES)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        write(file)
    assert file.read_text() == first


def test_the_images_that_tests_pull_are_those_that_it_names() -> None:
    for image in (PUBLIC.postgres, PUBLIC.rabbitmq):
        assert f"    image: {image}\n" in TEXT
    assert f"PYTHON_IMAGE:-{PUBLIC.python}}}" in TEXT
    assert f"ARG PYTHON_IMAGE={PUBLIC.python}\n" in (CHECKOUT / "deploy/Dockerfile").read_text()
