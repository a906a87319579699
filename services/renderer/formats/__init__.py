"""The formats: each is one file here, and one name in the import below."""

from services.renderer.formats import csv, html, json, mail, ndjson, parquet, pdf, xlsx
from services.renderer.formats.format import Format, Rendered, formats, register, render_whole

__all__ = [
    "Format",
    "Rendered",
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
    "xlsx",
]
