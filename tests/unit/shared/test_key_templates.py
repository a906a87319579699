"""Names of files at a destination: one for each file, and none that leaves its folder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.key_templates import DEFAULT, PLACEHOLDERS, checked_template, filled, harmless


@pytest.mark.parametrize(
    "template",
    [
        *("../{run}.{format}", "a/../{run}.{format}", "a/./{run}.{format}", "/{run}.{format}"),
        *("a//{run}.{format}", "{run}.{format}/", "a\\{run}.{format}", "{run}\n.{format}"),
        *("{run}\x00.{format}", "{run}\u202e.{format}", "{secret}/{run}.{format}"),
        *("{run}", "{format}", "", "{run.__class__}.{format}", "{{run}}.{format}", "{run.{format}"),
        *(" /{run}.{format}", "a/ b/{run}.{format}", "x" * 300 + "{run}.{format}"),
        *("%2e%2e/{run}.{format}", "a/%2E./{run}.{format}", "..%2f{run}.{format}"),
        *("a/%252e%252e/{run}.{format}", "..%5c{run}.{format}", "a/..;x/{run}.{format}"),
        *("\uff0e\uff0e/{run}.{format}", "a/\u2025/{run}.{format}", "a%2f%2fb/{run}.{format}"),
    ],
)
def test_a_template_that_could_lead_elsewhere_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        checked_template(template)


@pytest.mark.parametrize(
    "template",
    [
        *("100%/{run}.{format}", "50%25/{run}.{format}", "a;b/{run}.{format}"),
        *(
            ".../{run}.{format}",
            "\u00dcbersicht\u2026/{run}.{format}",
            "{definition}/..{run}.{format}",
        ),
    ],
)
def test_what_only_looks_a_little_like_one_is_fine(template: str) -> None:
    assert checked_template(template) == template


def test_the_default_is_fine() -> None:
    values = dict.fromkeys(PLACEHOLDERS, "x") | {"run": "0189", "format": "csv"}
    assert filled(checked_template(DEFAULT), values) == "x/x/x/x/0189.csv"


@given(st.text(max_size=100))
def test_no_value_adds_a_folder_or_leaves_one(value: str) -> None:
    name = harmless(value)
    assert name
    assert name.strip(".")
    assert not set(name) & set('/\\\x00\n "<>:|?*')
    path = filled("a/{definition}/{run}.{format}", dict.fromkeys(PLACEHOLDERS, value))
    assert path.count("/") == 2
    assert ".." not in path.split("/")


def test_names_of_people_stay_readable() -> None:
    assert harmless("Größe / März: Übersicht") == "Größe-März-Übersicht"
