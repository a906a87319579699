"""How a tenant's reports look is said by its administrators, checked, and logged."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

STYLE = "/api/v1/settings/house-style"
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">'
    '<circle cx="10" cy="10" r="9" fill="#7A3E9D"/></svg>'
)
WANTED = {
    "paper": "letter",
    "logo": {
        "media_type": "image/svg+xml",
        "data": base64.b64encode(PICTURE.encode()).decode(),
    },
    "colour": "#0B6E4F",
    "second_colour": "#7A3E9D",
    "footer": "For internal use",
}


async def test_at_first_reports_are_plain(ada: httpx.AsyncClient) -> None:
    found = (await ada.get(STYLE)).json()
    assert (found["paper"], found["logo"], found["footer"]) == ("a4", None, "")


async def test_what_an_administrator_says_is_kept_and_logged(ada: httpx.AsyncClient) -> None:
    assert (await ada.put(STYLE, json=WANTED)).json() == WANTED
    assert (await ada.get(STYLE)).json() == WANTED
    (entry,) = (await ada.get("/api/v1/audit")).json()
    assert (entry["actor"], entry["action"]) == ("ada", "house_style.changed")
    # The log says what was changed, without the picture itself.
    assert entry["details"] == WANTED | {"logo": {"media_type": "image/svg+xml"}}


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"colour": "#FFD400"}, "/colour"),
        ({"colour": "blue"}, "/colour"),
        ({"paper": "a5"}, "/paper"),
        ({"footer": "x" * 121}, "/footer"),
        ({"logo": {"media_type": "image/gif", "data": ""}}, "/logo/media_type"),
        ({"logo": {"media_type": "image/png", "data": "R0lGODlh"}}, "/logo"),
        ({"font": "Comic"}, "/font"),
    ],
)
async def test_what_cannot_be_drawn_is_refused_by_its_name(
    part: dict[str, Any], field: str, ada: httpx.AsyncClient
) -> None:
    answer = await ada.put(STYLE, json=part)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert (await ada.get(STYLE)).json()["paper"] == "a4"
