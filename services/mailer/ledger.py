"""The ledger as the mailer writes it: claims, what is on the wire, and what became of it.

Of many deliveries at once: each step of those under way is one transaction of their tenant
(`shared.batching`). Every write but the claim names the lease's token.
"""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from services.mailer.channels import Written
from services.mailer.claims import Asked, Claimed, claim_all, claiming
from services.mailer.outcomes import Ended, OnTheWire, note_ended, note_sending
from shared.batching import Batching
from shared.events import DeliveryDue
from shared.store.engine import Store


class Ledger:
    """Claims deliveries and writes down what becomes of them."""

    def __init__(self, store: Store, *, owner: str, lease_seconds: float) -> None:
        claim = partial(claim_all, claim=claiming(owner, lease_seconds))
        self._claims = Batching(store, claim, name="claims of deliveries")
        self._sendings = Batching(store, note_sending, name="deliveries on the wire")
        self._endings = Batching(store, note_ended, name="outcomes of deliveries")

    async def claim(self, event: DeliveryDue) -> Claimed | None:
        """Take the delivery in hand for one attempt; None where there is nothing to do.

        So it is where somebody else has it, it has come to its end, or its run has not.
        """
        return await self._claims.do(event.tenant_id, Asked(event, uuid4()))

    async def sending(self, claimed: Claimed, written: Written | None) -> None:
        """From now on it may arrive, with the bytes `written`; LeaseLostError if not ours."""
        item = OnTheWire(claimed.id, claimed.token, claimed.number, written)
        await self._sendings.do(claimed.tenant_id, item)

    async def ended(self, ended: Ended) -> None:
        """Write the attempt's end and let go of the delivery; LeaseLostError if not ours."""
        await self._endings.do(ended.tenant_id, ended)
