"""What one may choose about a report's files: of a request, and of a definition's version."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Switch = Annotated[bool, Field(strict=True)]


class FormatOptions(BaseModel):
    """Of all formats together; each looks at those that it knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    neutralise_formulas: Switch = Field(
        True,
        description="Whether texts that begin with = + - @, a tab or a line end are kept from "
        "being computed: by an apostrophe before them in CSV, by their style in XLSX. "
        "Numbers stay numbers.",
    )
    csv_byte_order_mark: Switch = Field(
        False,
        description="Whether CSV begins with a byte order mark, by which Excel knows UTF-8.",
    )

    def as_stored(self) -> dict[str, Any]:
        """What differs from the defaults; an empty mapping for most reports."""
        return self.model_dump(exclude_defaults=True)
