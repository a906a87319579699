"""Our signatures, read by another implementation of DKIM."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import dkim  # type: ignore[import-untyped]  # it has no types
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from services.mailer.channels import Attachment, Message, message_id
from services.mailer.channels.email import EmailChannel
from services.mailer.channels.smtp.dkim import DkimSigner
from tests.mailing import smtp_settings

DELIVERY = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
MESSAGE = Message(
    delivery_id=DELIVERY,
    to="someone@example.com",
    subject="Årsrapport — a subject long enough to be folded over several lines",
    html="<p>45 characters</p>",
    text="45 characters  \n\n.\n\n\n",
    attachments=(Attachment("report.pdf", "application/pdf", b"\x00\r\n.\r\n%" * 999),),
    message_id=message_id(DELIVERY, "studio.example"),
    date=datetime(2026, 11, 1, 9, 0, tzinfo=UTC),
    headers=(
        ("List-Unsubscribe", "<https://reports.studio.example/unsubscribe/abc>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ),
)


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def in_dns(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    """What the domain publishes about the key."""
    if isinstance(key, rsa.RSAPrivateKey):
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    raw = key.public_key().public_bytes_raw()
    return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_others_find_our_signature_right_and_any_change_wrong(kind: str, tmp_path: Path) -> None:
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if kind == "rsa"
        else ed25519.Ed25519PrivateKey.generate()
    )
    file = tmp_path / "dkim.pem"
    file.write_bytes(pem(key))
    channel = EmailChannel(smtp_settings(25, mail_dkim_key_file=file, mail_dkim_selector="reports"))
    mail = channel.written(MESSAGE)

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"reports._domainkey.studio.example."
        return in_dns(key)

    assert mail.startswith(b"DKIM-Signature:")
    assert dkim.verify(mail, dnsfunc=dns)
    assert channel.written(MESSAGE) == mail, "the same at every attempt"
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    for said, forged in (
        (b"45 characters", b"46 characters"),
        (b"someone@example.com", b"another@example.com"),
        (b"unsubscribe/abc", b"unsubscribe/xyz"),
    ):
        assert not dkim.verify(mail.replace(said, forged), dnsfunc=dns)
    second = mail.replace(b"From: ", b"From: evil@example.com\r\nFrom: ", 1)
    assert not dkim.verify(second, dnsfunc=dns)


def test_a_key_that_cannot_sign_is_refused_when_the_mailer_starts(tmp_path: Path) -> None:
    file = tmp_path / "dkim.pem"
    file.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(ValueError, match="RSA or of Ed25519"):
        DkimSigner.of(file, "reports", "studio.example")
    with pytest.raises(ValueError, match="go together"):
        smtp_settings(25, mail_dkim_key_file=file)
