"""The templates, escaping every value, read and compiled once per process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from services.renderer import palette, presentation
from services.renderer.words import words
from shared.languages import current
from shared.localized import percent_sign

FOLDER = Path(__file__).parent / "templates"


@cache
def template(name: str) -> Template:
    """The template of that file name; `.txt` ones alone are not escaped."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        say=presentation,
        palette=palette,
        words=words,
        language=current,
        percent_sign=percent_sign,
    )
    environment.filters["line"] = presentation.one_line
    return environment
