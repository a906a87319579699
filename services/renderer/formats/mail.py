"""The body of the mail that brings a report: subject, HTML and plain text, as JSON."""

from __future__ import annotations

import json

from services.renderer import presentation
from services.renderer.formats.format import Rendered, register
from services.renderer.templating import template
from shared.document import ReportDocument

LONGEST_SUBJECT = 150
"""Characters; mail programmes show about half of it."""


@register
class MailFormat:
    """`{"subject", "html", "text"}`: the summary and the headline figures."""

    name = "mail"
    title = "Mail body"
    media_type = "application/json"
    extension = "mail.json"
    internal = True
    isolated = False
    kept_warm = True
    ceiling = 0  # it has no tables

    def render(self, document: ReportDocument) -> Rendered:
        """The subject is one line without control characters, whatever the title holds."""
        values = {"document": document}
        body = {
            "subject": subject(document),
            "html": template("mail.html").render(values),
            "text": template("mail.txt").render(values),
        }
        return Rendered(json.dumps(body, ensure_ascii=False, indent=1).encode(), 0)


def subject(document: ReportDocument) -> str:
    """For instance "Delivery summary, 1 October 2026"."""
    title = presentation.one_line(document.title)
    period = document.period.words
    room = LONGEST_SUBJECT - len(period) - 2
    if len(title) > room:
        title = title[: room - 1].rstrip() + "…"
    return f"{title}, {period}" if title else period
