"""How many mails go out in a while."""

from __future__ import annotations

import time

import pytest

from services.mailer.channels.smtp.rates import Rates
from services.mailer.turns import NoTurn
from tests.mailing import smtp_settings

pytestmark = pytest.mark.asyncio

SLOW, OTHER = "slow.example", "other.example"


async def test_a_rate_of_each_domain_leaves_the_others_alone() -> None:
    rates = Rates(smtp_settings(25, smtp_domain_rate="2/minute"))
    for domain in (SLOW, SLOW, OTHER, OTHER):
        await rates.waited_for(domain)
    with pytest.raises(NoTurn, match="no more than 2 per 1 minute mails to slow") as later:
        await rates.waited_for(SLOW)
    assert later.value.after_s == pytest.approx(60, abs=5)


async def test_a_rate_of_the_server_holds_for_all_domains_together() -> None:
    rates = Rates(smtp_settings(25, smtp_rate="2/minute;3/hour", smtp_domain_rate="5/minute"))
    for domain in (SLOW, OTHER):
        await rates.waited_for(domain)
    with pytest.raises(NoTurn, match="no more than 2 per 1 minute mails go out") as later:
        await rates.waited_for("third.example")
    assert later.value.after_s == pytest.approx(60, abs=5)


async def test_a_rate_that_lets_a_mail_go_soon_is_waited_for() -> None:
    rates = Rates(smtp_settings(25, smtp_rate="2/second"))
    began = time.monotonic()
    for _ in range(4):
        await rates.waited_for(OTHER)
    assert time.monotonic() - began > 0.5
