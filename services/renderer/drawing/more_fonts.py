"""The font files for letters that the typeface lacks, held in memory.

They come as Python packages (pinned like every other), so that the same document gives the same
bytes on every machine. A package that is not installed is no error: its letters are then printed
as replacement characters, and the report says so.

A drawing process can open no file, so `load` has to be called before it gives up its rights. The
files are mapped, not read: until a document needs them they cost nothing but the libraries.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any


class MoreFontsNeeded(Exception):
    """The document has letters for which this process has loaded no fonts."""


@dataclass(frozen=True)
class FontFile:
    """One font of variable weight."""

    name: str
    """As PDFs name it, without the weight."""
    data: mmap.mmap

    @cached_property
    def characters(self) -> frozenset[str]:
        """All it has a glyph for."""
        return frozenset(map(chr, self.opened().getBestCmap()))

    def opened(self) -> Any:
        """A fontTools font that reads from the file what it is asked for."""
        from fontTools.ttLib import TTFont

        self.data.seek(0)
        return TTFont(self.data, lazy=True, recalcTimestamp=False)


PACKAGED = (
    ("OpenSansHebrew", "fontpkg_open_sans", "files/OpenSans[wdth,wght].ttf"),
    ("NotoSansArabic", "fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf"),
    *(
        (name, "justmytype_intl_cjk", f"fonts/ofl/{name.lower()}/{name}[wght].ttf")
        for name in ("NotoSansSC", "NotoSansTC", "NotoSansJP", "NotoSansKR")
    ),
)
"""Font, Python package, file. Open Sans is our own typeface in a later version, with Hebrew."""

SAMPLE = "א نور 光"
"""A letter of each script: drawing it loads all that drawing others needs."""

_loaded: list[FontFile] = []
_ready = False


def load() -> None:
    """Map the font files and import what reads them; once per process."""
    global _ready
    if _ready:
        return
    import arabic_reshaper  # noqa: F401 - loaded now, because later no file can be opened
    import bidi.algorithm  # noqa: F401
    import fontTools.subset
    import fontTools.varLib.instancer  # noqa: F401

    for name, package, file in PACKAGED:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            continue
        with (Path(spec.submodule_search_locations[0]) / file).open("rb") as opened:
            data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        _loaded.append(FontFile(name, data))
    _ready = True


def loaded() -> tuple[FontFile, ...]:
    """The fonts, in the order in which a letter is looked for; MoreFontsNeeded before `load`."""
    if not _ready:
        raise MoreFontsNeeded
    return tuple(_loaded)
