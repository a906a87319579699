"""The import contracts are kept, and would be seen to be broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")

VIOLATIONS = {
    "a service imports another service": (
        "services/api/planted.py",
        "import services.renderer.handlers\n",
    ),
    "shared imports a service": ("shared/planted.py", "import services.api.roles\n"),
    "a service imports the command line": ("services/mailer/planted.py", "import cli.main\n"),
    "a plug-in imports the broker's library": (
        "services/renderer/formats/planted.py",
        "import faststream\n",
    ),
    "a plug-in imports the store": (
        "services/aggregator/report_types/planted.py",
        "import shared.store.engine\n",
    ),
}


def _copy_of_the_code(folder: Path) -> Path:
    for package in ("cli", "deploy", "services", "shared"):
        shutil.copytree(
            CHECKOUT / package,
            folder / package,
            ignore=shutil.ignore_patterns("__pycache__", "fonts"),
        )
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    return folder


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_code_keeps_its_contracts(tmp_path: Path) -> None:
    result = _lint(_copy_of_the_code(tmp_path))
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_planted_violation_is_seen(tmp_path: Path, violation: str) -> None:
    folder = _copy_of_the_code(tmp_path)
    file, code = VIOLATIONS[violation]
    (folder / file).write_text(code)
    result = _lint(folder)
    assert result.returncode != 0
    assert "planted" in result.stdout
