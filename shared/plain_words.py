"""The codes of a source, such as `close_up`, as people read them.

Documents keep the codes in their tables (`Column.coded`), so that data files can be joined and
filtered by them; sentences, charts and what is drawn of a table say the words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_SPELLED_OTHERWISE = {"close_up": "close-up", "sd": "SD", "hd": "HD", "uhd": "UHD", "gpu": "GPU"}


def plain_words(text: str) -> str:
    """For instance "lip sync" for `lip_sync`; what is no code (has capitals or spaces) stays."""
    if not _CODE.fullmatch(text):
        return text
    return _SPELLED_OTHERWISE.get(text, text.replace("_", " "))


def told_apart(texts: Iterable[str]) -> dict[str, str]:
    """Each with its plain words; those that would read like another one stay as they are."""
    words = {text: plain_words(text) for text in texts}
    uses = Counter(words.values())
    return {text: told if uses[told] == 1 else text for text, told in words.items()}
