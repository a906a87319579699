"""docs/delivery.md has every state of a delivery and every setting of the mailer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from services.mailer.channels.folder import FolderSettings
from services.mailer.channels.smtp.settings import SmtpSettings
from services.mailer.settings import MailerSettings
from shared.settings import ServiceSettings
from shared.states import DeliveryStatus

TEXT = (Path(__file__).parents[2] / "docs/delivery.md").read_text()
OF_DELIVERY: tuple[type[BaseSettings], ...] = (SmtpSettings, MailerSettings, FolderSettings)
OF_ALL_SERVICES = set(ServiceSettings.model_fields)


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the table below that heading, by each name in their first column."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found: dict[str, list[str]] = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            first, *others = [cell.strip() for cell in line.strip("|").split("|")]
            found |= dict.fromkeys(re.findall(r"`(\w+)`", first), others)
    return found


def test_every_state_is_explained() -> None:
    assert set(rows("States")) == {status.value for status in DeliveryStatus}


def test_every_setting_is_there_and_no_other() -> None:
    known = {name.upper() for kind in OF_DELIVERY for name in set(kind.model_fields)}
    assert set(rows("Every setting")) == known - {name.upper() for name in OF_ALL_SERVICES}


@pytest.mark.parametrize("kind", OF_DELIVERY, ids=lambda kind: kind.__name__)
def test_a_setting_that_has_a_number_by_default_says_which(kind: type[BaseSettings]) -> None:
    told = rows("Every setting")
    for name, field in kind.model_fields.items():
        if isinstance(field.default, int | float) and name not in OF_ALL_SERVICES:
            assert told[name.upper()][0] == f"{field.default:.10g}", name
