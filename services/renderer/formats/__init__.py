"""The formats: each is one file here, and one name in the import below."""

from services.renderer.formats import csv, html, json, mail, ndjson, parquet, pdf, xlsx
from services.renderer.formats.format import (
    Files,
    Format,
    PagedFormat,
    PixelFormat,
    Rendered,
    StreamedFormat,
    Written,
    adjusted,
    formats,
    register,
    render_whole,
    write_whole,
)

__all__ = [
    "Files",
    "Format",
    "PagedFormat",
    "PixelFormat",
    "Rendered",
    "StreamedFormat",
    "Written",
    "adjusted",
    "csv",
    "formats",
    "html",
    "json",
    "mail",
    "ndjson",
    "parquet",
    "pdf",
    "register",
    "render_whole",
    "write_whole",
    "xlsx",
]
