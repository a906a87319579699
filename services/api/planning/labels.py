"""What people call things: names and tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints


def _each_once(tags: Sequence[str]) -> list[str]:
    """In the order of the alphabet, so that equal sets are equal lists."""
    return sorted(set(tags))


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""Unique among those of its kind in the tenant."""
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_each_once)]
