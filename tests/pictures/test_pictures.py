"""Pages of the reports are the pictures in the gallery.

After a change that is meant to be seen: `make pictures`, look at them, commit them.
"""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from deploy.local.infrastructure import LocalInfrastructure
from services.renderer.isolation.pool import RenderPool
from shared.document import ReportDocument
from shared.house_style import HouseStyle, Logo, Paper, Picture
from tests.october import october
from tests.pictures.drawn_pages import (
    MOST_STRONG,
    drawn_page,
    side_by_side,
    store,
    strong_differences,
)

CHECKOUT = Path(__file__).parents[2]
STORED = CHECKOUT / "docs" / "pictures"
SEEN = CHECKOUT / "var" / "pictures"
"""Where the difference is drawn when there is one."""

PICTURES: dict[str, tuple[str, int]] = {
    "cost-per-character": ("cost_per_character", 1),
    "delivery-summary": ("delivery_summary", 1),
    "delivery-summary-writing": ("delivery_summary in other writing", 1),
    "generation-jobs": ("generation_jobs", 1),
    "generation-jobs-letter": ("generation_jobs in house style", 1),
    "gpu-utilization": ("gpu_utilization", 1),
    "gpu-utilization-2": ("gpu_utilization", 2),
    "quality-metrics": ("quality_metrics", 1),
    "reviewer-productivity": ("reviewer_productivity", 1),
    "throughput-metrics": ("throughput_metrics", 1),
    "usage-summary": ("usage_summary", 1),
}
"""By the file's name: of which document, and which of its pages."""
OTHER_WRITING = {
    "Lighthouse Studio": "Αθήνα Студия",
    "Lanterns of Osk": "פנסי הלילה",
    "The Paper Admiral": "أميرال الورق",
    "Brass Menagerie": "真鍮の動物園",
    "Saltmarsh Choir": "갯벌 합창단",
}
"""In place of names of the demo: Greek and Cyrillic, Hebrew, Arabic, Chinese characters, Hangul."""
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">
<circle cx="20" cy="20" r="18" fill="#8C1D40"/><path d="M14 30 L20 8 L26 30 Z" fill="#FFFFFF"/>
<rect x="46" y="12" width="70" height="5" fill="#8C1D40"/>
<rect x="46" y="23" width="48" height="5" fill="#B08D57"/></svg>"""
HOUSE_STYLE = HouseStyle(
    paper=Paper.LETTER,
    logo=Logo(media_type=Picture.SVG, data=base64.b64encode(LOGO).decode()),
    colour="#8C1D40",
    second_colour="#A3783A",
    footer="Lighthouse Studio, for those who work on it",
)

every_picture = pytest.mark.parametrize("name", PICTURES)


def picture_of(name: str) -> Path:
    return STORED / f"{name}.png"


def _documents(infra: LocalInfrastructure) -> dict[str, ReportDocument]:
    found = october(infra)
    json = found["delivery_summary"].model_dump_json()
    for name, other in OTHER_WRITING.items():
        json = json.replace(name, other)
    found["delivery_summary in other writing"] = ReportDocument.model_validate_json(json)
    found["generation_jobs in house style"] = found["generation_jobs"].model_copy(
        update={"house_style": HOUSE_STYLE}
    )
    return found


async def _drawn(documents: dict[str, ReportDocument]) -> dict[str, Image.Image]:
    pool = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=100)
    try:
        files = {
            name: (await pool.render("pdf", found.model_dump_json().encode())).content
            for name, found in documents.items()
        }
    finally:
        await pool.close()
    return {name: drawn_page(files[which], page) for name, (which, page) in PICTURES.items()}


@pytest.fixture(scope="module")
def pages(infra: LocalInfrastructure) -> dict[str, Image.Image]:
    return asyncio.run(_drawn(_documents(infra)))


@every_picture
def test_the_page_looks_as_in_the_gallery(
    name: str, pages: dict[str, Image.Image], renew_pictures: bool
) -> None:
    if renew_pictures:
        store(pages[name], picture_of(name))
    with Image.open(picture_of(name)) as stored:
        apart = strong_differences(stored, pages[name])
        if apart > MOST_STRONG:
            store(side_by_side(stored, pages[name]), seen := SEEN / picture_of(name).name)
            pytest.fail(
                f"the page differs from {picture_of(name)} in {apart:,} pixels: look at {seen} "
                "(stored, drawn, difference); `make pictures` if it is meant to"
            )


@every_picture
def test_a_change_that_one_can_see_is_noticed(name: str) -> None:
    with Image.open(picture_of(name)) as stored:
        changed = stored.convert("RGB")
    # A digit of a headline figure, covered.
    ImageDraw.Draw(changed).rectangle((300, 400, 312, 416), fill="black")
    assert strong_differences(changed, changed) == 0
    assert strong_differences(stored, changed) > MOST_STRONG
    moved = changed.transform(changed.size, Image.Transform.AFFINE, (1, 0, 3, 0, 1, 0))
    assert strong_differences(changed, moved) > MOST_STRONG
