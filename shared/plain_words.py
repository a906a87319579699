"""The codes of a source, such as `close_up`, as people read them, in the current language.

Documents keep the codes in their tables (`Column.coded`), so that data files can be joined and
filtered by them; sentences, charts and what is drawn of a table say the words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from shared.localized import say

_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def plain_words(text: str) -> str:
    """For instance "lip sync" for `lip_sync`; what is no code (has capitals or spaces) stays.

    A code that the catalogue does not have keeps its own words, whatever the language.
    """
    if not _CODE.fullmatch(text):
        return text
    name = f"code-{text}"
    return say(name) if name in say else text.replace("_", " ")


def told_apart(texts: Iterable[str]) -> dict[str, str]:
    """Each with its plain words; those that would read like another one stay as they are."""
    words = {text: plain_words(text) for text in texts}
    uses = Counter(words.values())
    return {text: told if uses[told] == 1 else text for text, told in words.items()}
