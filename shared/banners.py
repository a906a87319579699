"""What a report says before anything else: that its data may be old, or why it corrects another.

`runs.banner` has what it is about, and no sentence: that is said in the language of the report.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class Banner(BaseModel):
    """One of the things that may have to be said first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signal: str | None = None
    """The data may be old: this signal had not come."""
    not_later_than: str | None = None
    """The local time by which it should have, for instance "09:00"."""
    reason: str | None = None
    """Of the correction, in somebody's own words."""
    text: str | None = None
    """A sentence as it stands."""

    @classmethod
    def of(cls, stored: str | None) -> Banner | None:
        """From a run's row; runs from before there were languages have a sentence there."""
        if stored is None:
            return None
        try:
            return cls.model_validate_json(stored)
        except ValidationError:
            return cls(text=stored)

    def stored(self) -> str:
        """For a run's row: JSON."""
        return self.model_dump_json(exclude_none=True)
