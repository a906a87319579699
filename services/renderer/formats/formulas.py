"""Which texts a spreadsheet would compute instead of showing them."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Where a spreadsheet begins to compute (OWASP, "CSV Injection")."""


def begins_a_formula(text: str) -> bool:
    """Whether the text has to be marked as one before a spreadsheet reads it."""
    return text.startswith(FORMULA_STARTS)
