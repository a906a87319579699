"""Why a drawing process did not give its file."""

from __future__ import annotations

from shared.errors import PermanentError, TransientError


class RenderTimeout(PermanentError):
    """The document took more computing time to draw than is allowed."""

    def __init__(self, format_name: str, seconds: float) -> None:
        super().__init__(
            "render_timeout",
            f"drawing {format_name} took more than {seconds:g} s of computing: "
            "ask for a shorter period or fewer rows",
        )


class RenderStarved(TransientError):
    """The document was not drawn in time, though it did not compute for as long as it may."""

    def __init__(self, format_name: str, seconds: float) -> None:
        super().__init__(
            "render_starved",
            f"drawing {format_name} was not done after {seconds:g} s: the machine was busy "
            "with other work",
        )


class RenderOutOfMemory(PermanentError):
    """The document needed more memory than is allowed."""

    def __init__(self, format_name: str, limit_bytes: int) -> None:
        super().__init__(
            "render_out_of_memory",
            f"drawing {format_name} took more than {limit_bytes >> 20} MB: "
            "ask for a shorter period or fewer rows",
        )


class RenderFailed(PermanentError):
    """The document could not be drawn."""

    def __init__(self, reason: str, code: str = "render_failed") -> None:
        super().__init__(code, reason)
