"""What follows from an attempt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.mailer.channels import Outcome, State
from services.mailer.retrying import Verdict, verdict
from shared.delivery_options import DeliveryOptions, WhenUncertain
from shared.states import DeliveryStatus

DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


def after(outcome: Outcome, **other: Any) -> Verdict:
    return verdict(
        outcome,
        **{
            "options": DeliveryOptions(),
            "try_": 1,
            "tried_for": timedelta(0),
            "first_pause_s": 60,
            "given_up_after": 2 * DAY,
            "chance": 0.5,
            **other,
        },
    )


def later(**other: Any) -> Outcome:
    return Outcome("deferred", "mx.example.com:25", "450 4.2.1 later", **other)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("sent", DeliveryStatus.SENT),
        ("refused", DeliveryStatus.FAILED),
        ("uncertain", DeliveryStatus.UNCERTAIN),
    ],
)
def test_what_is_settled_is_not_tried_again(state: State, status: DeliveryStatus) -> None:
    follows = after(Outcome(state, "mx.example.com:25", "said"))
    assert follows == Verdict(status, status, "said", None)


def test_the_first_pause_is_about_a_minute_and_each_further_one_twice_as_long() -> None:
    pauses = [after(later(), try_=number).delay for number in range(1, 12)]
    assert pauses[0] == 0.75 * MINUTE
    assert pauses[1] == 1.5 * MINUTE
    assert pauses[-1] == 45 * MINUTE, "never more than an hour"
    least, most = (after(later(), chance=chance).delay for chance in (0.0, 0.999))
    assert least == timedelta(seconds=30)
    assert most is not None
    assert timedelta(seconds=59) < most < MINUTE


def test_a_server_that_says_when_is_asked_again_then() -> None:
    assert after(later(retry_after_s=7)).delay == timedelta(seconds=7)


def test_a_server_that_always_says_now_is_asked_ever_more_seldom() -> None:
    pauses = [after(later(retry_after_s=0), try_=number).delay for number in range(1, 2000)]
    assert pauses[:5] == [timedelta(0)] * 5
    assert sum((pause for pause in pauses[:50] if pause is not None), timedelta(0)) > DAY
    # What is longer than our own counts to the end.
    assert after(later(retry_after_s=7200), try_=50).delay == timedelta(hours=2)


def test_it_is_given_up_after_its_time_and_says_how_often_it_was_tried() -> None:
    follows = after(later(), try_=50, tried_for=2 * DAY - MINUTE)
    assert (follows.status, follows.delay) == (DeliveryStatus.FAILED, None)
    assert follows.answer == "450 4.2.1 later (given up, tried 50 times)"
    assert after(later(), tried_for=2 * DAY - MINUTE).status is DeliveryStatus.DEFERRED


def test_an_uncertain_one_is_sent_again_only_where_its_report_says_so() -> None:
    uncertain = Outcome("uncertain", "mx.example.com:25", "no answer")
    options = DeliveryOptions(when_uncertain=WhenUncertain.RESEND)
    again = after(uncertain, options=options)
    assert (again.status, again.outcome) == (DeliveryStatus.DEFERRED, DeliveryStatus.UNCERTAIN)
    assert again.delay is not None
    ended = after(uncertain, options=options, tried_for=2 * DAY)
    assert ended.status is DeliveryStatus.UNCERTAIN, "nobody can say that it failed"
