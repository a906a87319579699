"""Names of files at a destination: a template such as `{tenant}/{yyyy}/{mm}/{run}.{format}`.

Checked when a destination is saved; filled at each send, always with the same result for the same
file of the same run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

PLACEHOLDERS = {
    "tenant": "the tenant's slug",
    "definition": "the definition's name; without one, the report type's",
    "type": "the report type",
    "yyyy": "the year the run was completed in (UTC)",
    "mm": "its month, two digits",
    "dd": "its day, two digits",
    "run": "the run's id",
    "format": "the file's extension, as in `csv` or `csv.zip`",
}
"""What may stand in braces."""

DEFAULT = "{tenant}/{definition}/{yyyy}/{mm}/{run}.{format}"

MOST_CHARACTERS = 300
_MOST_OF_A_VALUE = 80
_MOST_DECODED = 4
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def checked_template(template: str) -> str:
    """The template; ValueError says what about it cannot be."""
    if not template.isprintable():
        raise ValueError("control characters are not allowed")
    if len(template) > MOST_CHARACTERS:
        raise ValueError(f"use at most {MOST_CHARACTERS} characters")
    if "\\" in template:
        raise ValueError("folders are separated by /")
    for name in _PLACEHOLDER.findall(template):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise ValueError(f"{{{name}}} is none: use {known}")
    if any(brace in _PLACEHOLDER.sub("", template) for brace in "{}"):
        raise ValueError("a brace stands alone")
    for name in ("run", "format"):
        if f"{{{name}}}" not in template:
            raise ValueError(f"{{{name}}} has to be in it, so that no two files have one name")
    for part in template.split("/"):
        if part != part.strip():
            raise ValueError("no part of the path begins or ends with a space")
    for reading in _readings(template):
        # What follows a semicolon is a parameter to some servers (RFC 3986, section 3.3).
        if any(part.partition(";")[0].strip() in ("", ".", "..") for part in reading.split("/")):
            raise ValueError(
                "leave out empty parts, . and .., however written: it is a path below the "
                "destination"
            )
    return template


def _readings(template: str) -> Iterator[str]:
    """As it stands, and as others may read it: percent-decoded, more than once, and with the plain
    form of letters of which one is two dots."""
    decoded = template
    for _ in range(_MOST_DECODED):
        yield decoded
        decoded = unicodedata.normalize("NFKC", unquote(decoded)).replace("\\", "/")


def filled(template: str, values: Mapping[str, str]) -> str:
    """The path; whatever a value holds, it adds no folder and leaves none."""
    return _PLACEHOLDER.sub(lambda found: harmless(values[found[1]]), template)


def harmless(value: str) -> str:
    """The value as part of one name: letters, digits, dots, dashes and underscores."""
    kept = "".join(
        c if c.isalnum() or c in "-_." else "-" for c in unicodedata.normalize("NFC", value)
    )
    return re.sub("-{2,}", "-", kept).strip("-.")[:_MOST_OF_A_VALUE].strip("-.") or "unnamed"
