"""What a mail says about how to get no more of them (RFC 2369, RFC 8058)."""

from __future__ import annotations

from services.mailer.claims import Claimed
from shared.recipient_policy import CONFIRMATION
from shared.signed_ids import SignedIds
from shared.suppression import UNSUBSCRIBE_PATH


class Unsubscribing:
    """Writes the fields; each delivery has a link of its own, the same at every attempt."""

    def __init__(self, signed: SignedIds, public_url: str) -> None:
        self._signed = signed
        self._base = public_url.rstrip("/")

    def headers(self, claimed: Claimed) -> tuple[tuple[str, str], ...]:
        """None where nobody could follow the link, or the mail itself asks whether to send any."""
        if not self._base or claimed.run.report_type == CONFIRMATION:
            return ()
        url = f"{self._base}{UNSUBSCRIBE_PATH}/{self._signed.signed(claimed.id)}"
        return (
            ("List-Unsubscribe", f"<{url}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )
