"""A message in Slack's own markup (https://docs.slack.dev/messaging/formatting-message-text)."""

from __future__ import annotations

from services.mailer.channels import summary
from services.mailer.channels.channel import Message

MOST_CHARACTERS = 3000
"""Of the report's words; Slack takes ten times as many, people do not."""


def written(message: Message) -> str:
    """Title, words, links."""
    lines = [f"*{plain(summary.title(message))}*", plain(summary.words(message, MOST_CHARACTERS))]
    lines += [f"<{link}|{plain(name)}>" for name, link in summary.links(message)]
    return "\n".join(filter(None, lines))


def plain(text: str) -> str:
    """The text as it stands: with `<!channel>` in it nobody is called."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
