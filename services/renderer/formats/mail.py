"""The body of the mail that brings a report: subject, HTML, plain text and pictures, as JSON."""

from __future__ import annotations

import base64
import hashlib
import json

from services.renderer import presentation
from services.renderer.formats.format import Rendered, register
from services.renderer.templating import template
from services.renderer.words import words
from shared import localized
from shared.document import ReportDocument

LONGEST_SUBJECT = 150
"""Characters; mail programmes show about half of it."""


@register
class MailFormat:
    """`{"subject", "html", "text", "pictures", "words", "facts"}`: summary, key figures, a chart.

    `facts`: what a subject of somebody's own may name. `words`: what the mailer has to say about
    subject and files, in the document's language.

    `pictures`: those that the HTML shows, each `{"content_id", "file_name", "media_type",
    "content"}`, the content in base64. `content_id` is what follows `cid:` (RFC 2392).
    """

    name = "mail"
    title = "Mail body"
    media_type = "application/json"
    extension = "mail.json"
    internal = True
    isolated = True
    kept_warm = True
    ceiling = 0  # it has no tables

    def render(self, document: ReportDocument) -> Rendered:
        """The subject is one line without control characters, whatever the title holds.

        PermanentError when the chart cannot be drawn.
        """
        # Imported here: the chart library takes memory that only the child process pays.
        from services.renderer.drawing.mail_chart import SHOWN_WIDTH, chart_png, main_chart

        chart, pictures, content_id = main_chart(document), [], ""
        if chart is not None:
            png = chart_png(chart)
            # By its content: equal pictures alone have the same name.
            content_id = f"chart.{hashlib.sha256(png).hexdigest()[:32]}@broadsheet"
            pictures = [
                {
                    "content_id": content_id,
                    "file_name": "chart.png",
                    "media_type": "image/png",
                    "content": base64.b64encode(png).decode(),
                }
            ]
        values = {
            "document": document,
            "chart": chart,
            "content_id": content_id,
            "chart_width": SHOWN_WIDTH,
        }
        body = {
            "subject": subject(document),
            "html": template("mail.html").render(values),
            "text": template("mail.txt").render(values),
            "pictures": pictures,
            "words": {
                "corrected": words("corrected-subject", subject="{subject}"),
                "files_too_large": words("files-too-large"),
                "decimal_mark": localized.number("."),
            },
            "facts": {
                "title": presentation.one_line(document.title),
                "period": presentation.days(document.period),
                "organisation": presentation.one_line(document.tenant),
                "kpis": {kpi.name: presentation.kpi_value(kpi) for kpi in document.kpis},
            },
        }
        return Rendered(json.dumps(body, ensure_ascii=False, indent=1).encode(), 0)


def subject(document: ReportDocument) -> str:
    """For instance "Delivery summary, 1 October 2026"."""
    title = presentation.one_line(document.title)
    period = presentation.days(document.period)
    room = LONGEST_SUBJECT - len(period) - 2
    if len(title) > room:
        title = title[: room - 1].rstrip() + "…"
    return f"{title}, {period}" if title else period
