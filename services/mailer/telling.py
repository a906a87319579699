"""What everybody is told of a delivery's end. Pure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.mailer import SERVICE
from services.mailer.claims import Claimed
from services.mailer.retrying import Verdict
from shared import outbox, runs
from shared.events import DeliveryDue, ReportDelivered, ReportDeliveryFailed
from shared.states import DeliveryStatus


def told(
    event: DeliveryDue, claimed: Claimed, follows: Verdict, receipt: str | None, seconds: float
) -> tuple[dict[str, Any], UUID, dict[str, Any]]:
    """The outbox row for everyone, the event that has had its effect, a line of the timeline.

    `seconds`: how long its last attempt took.
    """
    status, answer = follows.status, follows.answer
    about = event.model_dump(exclude={"TYPE"})
    sent = status is DeliveryStatus.SENT
    news = (
        ReportDelivered(**about, receipt=receipt)
        if sent
        else ReportDeliveryFailed(**about, outcome=status, answer=answer)
    )
    line = runs.line(
        claimed.run,
        "delivered" if sent else f"delivery_{status}",
        SERVICE,
        duration_ms=round(seconds * 1000),
        detail=f"{claimed.channel} to {claimed.recipient}: {answer}",
    )
    return outbox.row_of(news, SERVICE), event.id, line
