"""What follows from an attempt: the end, or another one, and when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.mailer.channels import Outcome
from shared.backoff import retry_delay
from shared.delivery_options import DeliveryOptions, WhenUncertain
from shared.states import DeliveryStatus

_STATUS = {
    "sent": DeliveryStatus.SENT,
    "refused": DeliveryStatus.FAILED,
    "deferred": DeliveryStatus.DEFERRED,
    "uncertain": DeliveryStatus.UNCERTAIN,
}

TRUSTED_TRIES = 5
"""So often the other side's word counts on when to try again; who says "now" for ever would be
asked without end."""


@dataclass(frozen=True)
class Verdict:
    """Where the delivery stands after an attempt."""

    status: DeliveryStatus
    """Of the delivery."""
    outcome: DeliveryStatus
    """Of the attempt by itself."""
    answer: str
    delay: timedelta | None
    """Until the next attempt; None: there is none."""


def suppressed(why: str) -> Verdict:
    """Nothing was sent, and nothing is to be."""
    return Verdict(DeliveryStatus.SUPPRESSED, DeliveryStatus.SUPPRESSED, why, None)


def verdict(
    outcome: Outcome,
    options: DeliveryOptions,
    *,
    try_: int,
    tried_for: timedelta,
    first_pause_s: float,
    given_up_after: timedelta,
    chance: float,
) -> Verdict:
    """What the `try_`-th attempt (from 1) leads to, the first one having begun `tried_for` ago.

    An uncertain one is tried again where the report's options say so. The pause doubles, spread by
    `chance` in [0, 1), unless the other side asked for another one; after `TRUSTED_TRIES` it may
    only ask for a longer one. An attempt that would come
    later than `given_up_after` is not made.
    """
    status = _STATUS[outcome.state]
    sent_again = (
        status is DeliveryStatus.UNCERTAIN and options.when_uncertain is WhenUncertain.RESEND
    )
    if status is not DeliveryStatus.DEFERRED and not sent_again:
        return Verdict(status, status, outcome.answer, None)
    delay = retry_delay(try_, first_pause_s, chance)
    if outcome.retry_after_s is not None:
        asked = timedelta(seconds=outcome.retry_after_s)
        delay = asked if try_ <= TRUSTED_TRIES else max(asked, delay)
    if tried_for + delay <= given_up_after:
        return Verdict(DeliveryStatus.DEFERRED, status, outcome.answer, delay)
    ended = DeliveryStatus.UNCERTAIN if sent_again else DeliveryStatus.FAILED
    times = "once" if try_ == 1 else f"{try_} times"
    return Verdict(ended, ended, f"{outcome.answer} (given up, tried {times})", None)
