"""The published schema of the document is the code's, and what the JSON format writes keeps it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.renderer.formats import formats
from shared.document_schema import document_schema
from tests.documents import document, empty_document, every_kind, two_tables

PUBLISHED = Path(__file__).parents[2] / "docs/report-document.schema.json"


@pytest.fixture
def validator() -> Draft202012Validator:
    schema = json.loads(PUBLISHED.read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def written(name: str = "usual") -> Any:
    documents = {
        "usual": document,
        "empty": empty_document,
        "every_kind": every_kind,
        "two_tables": two_tables,
    }
    return json.loads(formats["json"].render(documents[name]()).content)


def test_the_published_schema_is_the_code_s() -> None:
    published = json.loads(PUBLISHED.read_text())
    assert published == document_schema(), (
        "run: python -m shared.document_schema > docs/report-document.schema.json"
    )


@pytest.mark.parametrize("name", ["usual", "empty", "every_kind", "two_tables"])
def test_what_is_written_keeps_it(name: str, validator: Draft202012Validator) -> None:
    validator.validate(written(name))


def test_a_reader_of_today_takes_what_later_versions_add(validator: Draft202012Validator) -> None:
    validator.validate({**written(), "added_later": 1})


def test_a_document_that_is_none_is_seen(validator: Draft202012Validator) -> None:
    broken: list[dict[str, Any]] = [
        {name: value for name, value in written().items() if name != "as_of"},
        {**written(), "kpis": [{**written()["kpis"][0], "value": 45}]},
        {**written(), "as_of": 5},
        {**written(), "period": {**written()["period"], "first_day": "October"}},
    ]
    table = written()["sections"][1]["tables"][0]
    broken.append(
        {**written(), "sections": [{"title": "x", "tables": [{**table, "rows": [[1.5]]}]}]}
    )
    for wrong in broken:
        assert not validator.is_valid(wrong)
