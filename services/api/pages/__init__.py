"""The few pages that the api shows to people who come by a link; everything else is JSON."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> tuple[str, str]:
    """The pages' style sheet, and its hash for the policy below."""
    style = (_FOLDER / "page.css").read_text()
    return style, b64encode(hashlib.sha256(style.encode()).digest()).decode()


def page(
    name: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """The page of that file name. Nothing in it runs, loads or is framed; nobody keeps it."""
    style, digest = _style()
    return HTMLResponse(
        _environment().get_template(name).render(style=style, **values),
        status_code=status,
        headers={
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex, nofollow",
            **(headers or {}),
        },
    )
