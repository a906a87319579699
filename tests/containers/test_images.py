"""The five images: what each holds, and as whom it runs."""

from __future__ import annotations

import json

import pytest

from deploy.containers.engine import Engine
from deploy.containers.images import SERVICES

pytestmark = pytest.mark.containers

OWNERS = {
    "xhtml2pdf": "renderer",
    "fastapi": "api",
    "apscheduler": "scheduler",
    "aiosmtplib": "mailer",
}
"""Libraries that one service alone needs."""

_LOOK = f"""
import importlib.util, json, os, pathlib
service = os.environ["SERVICE"]
importlib.import_module(f"services.{{service}}.app")
print(json.dumps({{
    "uid": os.getuid(),
    "services": [folder.name for folder in pathlib.Path("services").iterdir() if folder.is_dir()],
    "libraries": [name for name in {list(OWNERS)} if importlib.util.find_spec(name)],
}}))
"""


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_its_own_service_alone(
    service: str, container_engine: Engine, built: None
) -> None:
    found = json.loads(
        container_engine.docker(
            *("run", "--rm", "--read-only", "--network", "none", f"broadsheet-{service}"),
            *("python", "-c", _LOOK),
        )
    )
    assert found["uid"] == 10001
    assert [name for name in found["services"] if name != "__pycache__"] == [service]
    assert found["libraries"] == [name for name, owner in OWNERS.items() if owner == service]
