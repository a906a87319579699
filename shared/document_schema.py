"""The JSON Schema of the ReportDocument, which the JSON format and the snapshot hold.

`python -m shared.document_schema` prints it; `docs/report-document.schema.json` is its copy for
readers, and a test compares the two.
"""

from __future__ import annotations

import json
from typing import Any

from shared.document import ReportDocument

IDENTIFIER = "urn:broadsheet:report-document:1"


def document_schema() -> dict[str, Any]:
    """JSON Schema 2020-12. New fields may come within a version, so unknown ones are allowed."""
    schema = ReportDocument.model_json_schema(mode="serialization")
    for definition in [schema, *schema["$defs"].values()]:
        definition.pop("additionalProperties", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        **schema,
    }


if __name__ == "__main__":
    print(json.dumps(document_schema(), indent=2))
