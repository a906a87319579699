"""The local mailbox as a process of its own: mail goes in by SMTP and is read over HTTP."""

from __future__ import annotations

import re
import shutil
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from uuid6 import uuid7

from services.mailer.channels import Attachment, Message, message_id
from services.mailer.channels.email import EmailChannel
from services.mailer.channels.smtp.settings import SmtpSettings, Tls

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "deploy.local.inbox", "--http-port", "0")


@dataclass(frozen=True)
class Inbox:
    """A running mailbox."""

    process: subprocess.Popen[str]
    smtp_port: int
    web: httpx.Client
    directory: Path

    def smtp(self) -> smtplib.SMTP:
        """A connection to it."""
        return smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10)

    def take(self, raw: bytes, *to: str, sender: str = "a@x.org") -> str:
        """Hand over these bytes; the id of the only mail."""
        with self.smtp() as smtp:
            smtp.sendmail(sender, to or ("b@x.org",), raw)
        [mail] = self.web.get("/api/messages").json()
        return str(mail["id"])


@contextmanager
def running(directory: Path) -> Iterator[Inbox]:
    process = subprocess.Popen(
        [*COMMAND, "--smtp-port", "0", "--directory", str(directory)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = re.search(
            r"smtp 127\.0\.0\.1:(\d+), web (http://127\.0\.0\.1:\d+)/", process.stdout.readline()
        )
        assert said is not None
        with httpx.Client(base_url=said[2], timeout=30, trust_env=False) as web:
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                try:
                    web.get("/health/ready").raise_for_status()
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield Inbox(process, int(said[1]), web, directory)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inbox]:
    """One for all tests that leave it running."""
    with running(tmp_path_factory.mktemp("inbox") / "mails") as started:
        yield started


@pytest.fixture
def inbox(shared: Inbox) -> Inbox:
    """The same, empty."""
    shared.web.delete("/api/messages").raise_for_status()
    return shared


@pytest.fixture
def own_inbox(tmp_path: Path) -> Iterator[Inbox]:
    """One for a test that ends it."""
    with running(tmp_path / "mails") as started:
        yield started


@pytest.mark.asyncio
async def test_what_the_mailer_sends_is_there_to_read(inbox: Inbox) -> None:
    delivery = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    pdf = b"%PDF-1.7\r\n.\r\n\x00\xff" * 5000
    message = Message(
        delivery_id=delivery,
        to="jürgen@bücher.example",
        subject="Lieferübersicht — Oktober",
        html="<p>45 characters</p>",
        text="45 characters",
        attachments=(Attachment("Übersicht.pdf", "application/pdf", pdf),),
        message_id=message_id(delivery, "studio.example"),
        date=datetime(2026, 11, 1, 9, 0, tzinfo=UTC),
    )
    channel = EmailChannel(
        SmtpSettings(
            smtp_host="127.0.0.1",
            smtp_port=inbox.smtp_port,
            smtp_tls=Tls.NONE,
            mail_from="reports@studio.example",
            mail_from_name="Studio — Reports",
        )
    )
    outcome = await channel.deliver(message)
    assert outcome.state == "sent", outcome.answer
    written = channel.written(message)
    await channel.close()

    [mail] = inbox.web.get("/api/messages").json()
    assert mail["from"] == "Studio — Reports <reports@studio.example>"
    assert mail["to"] == ["jürgen@xn--bcher-kva.example"]
    assert mail["subject"] == "Lieferübersicht — Oktober"
    assert mail["date"] == "2026-11-01T09:00:00+00:00"
    assert mail["message_id"] == message.message_id
    assert mail["attachments"] == [
        {"name": "Übersicht.pdf", "media_type": "application/pdf", "size": len(pdf)}
    ]
    assert mail["id"] in outcome.answer

    raw = inbox.web.get(f"/api/messages/{mail['id']}/raw")
    assert raw.headers["content-type"] == "message/rfc822"
    assert raw.content.endswith(written)
    trace = raw.content.removesuffix(written).decode().splitlines()
    assert trace == [
        "Return-Path: <reports@studio.example>",
        "Delivered-To: jürgen@xn--bcher-kva.example",
    ]

    attachment = inbox.web.get(f"/messages/{mail['id']}/attachments/0")
    assert attachment.content == pdf
    assert attachment.headers["content-disposition"].startswith("attachment;")
    page = inbox.web.get(f"/messages/{mail['id']}").text
    for shown in ("Lieferübersicht — Oktober", "Übersicht.pdf", "45 characters", "Return-Path"):
        assert shown in page
    assert "45 characters" in inbox.web.get(f"/messages/{mail['id']}/html").text
    assert "Lieferübersicht — Oktober" in inbox.web.get("/").text


def test_a_mail_that_was_answered_250_survives_a_kill(own_inbox: Inbox) -> None:
    with own_inbox.smtp() as smtp:
        smtp.ehlo()
        for number in range(20):
            smtp.sendmail("a@x.org", ["b@x.org"], f"Subject: {number}\r\n\r\nbody\r\n".encode())
        own_inbox.process.kill()
        own_inbox.process.wait()
    (own_inbox.directory / ".half.part").write_bytes(b"Subject: half")
    with running(own_inbox.directory) as again:
        subjects = [mail["subject"] for mail in again.web.get("/api/messages").json()]
    assert subjects == [str(number) for number in reversed(range(20))]
    assert not list(own_inbox.directory.glob(".*"))


def test_a_mail_that_cannot_be_kept_is_answered_452_and_not_shown(inbox: Inbox) -> None:
    shutil.rmtree(inbox.directory)
    with inbox.smtp() as smtp, pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.sendmail("a@x.org", ["b@x.org"], b"Subject: x\r\n\r\n")
    assert refused.value.smtp_code == 452
    inbox.directory.mkdir()
    assert inbox.web.get("/api/messages").json() == []
    inbox.take(b"Subject: y\r\n\r\n")


def test_each_recipient_of_the_envelope_is_listed_also_one_that_no_field_names(
    inbox: Inbox,
) -> None:
    inbox.take(b"To: shown@x.org\r\nSubject: x\r\n\r\n", "shown@x.org", "hidden@x.org")
    [mail] = inbox.web.get("/api/messages").json()
    assert mail["to"] == ["shown@x.org", "hidden@x.org"]
    assert mail["from"] == "<a@x.org>"


def test_deleting_leaves_nothing(inbox: Inbox) -> None:
    mail_id = inbox.take(b"Subject: x\r\n\r\n")
    assert inbox.web.delete("/api/messages").json() == {"deleted": 1}
    assert inbox.web.get("/api/messages").json() == []
    assert inbox.web.get(f"/messages/{mail_id}").status_code == 404
    assert list(inbox.directory.iterdir()) == []


def test_another_sites_form_cannot_delete(inbox: Inbox) -> None:
    inbox.take(b"Subject: x\r\n\r\n")
    foreign = inbox.web.post("/delete", headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert len(inbox.web.get("/api/messages").json()) == 1
    own = inbox.web.post("/delete", headers={"sec-fetch-site": "same-origin"})
    assert (own.status_code, own.headers["location"]) == (303, "/")
    assert inbox.web.get("/api/messages").json() == []


def test_a_hostile_mail_is_shown_as_text_and_its_html_can_do_nothing(inbox: Inbox) -> None:
    evil = "<script>alert(1)</script>"
    mail = EmailMessage()
    mail["From"] = '"<img src=x onerror=alert(2)>" <a@x.org>'
    mail["Subject"] = evil
    mail["X-Evil"] = f'"><{evil}'
    mail.set_content(f"{evil}\n</pre>{evil}")
    mail.add_alternative(f'<p>hello</p>{evil}<img src="https://x.org/t.gif">', subtype="html")
    mail.add_attachment(b"<script>", "text", "html", filename=f"{evil}\"'.html")
    mail_id = inbox.take(mail.as_bytes(policy=SMTP))
    for path in ("/", f"/messages/{mail_id}"):
        page = inbox.web.get(path)
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "script-src" not in page.headers["content-security-policy"]
        assert page.headers["content-security-policy"].startswith("default-src 'none';")
    assert 'sandbox src="' in inbox.web.get(f"/messages/{mail_id}").text
    policy = inbox.web.get(f"/messages/{mail_id}/html").headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "sandbox allow-popups" in policy
    assert "img-src data:;" in policy
    attachment = inbox.web.get(f"/messages/{mail_id}/attachments/0")
    assert attachment.headers["content-disposition"].startswith("attachment;")
    assert attachment.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in attachment.headers["content-security-policy"]


def test_the_pages_ask_nobody_else_for_anything(inbox: Inbox) -> None:
    mail_id = inbox.take(b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>x")
    for path in ("/", f"/messages/{mail_id}", "/style.css"):
        assert not re.search(
            r"""(src|href|url|action)\s*[=(]\s*["']?(https?:)?//""", inbox.web.get(path).text
        )


NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)
)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"no header at all",
        b"Subject: =?utf-8?b?!!!?= =?nope?q?=ff?=\r\nDate: yesterday\r\n\r\n",
        b"Subject: =?utf-8?q?=0d=0a=00x?=\r\nDate: Mon, 99 Foo 99999 99:99:99 +9999\r\n\r\n",
        b"Subject: \xff\xfe\x00\r\nFrom: \xc3\xbc@x.org\r\n\r\n\xff\x00",
        b"Content-Type: text/html; charset=no\r\nContent-Transfer-Encoding: base64\r\n\r\n@@@",
        b"Content-Type: multipart/mixed\r\n\r\n--x",
        b"Content-Type: ;;;=\r\nContent-Disposition: attachment; filename*=x'y'%zz\r\n\r\n",
        b'Content-Type: a/b"<>; name="../../etc/passwd"\r\nContent-Disposition: attachment\r\n\r\n',
        b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 x\r\n#86)C\r\nend",
        NESTED,
        b"X: y\r\n" * 20_000,
    ],
)
def test_a_broken_mail_is_kept_and_shown_like_any_other(inbox: Inbox, raw: bytes) -> None:
    mail_id = inbox.take(raw)
    assert inbox.web.get("/").status_code == 200
    page = inbox.web.get(f"/messages/{mail_id}")
    assert page.status_code == 200
    for path in re.findall(r'(?:href|src)="(/messages/[^"]+)"', page.text):
        assert inbox.web.get(path).status_code == 200
    kept = inbox.web.get(f"/api/messages/{mail_id}/raw").content
    assert kept.rstrip().endswith(raw.rstrip())


