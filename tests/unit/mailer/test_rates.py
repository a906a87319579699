"""How many mails go out in a while."""

from __future__ import annotations

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
