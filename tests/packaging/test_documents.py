"""The documents lead somewhere, and what they copy from the code is what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import prometheus_client
import pytest

from services.aggregator.rollups import keeper
from services.api import observation
from services.scheduler import gauges
from shared import housekeeping, telemetry

CHECKOUT = Path(__file__).parents[2]
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])

_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchors(document: Path) -> set[str]:
    """Its headings as links name them."""
    text = _BLOCK.sub("", document.read_text())
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in _HEADING.findall(text)
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = [first or second for first, second in _LINK.findall(document.read_text())]
    for link in links:
        path, _, anchor = link.partition("#")
        if path.startswith(("http://", "https://", "mailto:")):
            continue
        target = (document.parent / path) if path else document
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target), f"{link}: there is no such heading"


def test_the_readme_shows_the_example_as_it_is() -> None:
    example = (CHECKOUT / "docs/examples/consume.py").read_text()
    assert f"```python\n{example}```" in (CHECKOUT / "README.md").read_text()


def test_every_column_of_the_demo_studio_is_described() -> None:
    schema = (CHECKOUT / "deploy/demo/schema.sql").read_text()
    page = (CHECKOUT / "docs/sources/studio.md").read_text()
    columns = {
        table: set(re.findall(r"^    ([a-z_]+) ", body, re.M)) - {"id"}
        for table, body in re.findall(r"^CREATE TABLE (\w+) \((.+?)^\);", schema, re.M | re.S)
    }
    described = {
        table: set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|([^|]+)", text, re.M))))
        for table, text in re.findall(r"^\*\*(\w+)\*\*:(.+?)(?=^\*\*|^## )", page, re.M | re.S)
    }
    assert columns
    assert described == columns


def test_the_operations_guide_has_a_line_for_every_metric() -> None:
    metrics = [
        value
        for module in (telemetry, observation, gauges, housekeeping, keeper)
        for value in vars(module).values()
        if isinstance(value, prometheus_client.metrics.MetricWrapperBase)
    ]
    names = {
        metric.name + ("_total" if metric.type == "counter" else "")
        for wrapper in metrics
        for metric in wrapper.describe()
    }
    assert names
    guide = (CHECKOUT / "docs/operations.md").read_text()
    chapter = guide.partition("\n## Metrics\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", chapter, re.MULTILINE)) == names
