"""The few pages that the api shows to people who come by a link; everything else is JSON."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent
NOBODY = "'none'"
"""No origin, as a Content-Security-Policy says it."""


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


def frame_ancestors(origins: Sequence[str]) -> str:
    """The directive of a Content-Security-Policy: whose pages may frame this one."""
    return f"frame-ancestors {' '.join(origins) or NOBODY}"


def page(
    name: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    *,
    framed_by: Sequence[str] = (),
    **values: Any,
) -> HTMLResponse:
    """The page of that file name. Nothing in it runs or loads; nobody keeps it, and no page frames
    it but those of the origins `framed_by`."""
    style, digest = _style()
    return HTMLResponse(
        _environment().get_template(name).render(style=style, **values),
        status_code=status,
        headers={
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; "
            f"form-action 'self'; {frame_ancestors(framed_by)}; base-uri 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex, nofollow",
            **(headers or {}),
        },
    )
