"""Delivery status notifications as mail servers write them (RFC 3464)."""

from __future__ import annotations

_NOTIFICATION = """\
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: reports@studio.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="A/mx.example.com"

This is a MIME-encapsulated message.

--A/mx.example.com
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--A/mx.example.com
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
X-Postfix-Queue-ID: 4F5A91
Arrival-Date: Fri, 20 Nov 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; 550 {status} <{recipient}>: Recipient address rejected:
    User unknown

--A/mx.example.com
Content-Description: Undelivered Message
Content-Type: {kind}

Date: Fri, 20 Nov 2026 09:00:00 +0000
From: Broadsheet <reports@studio.example>
To: {recipient}
Message-ID: <{delivery}@studio.example>
Subject: Delivery summary
{returned}
--A/mx.example.com--
"""


def bounced(
    delivery: str,
    *,
    recipient: str = "someone@example.com",
    status: str = "5.1.1",
    action: str = "failed",
    kind: str = "text/rfc822-headers",
    returned: str = "",
) -> bytes:
    """That a delivery's mail came back, in Postfix's way; `returned` is what the mail held."""
    text = _NOTIFICATION.format(
        delivery=delivery,
        recipient=recipient,
        status=status,
        action=action,
        kind=kind,
        returned=f"\n{returned}" if returned else "",
    )
    return text.replace("\n", "\r\n").encode()
