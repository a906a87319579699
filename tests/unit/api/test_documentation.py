"""docs/api.md says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from services.api import problems
from services.api.roles import as_table

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "api.md").read_text()


def test_the_table_of_roles_is_the_one_that_guards_the_routes() -> None:
    assert as_table() in PAGE, f"put this into docs/api.md:\n{as_table()}"


def test_every_type_of_problem_has_its_line() -> None:
    documented = {
        (kind, int(status)) for kind, status in re.findall(r"`/problems/([\w-]+)` \| (\d+)", PAGE)
    }
    code = "".join(path.read_text() for path in (ROOT / "services" / "api").rglob("*.py"))
    special = set(re.findall(r'kind="([\w-]+)"', code))
    general = {(kind, status) for status, (kind, _) in problems.TITLES.items()}

    assert general <= documented
    assert {kind for kind, _ in documented} == special | {kind for kind, _ in general}
