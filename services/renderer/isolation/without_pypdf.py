"""Draws without pypdf, which xhtml2pdf imports to put pages of other PDFs into its own.

Ours insert none. Each drawing process is 8 MB smaller without it and starts sooner, and it has no
reader of PDF files that a document could reach.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

NAMES = ("pypdf", "pypdf.generic")
"""What xhtml2pdf imports of it."""


def leave_out_pypdf() -> None:
    """Before xhtml2pdf is first imported, in a process that does nothing but draw."""
    for name in NAMES:
        sys.modules.setdefault(name, _Nothing(name))


class _Nothing(ModuleType):
    """Has every class that is asked for; each refuses to be used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (_Refused,), {})


class _Refused:
    def __init__(self, *_: object, **__: object) -> None:
        raise RuntimeError("a drawing process has no reader of PDF files")
