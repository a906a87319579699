"""`deploy/.env.example` lists every setting there is, with its true default."""

from __future__ import annotations

from pathlib import Path

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from services.aggregator.settings import AggregatorSettings
from services.api.settings import ApiSettings
from services.mailer.channels.folder import FolderSettings
from services.mailer.channels.smtp.settings import SmtpSettings
from services.mailer.settings import MailerSettings
from services.renderer.settings import RendererSettings
from services.scheduler.settings import SchedulerSettings

FILE = Path(__file__).parents[2] / "deploy/.env.example"
SETTINGS: tuple[type[BaseSettings], ...] = (
    ApiSettings,
    AggregatorSettings,
    RendererSettings,
    SchedulerSettings,
    MailerSettings,
    SmtpSettings,
    FolderSettings,
)
SOURCES = {"BROADSHEET_SOURCE_STUDIO_URL": "", "BROADSHEET_SOURCE_STUDIO_WRITER_URL": ""}
"""Variables that sources' rows name, and those of their writers; settings of no class."""


def _in_the_file() -> dict[str, str]:
    lines = [line for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def _in_the_code() -> dict[str, str]:
    found = dict(SOURCES)
    for settings in SETTINGS:
        for name, field in settings.model_fields.items():
            default = field.default
            missing = default is PydanticUndefined or default is None
            found[f"BROADSHEET_{name.upper()}"] = "" if missing else str(default)
    return found


def test_the_example_lists_every_setting_with_its_default() -> None:
    assert _in_the_file() == _in_the_code()


def test_every_setting_is_explained() -> None:
    lines = FILE.read_text().splitlines()
    for number, line in enumerate(lines):
        if line and not line.startswith("#"):
            assert lines[number - 1].startswith("# "), f"{line} has no explanation above it"
