"""docs/channels.md has every channel with every setting of its destinations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.mailer.channels import channels
from shared.key_templates import PLACEHOLDERS

TEXT = (Path(__file__).parents[2] / "docs/channels.md").read_text()
WITH_DESTINATIONS = {
    name: kind.destination for name, kind in channels.items() if kind.destination is not None
}


def settings_of(name: str) -> set[str]:
    """What the page's section of that channel has rows for."""
    section = re.split(r"^### ", TEXT.partition(f"\n### {name}\n")[2], maxsplit=1, flags=re.M)[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {found for row in rows for found in re.findall(r"`([a-z_]+)`", row)}


@pytest.mark.parametrize("name", sorted(WITH_DESTINATIONS))
def test_a_channel_is_described_with_all_its_settings_and_no_other(name: str) -> None:
    assert settings_of(name) == set(WITH_DESTINATIONS[name].model_fields)


@pytest.mark.parametrize("name", sorted(WITH_DESTINATIONS))
def test_its_secrets_are_called_so(name: str) -> None:
    fields = WITH_DESTINATIONS[name].model_json_schema()["properties"]
    for field, schema in fields.items():
        (row,) = [
            line
            for line in TEXT.partition(f"\n### {name}\n")[2].splitlines()
            if line.startswith("| `") and f"`{field}`" in line.split("|")[1]
        ][:1]
        assert ("**secret**" in row) is ("writeOnly" in str(schema)), row


def test_every_placeholder_is_explained() -> None:
    for name in PLACEHOLDERS:
        assert f"`{{{name}}}`" in TEXT
