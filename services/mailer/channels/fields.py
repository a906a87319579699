"""Fields that settings of destinations are made of.

Each names a `format` in its JSON Schema, by which the api checks what Pydantic checks here.
"""

from __future__ import annotations

import base64
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic.config import JsonDict

from shared import key_templates

Url = Annotated[str, Field(max_length=2000, json_schema_extra={"format": "outgoing-url"})]
"""An https address; whether it may be reached is asked when it is used."""

Endpoint = Annotated[str, Field(max_length=2000, json_schema_extra={"format": "outgoing-endpoint"})]
"""The same of a service: what is asked for is put behind it."""

Host = Annotated[str, Field(max_length=253, json_schema_extra={"format": "outgoing-host"})]
"""A host's name or address alone."""

KeyTemplate = Annotated[
    str,
    AfterValidator(key_templates.checked_template),
    Field(
        max_length=key_templates.MOST_CHARACTERS,
        json_schema_extra={"format": "key-template"},
        description="Where a file goes, with "
        + ", ".join(f"{{{name}}}" for name in key_templates.PLACEHOLDERS),
    ),
]

BASE64: JsonDict = {"pattern": "^[A-Za-z0-9+/]+={0,2}$"}
"""For the JSON Schema of a secret that is a file: texts in requests have no line breaks."""


def from_base64(secret: SecretStr) -> str:
    """The file's text; ValueError where it is none."""
    return base64.b64decode(secret.get_secret_value(), validate=True).decode()
