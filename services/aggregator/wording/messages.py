"""The messages that most report types share. A type's own may refer to them."""

from __future__ import annotations

from pathlib import Path

from shared import localized
from shared.messages import Messages

say = Messages(Path(__file__).parent / "texts", localized.say)


def messages_of(module: str) -> Messages:
    """Those of a report type: the folder `texts` beside the module (its `__file__`)."""
    return Messages(Path(module).parent / "texts", say, localized.say)
