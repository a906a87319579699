"""One attempt at one delivery, kept in the ledger.

The attempt is committed before anything is sent. The delivery turns `sending` in a commit of
its own just before the channel passes the point after which the other side may have the
message; cut off after that, nobody can tell, and it is `uncertain` (the reaper says so of a
mailer that died), cut off before, it is simply tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.mailer import SERVICE
from services.mailer.channels import (
    BeforeItCounts,
    Channel,
    Message,
    Outcome,
    State,
    Written,
    message_id,
)
from services.mailer.claims import Claimed
from services.mailer.destinations import Destinations
from services.mailer.ledger import Ledger
from services.mailer.letters import Letters
from services.mailer.outcomes import Ended
from services.mailer.retrying import Verdict, suppressed, verdict
from services.mailer.settings import MailerSettings
from services.mailer.telling import told
from services.mailer.turns import NoTurn, Turns
from services.mailer.unsubscribing import Unsubscribing
from shared import outbox, telemetry
from shared.errors import PermanentError, TransientError
from shared.events import DeliveryDue
from shared.lease import RELEASED, Lease, LeaseLostError
from shared.states import ArtifactStatus, Lane
from shared.store import tables
from shared.store.engine import Store, store_is_away
from shared.topology import DELIVERER

log = structlog.get_logger(__name__)


class Deliverer:
    """Makes attempts."""

    def __init__(
        self,
        store: Store,
        settings: MailerSettings,
        channels: Mapping[str, Channel],
        destinations: Destinations,
        letters: Letters,
        unsubscribing: Unsubscribing,
        *,
        owner: str,
        mail_domain: str,
    ) -> None:
        self._store = store
        self._settings = settings
        self._channels = channels
        self._destinations = destinations
        self._letters = letters
        self._unsubscribing = unsubscribing
        self._mail_domain = mail_domain
        at_once = settings.deliveries_at_once
        # Destinations that hang, of one tenant or of several, leave hands for what goes to others.
        self._of_tenants = {lane: Turns(at_once, at_once // 2) for lane in Lane}
        self._of_destinations = {lane: Turns(at_once, at_once // 4) for lane in Lane}
        self._ledger = Ledger(store, owner=owner, lease_seconds=settings.lease_seconds)

    async def attempt(self, event: DeliveryDue) -> None:
        """Claim the delivery, try it once, and write what became of it."""
        claimed = await self._ledger.claim(event)
        if claimed is None:
            log.info("nothing to do", delivery_id=str(event.delivery_id))
            return
        began = time.monotonic()
        lease = Lease(
            self._store,
            tables.deliveries,
            claimed.id,
            claimed.tenant_id,
            claimed.token,
            self._settings.lease_seconds,
        )
        sending = False

        async def before_it_counts(written: Written | None = None, /) -> None:
            nonlocal sending
            noted = asyncio.ensure_future(self._ledger.sending(claimed, written))
            try:
                await asyncio.shield(noted)
            except asyncio.CancelledError:
                # Nothing is sent any more; what takes it back must come after it.
                await asyncio.wait([noted])
                raise
            sending = True

        if claimed.refused is not None:
            nobody = Outcome("refused", "", f"not sent: {claimed.recipient} {claimed.refused}")
            with contextlib.suppress(LeaseLostError):
                await self._write(event, claimed, nobody, suppressed(nobody.answer), began)
            return
        try:
            async with lease.kept_alive():
                outcome = await self._outcome(claimed, before_it_counts)
            await self._record_patiently(event, claimed, outcome, began)
        except LeaseLostError:
            log.warning("lease lost", delivery_id=str(claimed.id))
        except asyncio.CancelledError:  # shutting down
            with contextlib.suppress(LeaseLostError):
                if sending:
                    cut_off = Outcome("uncertain", "", "the mailer was stopped while sending")
                    await asyncio.shield(self._record(event, claimed, cut_off, began))
                else:
                    await asyncio.shield(self._hand_back(event, claimed, lease))
            raise
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and store_is_away(error):
                raise  # the consumer waits for it
            log.exception("unexpected error", delivery_id=str(claimed.id))
            state: State = "uncertain" if sending else "deferred"
            await self._record(event, claimed, Outcome(state, "", repr(error)), began)

    async def _outcome(self, claimed: Claimed, before_it_counts: BeforeItCounts) -> Outcome:
        try:
            channel = self._channel(claimed.channel)
            message = await self._message(claimed, channel)
            if channel.destination is None:  # e-mail: by domain, over connections of its own
                return await channel.deliver(message, before_it_counts)
            tenant, lane, name = claimed.tenant_id, claimed.run.lane, claimed.recipient
            async with (
                self._of_tenants[lane].taken(tenant, "all that you send to destinations") as of_all,
                self._of_destinations[lane].taken((tenant, claimed.channel, name), name) as of_it,
            ):

                async def counting(written: Written | None = None, /) -> None:
                    await before_it_counts(written)
                    of_all.counts()
                    of_it.counts()

                return await channel.deliver(message, counting)
        except NoTurn as later:
            return Outcome("deferred", "", str(later), retry_after_s=later.after_s)
        except TransientError as error:
            return Outcome("deferred", "", str(error))
        except PermanentError as error:
            return Outcome("refused", "", str(error))

    def _channel(self, name: str) -> Channel:
        channel = self._channels.get(name)
        if channel is None:
            known = ", ".join(sorted(self._channels))
            raise PermanentError(
                "unknown_channel", f"no mailer knows the channel {name!r}; it could be {known}"
            )
        return channel

    async def _message(self, claimed: Claimed, channel: Channel) -> Message:
        for artifact in claimed.artifacts:
            ensure_there(artifact)
        message = Message(
            delivery_id=claimed.id,
            to=claimed.recipient,
            subject="",
            html="",
            text="",
            attachments=(),
            message_id=message_id(claimed.id, self._mail_domain, claimed.copy),
            date=claimed.completed_at,
        )
        if channel.destination is None:
            letter = await self._letters.of(claimed)
            return replace(
                message,
                subject=letter.subject,
                sender_name=letter.sender_name,
                headers=(*letter.headers, *self._unsubscribing.headers(claimed)),
                body=letter.body,
            )
        addressed = await self._destinations.addressed(
            channel, claimed.recipient, claimed.id, claimed.run, claimed.artifacts
        )
        texts = await self._letters.texts_of(claimed)
        return replace(message, **texts, **vars(addressed))

    async def _record_patiently(
        self, event: DeliveryDue, claimed: Claimed, outcome: Outcome, began: float
    ) -> None:
        """Write what the other side said even if the store is away for a moment.

        Given up when the lease must have ended: then nobody knows any more what was said.
        """
        until = time.monotonic() + self._settings.lease_seconds
        while True:
            try:
                await self._record(event, claimed, outcome, began)
                return
            except Exception as error:
                if not store_is_away(error) or time.monotonic() > until:
                    raise
                log.warning("outcome not written yet", outcome=outcome.state, reason=repr(error))
                await asyncio.sleep(0.2)

    async def _record(
        self, event: DeliveryDue, claimed: Claimed, outcome: Outcome, began: float
    ) -> None:
        """Decide what follows from the attempt, and write it."""
        follows = verdict(
            outcome,
            claimed.run.delivery_options,
            try_=claimed.try_,
            tried_for=claimed.tried_for,
            first_pause_s=self._settings.delivery_retry_base_seconds,
            given_up_after=self._given_up_after(claimed.channel),
            chance=random.random(),
        )
        await self._write(event, claimed, outcome, follows, began)

    async def _write(
        self,
        event: DeliveryDue,
        claimed: Claimed,
        outcome: Outcome,
        follows: Verdict,
        began: float,
    ) -> None:
        seconds = time.monotonic() - began
        await self._ledger.ended(
            Ended(
                delivery_id=claimed.id,
                tenant_id=claimed.tenant_id,
                token=claimed.token,
                number=claimed.number,
                status=follows.status,
                outcome=follows.outcome,
                host=outcome.host,
                answer=follows.answer,
                receipt=outcome.receipt,
                seconds=seconds,
                again=None
                if follows.delay is None
                else (outbox.row_for(DELIVERER, event, SERVICE), follows.delay),
                told=None
                if follows.delay is not None
                else told(event, claimed, follows, outcome.receipt, seconds),
                written=outcome.written,
                gone=(claimed.channel, claimed.recipient, outcome.answer) if outcome.gone else None,
            )
        )
        telemetry.DELIVERIES.labels(claimed.channel, follows.status).inc()
        telemetry.STAGE_SECONDS.labels("deliver").observe(seconds)
        log.info(
            "delivery attempted",
            delivery_id=str(claimed.id),
            attempt=claimed.number,
            outcome=str(follows.outcome),
            host=outcome.host,
            duration_ms=round(seconds * 1000),
        )

    def _given_up_after(self, channel: str) -> timedelta:
        known = self._channels.get(channel)
        return timedelta(0) if known is None else known.given_up_after

    async def _hand_back(self, event: DeliveryDue, claimed: Claimed, lease: Lease) -> None:
        async with self._store.tenant(event.tenant_id) as connection:
            await lease.write(connection, status=claimed.before, **RELEASED)
            await outbox.add_for(connection, DELIVERER, event, source=SERVICE)
        log.info("delivery handed back", delivery_id=str(claimed.id))


def ensure_there(artifact: Mapping[str, Any]) -> None:
    name = artifact["format"]
    match artifact["status"]:
        case ArtifactStatus.PENDING:
            raise TransientError("not_rendered_yet", f"the {name} file is being made")
        case ArtifactStatus.FAILED:
            reason = artifact["error"]["message"]
            raise PermanentError("not_rendered", f"the {name} file could not be made: {reason}")
        case ArtifactStatus.EXPIRED:
            raise PermanentError("files_gone", "the report's files are no longer kept")
