"""The formats: each is one file here, and one name in the import below."""

from services.renderer.formats import csv, json, mail, pdf
from services.renderer.formats.format import Format, Rendered, formats, register

__all__ = ["Format", "Rendered", "csv", "formats", "json", "mail", "pdf", "register"]
