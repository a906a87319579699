"""The languages that reports are written in, and the one that is being written just now.

What makes a document, and what draws one, is a hundred functions deep, and each of them may have a
word to say. So the language is not handed from one to the next: it is set once for each document,
where its making or its drawing begins, as `decimal` does with its context (decision 0038). Outside
of that it is English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated

from pydantic import StringConstraints

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de", "fr")
"""BCP 47 tags of those that numbers, days and the fixed words of files are known in. Which of them
a report type speaks is its own to say."""

LanguageTag = Annotated[
    str, StringConstraints(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
]
"""What is written as a language's tag is (RFC 5646), whether or not anybody speaks it. 35 letters
are enough for any (section 4.4.1)."""

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def current() -> str:
    """The tag of the language that is being written."""
    return _current.get()


@contextmanager
def written_in(language: str) -> Iterator[None]:
    """All that is said within is said in that language; LookupError for one that is not known."""
    if language not in LANGUAGES:
        raise LookupError(f"nothing is written in {language!r}: use one of {', '.join(LANGUAGES)}")
    before = _current.set(language)
    try:
        yield
    finally:
        _current.reset(before)
