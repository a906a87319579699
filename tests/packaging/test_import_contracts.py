"""The import contracts are kept, and would be seen to be broken."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")

VIOLATIONS = {
    "services/api/planted.py": "import services.renderer.handlers\n",
    "shared/planted.py": "import services.api.roles\n",
    "services/mailer/planted.py": "import cli.main\n",
    "services/renderer/formats/planted.py": "import faststream\n",
    "services/aggregator/report_types/planted.py": "import shared.store.engine\n",
}
"""Another service, a service in what is shared, the command line in a service, and in a plug-in the
broker's library and the store."""


def _copy_of_the_code(folder: Path) -> Path:
    for package in ("cli", "deploy", "services", "shared"):
        shutil.copytree(
            CHECKOUT / package,
            folder / package,
            ignore=shutil.ignore_patterns("__pycache__", "fonts", "web"),
        )
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    return folder


def test_planted_violations_are_seen_and_nothing_else_is_found(tmp_path: Path) -> None:
    folder = _copy_of_the_code(tmp_path)
    for file, code in VIOLATIONS.items():
        (folder / file).write_text(code)
    linted = subprocess.run(
        [LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert linted.returncode != 0
    found = set(re.findall(r"^- *([\w.]+) -> ([\w.]+)", linted.stdout, re.MULTILINE))
    planted = {
        (file.removesuffix(".py").replace("/", "."), code.split()[1])
        for file, code in VIOLATIONS.items()
    }
    assert planted <= found, linted.stdout
    assert {importer for importer, _ in found} == {importer for importer, _ in planted}