def test_pictures_of_the_mail_itself_are_shown_in_their_place(inbox: Inbox) -> None:
    mail = EmailMessage()
    mail.set_content('<img src="cid:chart@x"><img src="cid:missing@x">', subtype="html")
    mail.add_related(b"\x89PNG", "image", "png", cid="<chart@x>")
    mail_id = inbox.take(mail.as_bytes(policy=SMTP))
    html = inbox.web.get(f"/messages/{mail_id}/html").text
    assert '<img src="data:image/png;base64,iVBORw==">' in html
    assert 'src="cid:missing@x"' in html


def test_a_picture_that_the_mail_shows_is_not_listed_as_a_file(inbox: Inbox) -> None:
    mail = EmailMessage()
    mail.set_content('<img src="cid:chart@x">', subtype="html")
    for name in ("chart", "other"):
        mail.add_related(b"\x89PNG", "image", "png", cid=f"<{name}@x>", filename=f"{name}.png")
    mail_id = inbox.take(mail.as_bytes(policy=SMTP))
    (listed,) = [one for one in inbox.web.get("/api/messages").json() if one["id"] == mail_id]
    assert [file["name"] for file in listed["attachments"]] == ["other.png"]


@pytest.mark.parametrize(
    "path",
    [
        "/messages/none",
        "/messages/..%2f..%2fetc%2fpasswd",
        "/api/messages/..%2f..%2fsecret/raw",
        "/api/messages/.hidden/raw",
        "/messages/none/html",
        "/messages/none/attachments/0",
    ],
)
def test_what_is_not_there_is_404(inbox: Inbox, path: str) -> None:
    assert inbox.web.get(path).status_code == 404


