"""A message in a few lines: what it is, what it says, where its files lie."""

from __future__ import annotations

from services.mailer.channels.channel import Message


def title(message: Message) -> str:
    """One line."""
    if message.subject:
        return message.subject
    assert message.about is not None
    return message.about.definition


def words(message: Message, most: int) -> str:
    """The report's own words, at most so many characters; whole lines where there are several."""
    text = message.text.strip()
    if len(text) <= most:
        return text
    lines = text[: most - 2].rsplit("\n", 1)[0].rstrip()
    return f"{lines}\n…"


def links(message: Message) -> list[tuple[str, str]]:
    """Each file's name and where it can be fetched."""
    return [(file.filename, file.page) for file in message.files if file.page is not None]
