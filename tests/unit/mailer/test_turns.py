"""Who waits, who goes, and who is better tried again later."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from services.mailer.channels.smtp.address import Address
from services.mailer.channels.smtp.connections import SmtpConnections
from services.mailer.channels.smtp.session import Envelope
from services.mailer.turns import NoTurn, Turns
from tests.mailing import smtp_settings
from tests.smtp_server import Script, SmtpServer

pytestmark = pytest.mark.asyncio

SLOW, OTHER = "slow.example", "other.example"
PATIENCE_S = 0.2
WITH_A_SERVER_S = 1.5
"""Longer than a quick mail takes while other tests have the processors."""


async def mail_went_through(turns: Turns, *domains: str) -> None:
    """Quickly, one to each."""
    for domain in domains:
        async with turns.taken(domain, domain):
            pass


async def begin(under_way: AsyncExitStack, turns: Turns, domain: str, wanted: int) -> int:
    """How many of the wanted mails are on their way at once, and stay so."""
    for begun in range(wanted):
        try:
            async with asyncio.timeout(PATIENCE_S / 2):
                await under_way.enter_async_context(turns.taken(domain, domain))
        except (NoTurn, TimeoutError):
            return begun
    return wanted


async def seconds_until_no_turn(turns: Turns, domain: str = SLOW) -> float:
    began = time.monotonic()
    with pytest.raises(NoTurn, match=domain):
        async with turns.taken(domain, domain):
            pass
    return time.monotonic() - began


async def test_a_domain_whose_mails_are_quick_is_waited_for() -> None:
    turns, most, now = Turns(4, 2, PATIENCE_S), 0, 0

    async def send() -> None:
        nonlocal most, now
        async with turns.taken(OTHER, OTHER):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1

    await asyncio.gather(*(send() for _ in range(30)))
    assert most == 2, "it has its share, all of it, and no more"


async def test_nobody_waits_for_a_slow_domain_and_others_go_at_once() -> None:
    turns = Turns(4, 2, PATIENCE_S)
    await mail_went_through(turns, SLOW)
    async with AsyncExitStack() as under_way:
        for _ in range(2):
            await under_way.enter_async_context(turns.taken(SLOW, SLOW))
        # In hand already, while nobody can know yet that the domain is slow.
        waited = await seconds_until_no_turn(turns)
        assert PATIENCE_S / 2 < waited < 20 * PATIENCE_S
        assert await seconds_until_no_turn(turns) < PATIENCE_S / 2
        async with asyncio.timeout(PATIENCE_S / 2), turns.taken(OTHER, OTHER):
            pass


async def test_a_slow_domain_goes_on_being_slow_when_one_of_its_mails_is_through() -> None:
    turns = Turns(4, 2, PATIENCE_S)
    await mail_went_through(turns, SLOW)
    async with turns.taken(SLOW, SLOW):
        async with turns.taken(SLOW, SLOW):
            await asyncio.sleep(1.5 * PATIENCE_S)
        # One of its connections is free: taken at once, and the next one does not wait.
        async with asyncio.timeout(PATIENCE_S / 2), turns.taken(SLOW, SLOW):
            assert await seconds_until_no_turn(turns) < PATIENCE_S / 2


async def test_a_domain_that_is_well_again_is_waited_for() -> None:
    turns = Turns(4, 2, PATIENCE_S)
    free = asyncio.Event()

    async def hold() -> None:
        async with turns.taken(SLOW, SLOW):
            await free.wait()

    async with turns.taken(SLOW, SLOW):
        await asyncio.sleep(1.5 * PATIENCE_S)
    holding = [asyncio.create_task(hold()) for _ in range(2)]
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(PATIENCE_S / 4, free.set)
    async with turns.taken(SLOW, SLOW):
        pass
    await asyncio.gather(*holding)


async def test_of_a_domain_nothing_is_known_of_one_mail_goes_first() -> None:
    turns = Turns(4, 2, PATIENCE_S)
    async with AsyncExitStack() as under_way:
        assert await begin(under_way, turns, SLOW, 2) == 1
        # That mail has shown by now what the domain is like: it has its share, and is slow.
        await asyncio.sleep(PATIENCE_S)
        assert await begin(under_way, turns, SLOW, 2) == 1
    async with AsyncExitStack() as under_way:
        await mail_went_through(turns, OTHER)
        assert await begin(under_way, turns, OTHER, 3) == 2


async def test_slow_domains_together_leave_half_of_the_connections() -> None:
    turns = Turns(8, 4, PATIENCE_S)
    slow = [f"{number}.slow.example" for number in range(3)]
    async with AsyncExitStack() as under_way:
        first = [await begin(under_way, turns, domain, 1) for domain in slow]
        await asyncio.sleep(1.2 * PATIENCE_S)
        more = [await begin(under_way, turns, domain, 3) for domain in slow]
        assert sum(first) + sum(more) == 4
        await mail_went_through(turns, OTHER)
        assert await begin(under_way, turns, OTHER, 4) == 4


async def test_when_all_connections_are_busy_nobody_waits_for_one_for_long() -> None:
    turns = Turns(1, 1, PATIENCE_S)
    async with turns.taken(SLOW, SLOW):
        with pytest.raises(NoTurn, match="too much is on its way"):
            async with turns.taken(OTHER, OTHER):
                pass


async def test_a_slow_domain_has_to_show_for_the_next_report_that_it_is_well_again() -> None:
    turns = Turns(4, 2, PATIENCE_S)
    await mail_went_through(turns, SLOW)
    async with turns.taken(SLOW, SLOW):
        await asyncio.sleep(1.2 * PATIENCE_S)
    async with AsyncExitStack() as under_way:
        assert await begin(under_way, turns, SLOW, 2) == 1
    await mail_went_through(turns, SLOW)
    async with AsyncExitStack() as under_way:
        assert await begin(under_way, turns, SLOW, 2) == 2


async def hold(turns: Turns, domain: str, *, counts: bool) -> str:
    """Take a turn and never come to an end; what became of it."""
    try:
        async with turns.taken(domain, domain) as turn:
            if counts:
                turn.counts()
            await asyncio.sleep(3600)
    except NoTurn as later:
        return str(later)
    return "through"


@pytest.mark.parametrize("counts", [0, 3, 8])
async def test_what_several_have_too_much_of_that_turn_slow_at_once_is_taken_back(
    counts: int,
) -> None:
    """But nothing that counts: it may have arrived."""
    turns = Turns(8, 4, PATIENCE_S)
    slow = ["a.slow.example", "b.slow.example"]
    await mail_went_through(turns, *slow)
    holding = [
        asyncio.create_task(hold(turns, slow[number % 2], counts=number < counts))
        for number in range(8)
    ]
    too_much = min(4, 8 - counts)
    async with asyncio.timeout(20):
        while sum(task.done() for task in holding) < too_much:
            await asyncio.sleep(PATIENCE_S / 4)
    await asyncio.sleep(2 * PATIENCE_S)
    back = [task.done() for task in holding]
    assert sum(back) == too_much, "half of all is left to others, and half goes on"
    assert not any(back[:counts])
    assert {task.result() for task in holding if task.done()} <= {
        f"taken back: {domain} is slow, and so are others" for domain in slow
    }
    if counts < 8:
        async with turns.taken(OTHER, OTHER):
            pass
    for task in holding:
        task.cancel()
    await asyncio.gather(*holding, return_exceptions=True)


async def test_what_is_taken_back_ends_as_such_and_other_ends_stay_what_they_are() -> None:
    turns = Turns(2, 2, PATIENCE_S)
    with pytest.raises(TimeoutError, match="the server's own"):
        async with turns.taken(SLOW, SLOW):
            raise TimeoutError("the server's own")
    cancelled = asyncio.create_task(hold(turns, SLOW, counts=False))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled


async def nothing() -> None:
    """Nobody need be told that a mail counts."""


def mail_to(to: str) -> Envelope:
    return Envelope(
        Address.parse("reports@studio.example"),
        Address.parse(to),
        (b"Subject: Delivery\r\n\r\n45 characters\r\n",),
    )


async def test_domains_that_turn_slow_at_one_moment_leave_connections_to_others() -> None:
    """Before that they were quick, and have all connections between them."""
    slow = ("a.slow.example", "b.slow.example")
    async with SmtpServer() as server:
        settings = smtp_settings(
            server.port, smtp_connections=4, smtp_domain_connections=2, smtp_timeout_seconds=60
        )
        connections = SmtpConnections(settings, patience_s=WITH_A_SERVER_S)
        for domain in slow:
            await connections.send(mail_to(f"first@{domain}"), nothing)
        server.script = Script(slow_domains=frozenset(slow), byte_seconds=1.0)
        before = len(server.received)
        sending = [
            asyncio.create_task(connections.send(mail_to(f"{n}@{slow[n % 2]}"), nothing))
            for n in range(4)
        ]
        try:
            async with asyncio.timeout(20):
                while sum(task.done() for task in sending) < 2:
                    await asyncio.sleep(0.05)
                await connections.send(mail_to(f"someone@{OTHER}"), nothing)
            ended = [task.exception() for task in sending if task.done()]
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
            await connections.close()
    assert [type(one) for one in ended] == [NoTurn, NoTurn], "two go on, two are tried again later"
    assert [mail.recipients for mail in server.received[before:]] == [(f"someone@{OTHER}",)]


async def test_a_server_that_is_slow_for_one_domain_does_not_slow_the_others() -> None:
    """As in a mailer: so many in hand, in the order of the queue, the slow domain's first."""
    queue = [f"{number}@{SLOW}" for number in range(60)]
    queue += [f"{number}@{OTHER}" for number in range(20)]
    outcomes: dict[str, str] = {}
    mails = iter(queue)
    others_are_there = asyncio.Event()

    async def hand(connections: SmtpConnections) -> None:
        for to in mails:
            try:
                await connections.send(mail_to(to), nothing)
            except NoTurn:
                outcomes[to] = "later"
            else:
                outcomes[to] = "sent"
            if sum(name.endswith(OTHER) for name in outcomes) == 20:
                others_are_there.set()

    # A mail to the slow domain takes a minute and more; all of them a quarter of an hour.
    script = Script(slow_domains=frozenset({SLOW}), byte_seconds=1.0)
    async with SmtpServer(script) as server:
        settings = smtp_settings(
            server.port, smtp_connections=4, smtp_domain_connections=2, smtp_timeout_seconds=60
        )
        connections = SmtpConnections(settings, patience_s=WITH_A_SERVER_S)
        hands = [asyncio.create_task(hand(connections)) for _ in range(12)]
        try:
            async with asyncio.timeout(20):
                await others_are_there.wait()
            arrived = {mail.recipients[0] for mail in server.received}
            still_on_its_way = [to for to in queue if to not in outcomes]
        finally:
            for task in hands:
                task.cancel()
            await asyncio.gather(*hands, return_exceptions=True)
            await connections.close()

    assert arrived == {to for to in queue if to.endswith(OTHER)}
    assert still_on_its_way
    assert {outcomes[to] for to in outcomes if to.endswith(SLOW)} == {"later"}
