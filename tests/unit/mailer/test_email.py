"""What becomes of one mail, told by a real SMTP server that fails at every step."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from services.mailer.channels import Attachment, Message, Outcome, message_id
from services.mailer.channels.email import EmailChannel, state_after
from services.mailer.channels.smtp.session import Step
from services.mailer.channels.smtp.settings import SmtpSettings, Tls
from tests.smtp_server import Moment, Script, SmtpServer, self_signed

pytestmark = pytest.mark.asyncio

PATIENCE_S = 10.0
"""On a busy machine a server that is well may take a second; usual is a millisecond."""
IMPATIENCE_S = 0.4
"""With servers that never answer."""
DELIVERY = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def message(to: str = "someone@example.com", size: int = 0, subject: str = "Delivery") -> Message:
    """A report of that many octets to that address."""
    return Message(
        delivery_id=DELIVERY,
        to=to,
        subject=subject,
        html="<p>45 characters</p>",
        text="45 characters\n.\n..\n.hidden\n",
        attachments=(Attachment("report.pdf", "application/pdf", b"\x00\r\n.\r\n%" * (size // 6)),),
        message_id=message_id(DELIVERY, "studio.example"),
        date=datetime(2026, 11, 1, 9, 0, tzinfo=UTC),
    )


def settings(
    port: int,
    *,
    host: str = "127.0.0.1",
    login: tuple[str, str] | None = None,
    tls: Tls = Tls.NONE,
    ca_file: Path | None = None,
    timeout_s: float = PATIENCE_S,
) -> SmtpSettings:
    return SmtpSettings(
        smtp_host=host,
        smtp_port=port,
        smtp_username=login[0] if login else None,
        smtp_password=SecretStr(login[1]) if login else None,
        smtp_tls=tls,
        smtp_tls_ca_file=ca_file,
        smtp_timeout_seconds=timeout_s,
        smtp_final_timeout_seconds=timeout_s,
        mail_from="reports@studio.example",
    )


@asynccontextmanager
async def channel_to(server: SmtpServer) -> AsyncIterator[EmailChannel]:
    timeout_s = IMPATIENCE_S if server.script.hang else PATIENCE_S
    channel = EmailChannel(settings(server.port, timeout_s=timeout_s))
    try:
        yield channel
    finally:
        await channel.close()


async def outcome_of(script: Script, *, size: int = 0) -> tuple[Outcome, int]:
    """What the channel says, and how many mails the server has."""
    async with SmtpServer(script) as server, channel_to(server) as channel:
        outcome = await channel.deliver(message(size=size))
        assert outcome.host == f"127.0.0.1:{server.port}"
        return outcome, len(server.received)


async def test_a_mail_that_was_taken_is_sent_with_the_servers_words_and_the_message_id() -> None:
    async with SmtpServer() as server, channel_to(server) as channel:
        outcome = await channel.deliver(message())
    assert outcome.state == "sent"
    assert outcome.answer == "250 2.0.0 queued as 1"
    assert outcome.receipt == f"<{DELIVERY}@studio.example>"
    [received] = server.received
    assert received.sender == "reports@studio.example"
    assert received.recipients == ("someone@example.com",)


async def test_every_octet_arrives_dots_and_binary_included() -> None:
    async with SmtpServer() as server, channel_to(server) as channel:
        sent = message(size=600_000)
        assert (await channel.deliver(sent)).state == "sent"
        written = channel.written(sent)
    [received] = server.received
    assert received.content == written
    parsed = message_from_bytes(received.content, policy=default)
    body = parsed.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == sent.text.splitlines()
    [attachment] = list(parsed.iter_attachments())
    assert attachment.get_content() == sent.attachments[0].content


@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA", "dot"])
async def test_a_5xx_about_the_mail_or_its_recipient_is_refused(moment: Moment) -> None:
    outcome, _ = await outcome_of(Script(answers={moment: "550 5.1.1 no such\tperson"}))
    assert outcome.state == "refused"
    assert outcome.answer == "550 5.1.1 no such person"
    assert outcome.receipt is None


@pytest.mark.parametrize("moment", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "body", "dot"])
async def test_a_4xx_at_any_step_is_deferred(moment: Moment) -> None:
    outcome, _ = await outcome_of(Script(answers={moment: "421 4.3.2 too busy"}), size=3_000_000)
    assert outcome.state == "deferred"
    assert "421 4.3.2 too busy" in outcome.answer


@pytest.mark.parametrize("moment", ["connect", "EHLO"])
async def test_a_5xx_before_the_mail_is_the_operators_matter_and_deferred(moment: Moment) -> None:
    outcome, _ = await outcome_of(Script(answers={moment: "554 5.7.1 you are on a list"}))
    assert outcome.state == "deferred"
    assert "554 5.7.1 you are on a list" in outcome.answer


@pytest.mark.parametrize("moment", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "body"])
async def test_a_connection_cut_before_the_final_dot_is_deferred(moment: Moment) -> None:
    outcome, received = await outcome_of(Script(drop=moment), size=12_000_000)
    assert outcome.state == "deferred"
    assert received == 0


@pytest.mark.parametrize("moment", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "body"])
async def test_silence_before_the_final_dot_is_deferred(moment: Moment) -> None:
    outcome, received = await outcome_of(Script(hang=moment), size=12_000_000)
    assert outcome.state == "deferred"
    assert received == 0


async def test_a_connection_cut_after_the_final_dot_is_uncertain() -> None:
    outcome, received = await outcome_of(Script(drop="dot"))
    assert outcome.state == "uncertain"
    assert outcome.receipt == f"<{DELIVERY}@studio.example>"
    assert received == 1


async def test_silence_after_the_final_dot_is_uncertain() -> None:
    outcome, received = await outcome_of(Script(hang="dot"))
    assert outcome.state == "uncertain"
    assert received == 1


async def test_an_answer_to_the_mail_that_is_no_smtp_is_uncertain() -> None:
    outcome, _ = await outcome_of(Script(answers={"dot": "well, all right"}))
    assert outcome.state == "uncertain"


async def test_a_server_may_refuse_before_it_has_heard_everything() -> None:
    outcome, received = await outcome_of(
        Script(answers={"body": "552 5.3.4 too big"}), size=12_000_000
    )
    assert (outcome.state, received) == ("refused", 0)
    assert outcome.answer == "552 5.3.4 too big"


async def test_a_mail_above_the_announced_size_is_refused_before_it_is_sent() -> None:
    async with SmtpServer(Script(size_limit=10_000)) as server, channel_to(server) as channel:
        outcome = await channel.deliver(message(size=20_000))
    assert outcome.state == "refused"
    assert outcome.answer.startswith("552")
    assert "DATA" not in server.commands


async def test_one_recipients_refusal_leaves_the_others_alone() -> None:
    script = Script(recipients={"b@x.org": "450 4.2.1 later", "c@x.org": "550 5.1.1 unknown"})
    async with SmtpServer(script) as server, channel_to(server) as channel:
        outcomes = [await channel.deliver(message(f"{name}@x.org")) for name in "abcd"]
    assert [o.state for o in outcomes] == ["sent", "deferred", "refused", "sent"]
    assert [r.recipients for r in server.received] == [("a@x.org",), ("d@x.org",)]
    assert server.connections == 1


async def test_the_connection_is_kept_for_the_next_mail_and_left_with_quit() -> None:
    async with SmtpServer() as server, channel_to(server) as channel:
        for _ in range(3):
            assert (await channel.deliver(message())).state == "sent"
        await channel.close()
        assert server.commands[-1] == "QUIT"
    assert server.connections == 1
    assert len(server.received) == 3


async def test_only_after_a_refusal_is_a_kept_connection_cleared_for_the_next_mail() -> None:
    refusals = {"gone@example.com": "550 5.1.1 no such user"}
    async with SmtpServer(Script(recipients=refusals)) as server, channel_to(server) as channel:
        for to in ("a@example.com", "b@example.com", "gone@example.com", "c@example.com"):
            await channel.deliver(message(to))
    assert server.connections == 1
    verbs = [command.split(" ")[0] for command in server.commands]
    cleared = verbs.index("RSET")
    assert verbs.count("RSET") == 1
    assert verbs[cleared - 2 : cleared + 3] == ["MAIL", "RCPT", "RSET", "MAIL", "RCPT"]
    assert verbs[:cleared].count("DATA") == 2
    assert [mail.recipients[0][0] for mail in server.received] == ["a", "b", "c"]


async def test_a_kept_connection_that_the_server_cut_costs_no_attempt() -> None:
    async with SmtpServer() as server, channel_to(server) as channel:
        assert (await channel.deliver(message())).state == "sent"
        server.hang_up()
        assert (await channel.deliver(message())).state == "sent"
    assert server.connections == 2
    assert len(server.received) == 2


async def test_many_at_once_share_a_few_connections_and_each_arrives_once() -> None:
    async with SmtpServer() as server, channel_to(server) as channel:
        addresses = [f"person{n}@example.com" for n in range(100)]
        outcomes = await asyncio.gather(*(channel.deliver(message(to)) for to in addresses))
    assert {o.state for o in outcomes} == {"sent"}
    assert sorted(r.recipients[0] for r in server.received) == sorted(addresses)
    assert server.connections == 4


async def test_a_delivery_cut_off_by_shut_down_leaves_no_connection_half_used() -> None:
    async with SmtpServer(Script(hang="dot")) as server:
        channel = EmailChannel(settings(server.port, timeout_s=30))
        delivery = asyncio.create_task(channel.deliver(message()))
        await server.arrival.wait()
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery
        server.script = Script()
        assert (await channel.deliver(message())).state == "sent"
        await channel.close()
    assert server.connections == 2


async def test_it_counts_from_the_final_dot_on() -> None:
    async with SmtpServer() as server, channel_to(server) as channel:
        had: list[int] = []

        async def before_it_counts(_: object = None) -> None:
            await asyncio.sleep(0.05)
            had.append(len(server.received))

        assert (await channel.deliver(message(size=100_000), before_it_counts)).state == "sent"
        assert (had, len(server.received)) == ([0], 1)
        server.script = Script(answers={"RCPT": "550 5.1.1 unknown"})
        assert (await channel.deliver(message(), before_it_counts)).state == "refused"
        assert had == [0]


async def test_what_is_raised_before_it_counts_keeps_the_mail_from_the_server() -> None:
    async def database_away(_: object = None) -> None:
        raise ConnectionRefusedError("the database is away")

    async with SmtpServer() as server, channel_to(server) as channel:
        with pytest.raises(ConnectionRefusedError, match="the database is away"):
            await channel.deliver(message(), database_away)
        assert (await channel.deliver(message())).state == "sent"
    assert len(server.received) == 1


async def test_a_connection_cut_while_waiting_to_count_is_deferred() -> None:
    async with SmtpServer() as server, channel_to(server) as channel:

        async def slow(_: object = None) -> None:
            server.hang_up()
            await asyncio.sleep(0.05)

        assert (await channel.deliver(message(), slow)).state == "deferred"
    assert server.received == []


async def test_a_host_that_does_not_exist_or_listen_is_deferred() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = EmailChannel(settings(unused.getsockname()[1]))
        nowhere = EmailChannel(settings(25, host="mail.nowhere.invalid", timeout_s=5))
        for channel in (closed, nowhere):
            outcome = await channel.deliver(message())
            assert outcome.state == "deferred"
            assert "connecting" in outcome.answer


async def test_starttls_encrypts_with_the_given_authority_and_logs_in(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    login = ("mailer", "päss wörd")
    async with SmtpServer(Script(certificate=certificate, login=login)) as server:
        channel = EmailChannel(
            settings(
                server.port, login=login, tls=Tls.STARTTLS, ca_file=certificate[0], timeout_s=5
            )
        )
        outcome = await channel.deliver(message(size=600_000))
        assert outcome.state == "sent", outcome.answer
        await channel.close()
    [received] = server.received
    assert received.encrypted
    assert received.user == "mailer"


@pytest.mark.parametrize(("moment", "state"), [("body", "deferred"), ("dot", "uncertain")])
async def test_implicit_tls_knows_before_and_after_the_final_dot(
    tmp_path: Path, moment: Moment, state: str
) -> None:
    certificate = self_signed(tmp_path)
    script = Script(certificate=certificate, implicit_tls=True)
    async with SmtpServer(script) as server:
        channel = EmailChannel(
            settings(server.port, tls=Tls.IMPLICIT, ca_file=certificate[0], timeout_s=5)
        )
        assert (await channel.deliver(message())).state == "sent"
        assert server.received[0].encrypted
        server.script = Script(drop=moment)
        assert (await channel.deliver(message(size=12_000_000))).state == state
        await channel.close()


async def test_a_certificate_nobody_vouches_for_is_deferred_and_nothing_is_said(
    tmp_path: Path,
) -> None:
    login = ("mailer", "secret")
    script = Script(certificate=self_signed(tmp_path), login=login)
    async with SmtpServer(script) as server:
        channel = EmailChannel(settings(server.port, login=login, tls=Tls.STARTTLS, timeout_s=5))
        outcome = await channel.deliver(message())
    assert outcome.state == "deferred"
    assert "STARTTLS" in outcome.answer
    assert "certificate verify failed" in outcome.answer
    assert not any(line.startswith("MAIL") for line in server.commands)


async def test_a_server_that_offers_no_starttls_never_hears_the_mail_in_clear() -> None:
    async with SmtpServer() as server:
        channel = EmailChannel(settings(server.port, tls=Tls.STARTTLS))
        outcome = await channel.deliver(message())
    assert outcome.state == "deferred"
    assert "STARTTLS" in outcome.answer
    assert server.commands[-1].startswith("EHLO")


async def test_starttls_refused_is_deferred(tmp_path: Path) -> None:
    script = Script(certificate=self_signed(tmp_path), answers={"STARTTLS": "554 5.7.3 not now"})
    async with SmtpServer(script) as server:
        channel = EmailChannel(settings(server.port, tls=Tls.STARTTLS))
        outcome = await channel.deliver(message())
    assert outcome.state == "deferred"
    assert outcome.answer == "our set-up was refused at STARTTLS: 554 5.7.3 not now"


async def test_a_wrong_password_is_deferred_and_the_answer_says_so_without_it() -> None:
    async with SmtpServer(Script(login=("mailer", "right"))) as server:
        channel = EmailChannel(settings(server.port, login=("mailer", "wrong")))
        outcome = await channel.deliver(message())
    assert outcome.state == "deferred"
    assert outcome.answer.startswith("our set-up was refused at AUTH: 535")
    assert "wrong" not in outcome.answer


async def test_a_login_that_is_wanted_and_not_configured_is_deferred() -> None:
    async with SmtpServer(Script(login=("mailer", "right"))) as server, channel_to(server) as c:
        outcome = await c.deliver(message())
    assert outcome.state == "deferred"
    assert outcome.answer.startswith("530")


async def test_an_internationalised_domain_needs_nothing_from_the_server() -> None:
    async with SmtpServer(Script(smtputf8=False)) as server, channel_to(server) as channel:
        assert (await channel.deliver(message("jemand@münchen.example"))).state == "sent"
    [received] = server.received
    assert received.recipients == ("jemand@xn--mnchen-3ya.example",)
    assert received.content.isascii()


async def test_an_internationalised_name_goes_by_smtputf8_where_it_is_offered() -> None:
    async with SmtpServer() as server, channel_to(server) as channel:
        assert (await channel.deliver(message("jürgen@example.com"))).state == "sent"
    [received] = server.received
    assert received.recipients == ("jürgen@example.com",)
    assert "SMTPUTF8" in received.options
    assert "To: jürgen@example.com\r\n".encode() in received.content


async def test_an_internationalised_name_is_refused_where_it_is_not_offered() -> None:
    async with SmtpServer(Script(smtputf8=False)) as server, channel_to(server) as channel:
        outcome = await channel.deliver(message("jürgen@example.com"))
        assert outcome.state == "refused"
        assert "SMTPUTF8" in outcome.answer
        assert (await channel.deliver(message())).state == "sent"
    assert server.connections == 1


@pytest.mark.parametrize(
    "to",
    [
        "a@x.org\r\nRCPT TO:<b@x.org>",
        "a@x.org\n",
        "a@x.org> SIZE=1",
        "a@x.org,b@x.org",
        "A <a@x.org>",
        "a\x00@x.org",
        "a b@x.org",
        "a\u2028@x.org",
        "a@x..org",
        "@x.org",
        "a@",
        "a",
        "",
        "a" * 65 + "@x.org",
    ],
)
async def test_what_is_not_one_address_is_refused_and_no_server_hears_of_it(to: str) -> None:
    async with SmtpServer() as server, channel_to(server) as channel:
        outcome = await channel.deliver(message(to))
    assert outcome.state == "refused"
    assert server.connections == 0


async def test_a_subject_with_a_line_break_is_refused_and_no_server_hears_of_it() -> None:
    async with SmtpServer() as server, channel_to(server) as channel:
        outcome = await channel.deliver(message(subject="hi\r\nBcc: x@y.z"))
    assert outcome.state == "refused"
    assert "the subject has a line break" in outcome.answer
    assert server.connections == 0


@pytest.mark.parametrize(
    ("step", "code", "state"),
    [
        (Step.ANSWER, None, "uncertain"),
        (Step.ANSWER, 354, "uncertain"),
        (Step.ANSWER, 452, "deferred"),
        (Step.ANSWER, 554, "refused"),
        (Step.DATA, None, "deferred"),
        (Step.DATA, 250, "deferred"),
        (Step.RCPT, 550, "refused"),
        (Step.RCPT, 530, "deferred"),
        (Step.MAIL, 530, "deferred"),
        (Step.AUTH, 535, "deferred"),
        (Step.AUTH, None, "deferred"),
        (Step.CONNECT, 554, "deferred"),
    ],
)
async def test_what_each_failure_means(step: Step, code: int | None, state: str) -> None:
    assert state_after(step, code) == state
