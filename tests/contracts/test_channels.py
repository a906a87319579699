"""What every channel keeps to, whatever it speaks."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.mailer.channels import (
    Channel,
    Message,
    Outcome,
    Written,
    channels,
    message_id,
    register,
)
from services.mailer.channels.channel import MAX_ANSWER
from services.mailer.outgoing import Outgoing
from shared.egress import EgressRules

DELIVERY = UUID("01890a5d-ac96-774b-bcce-b302099a8057")

ENVIRONMENT = {
    # Nobody listens on port 1: every attempt fails, on this machine.
    "BROADSHEET_SMTP_HOST": "127.0.0.1",
    "BROADSHEET_SMTP_PORT": "1",
    "BROADSHEET_SMTP_TLS": "none",
    "BROADSHEET_MAIL_FROM": "reports@studio.example",
}


@pytest.fixture(params=sorted(channels))
def channel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """Each registered channel, told to reach somebody who is not there."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return channels[request.param].from_environment(Outgoing(EgressRules.of("", "443")))


@pytest.fixture
def email(monkeypatch: pytest.MonkeyPatch) -> Channel:
    """The channel whose recipients have addresses of their own."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return channels["email"].from_environment(Outgoing(EgressRules.of("", "443")))


def message(to: str) -> Message:
    return Message(
        delivery_id=DELIVERY,
        to=to,
        subject="Delivery summary",
        html="<p>45</p>",
        text="45",
        attachments=(),
        message_id=message_id(DELIVERY, "studio.example"),
        date=datetime(2026, 11, 1, 9, 0, tzinfo=UTC),
    )


def test_email_is_there() -> None:
    assert "email" in channels


def test_a_channel_goes_by_the_name_it_is_registered_under(channel: Channel) -> None:
    assert channels[channel.name] is type(channel)


def test_a_channel_is_one_file_named_like_it(channel: Channel) -> None:
    assert inspect.getmodule(type(channel)) is not None
    assert type(channel).__module__ == f"services.mailer.channels.{channel.name}"


def test_a_channel_says_what_it_does(channel: Channel) -> None:
    assert inspect.getdoc(type(channel))


@pytest.mark.asyncio
async def test_closing_twice_is_no_error(channel: Channel) -> None:
    await channel.close()
    await channel.close()


@pytest.mark.asyncio
async def test_an_address_that_is_none_is_refused_not_raised(email: Channel) -> None:
    outcome = await email.deliver(message("no\r\nrecipient"))
    assert outcome.state == "refused"
    assert outcome.receipt is None
    assert outcome.answer
    await email.close()


@pytest.mark.asyncio
async def test_nobody_there_is_deferred_not_raised(email: Channel) -> None:
    async def before_it_counts(_: Written | None = None) -> None:
        raise AssertionError("nobody is there, and it is said to count")

    outcome = await email.deliver(message("someone@example.com"), before_it_counts)
    assert outcome.state == "deferred"
    assert outcome.receipt is None
    assert outcome.answer
    assert outcome.host
    await email.close()


def test_two_channels_of_one_name_fail_at_the_start(channel: Channel) -> None:
    with pytest.raises(ValueError, match="two channels are called"):
        register(channel.name)(type(channel))


def test_a_deliverys_message_id_is_the_same_at_every_attempt() -> None:
    assert message_id(DELIVERY, "studio.example") == f"<{DELIVERY}@studio.example>"
    assert message_id(DELIVERY, "studio.example") == message_id(DELIVERY, "studio.example")


@pytest.mark.parametrize("domain", ["", "a@b", "a b", "a>", "a\r\n", "bücher.example"])
def test_a_message_id_has_an_ascii_domain(domain: str) -> None:
    with pytest.raises(ValueError, match="no domain"):
        message_id(DELIVERY, domain)


def test_what_the_other_side_says_is_kept_on_one_line_and_bounded() -> None:
    outcome = Outcome("refused", "mx.example:25", "550 no\r\nsuch\x1b[31m person" + "!" * 5000)
    assert outcome.answer.startswith("550 no such [31m person!!!")
    assert len(outcome.answer) == MAX_ANSWER