def test_ten_thousand_mails_are_paged(inbox: Inbox) -> None:
    for number in range(10_000):
        (inbox.directory / f"{uuid7()}.eml").write_bytes(
            f"From: a@x.org\r\nTo: b@x.org\r\nSubject: no. {number}\r\n\r\nbody".encode()
        )
    for query, first, last in (
        ("", 9999, 9950),
        ("?page=2", 9949, 9900),
        ("?page=200", 49, 0),
        ("?page=99999999", 49, 0),
        ("?page=-1", 9999, 9950),
        ("?page=x", 9999, 9950),
    ):
        page = inbox.web.get(f"/{query}").text
        subjects = [int(number) for number in re.findall(r"<bdi>no\. (\d+)</bdi>", page)]
        assert subjects == list(range(first, last - 1, -1))
        assert "10,000 messages" in page
    assert len(inbox.web.get("/api/messages").json()) == 10_000


def test_sigterm_ends_it_within_two_seconds_whoever_is_connected(own_inbox: Inbox) -> None:
    with own_inbox.smtp() as smtp:
        smtp.ehlo()
        own_inbox.web.get("/health/ready")  # a kept connection
        begun = time.monotonic()
        own_inbox.process.terminate()
        assert own_inbox.process.wait(timeout=5) == 0
        assert time.monotonic() - begun < 2


def test_a_port_in_use_is_named(inbox: Inbox, tmp_path: Path) -> None:
    second = subprocess.run(
        [*COMMAND, "--smtp-port", str(inbox.smtp_port), "--directory", str(tmp_path / "other")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert second.returncode == 1
    assert f"port {inbox.smtp_port} cannot be used" in second.stderr
