"""One attempt at one delivery, kept in the ledger.

The attempt is committed before anything is sent. The delivery turns `sending` in a commit of
its own just before the channel passes the point after which the other side may have the
message; cut off after that, nobody can tell, and it is `uncertain` (the reaper says so of a
mailer that died), cut off before, it is simply tried again.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailer import SERVICE
from services.mailer.channels import (
    Attachment,
    Channel,
    Message,
    Outcome,
    Picture,
    State,
    message_id,
)
from services.mailer.destinations import Destinations, disable
from services.mailer.settings import MailerSettings
from shared import outbox, runs, telemetry
from shared.backoff import retry_delay
from shared.blobs import BlobStore
from shared.errors import PermanentError, TransientError
from shared.events import DeliveryDue, ReportDelivered, ReportDeliveryFailed
from shared.lease import RELEASED, Lease, LeaseLostError, lease_end
from shared.runs import Run
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store, store_is_away
from shared.topology import DELIVERER

log = structlog.get_logger(__name__)


_STATUS = {
    "sent": DeliveryStatus.SENT,
    "refused": DeliveryStatus.FAILED,
    "deferred": DeliveryStatus.DEFERRED,
    "uncertain": DeliveryStatus.UNCERTAIN,
}


@dataclass(frozen=True)
class _Claimed:
    """A delivery in hand: its row, its run and its files."""

    id: UUID
    channel: str
    recipient: str
    number: int
    """Which attempt this is, from 1."""
    run: Run
    completed_at: datetime
    artifacts: tuple[dict[str, str], ...]
    at: float
    """When it was taken in hand, by the monotonic clock."""

    @property
    def seconds(self) -> float:
        """How long it has been in hand."""
        return time.monotonic() - self.at


class Deliverer:
    """Makes attempts and writes the ledger."""

    def __init__(
        self,
        store: Store,
        blobs: BlobStore,
        settings: MailerSettings,
        channels: Mapping[str, Channel],
        destinations: Destinations,
        *,
        owner: str,
        mail_domain: str,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._settings = settings
        self._channels = channels
        self._destinations = destinations
        self._owner = owner
        self._mail_domain = mail_domain

    async def attempt(self, event: DeliveryDue) -> None:
        """Claim the delivery, try it once, and write what became of it."""
        token = uuid4()
        claimed = await self._claim(event, token)
        if claimed is None:
            log.info("nothing to do", delivery_id=str(event.delivery_id))
            return
        lease = Lease(
            self._store,
            tables.deliveries,
            event.delivery_id,
            event.tenant_id,
            token,
            self._settings.lease_seconds,
        )
        sending = False

        async def before_it_counts() -> None:
            nonlocal sending
            async with self._store.tenant(event.tenant_id) as connection:
                await lease.write(connection, status=DeliveryStatus.SENDING)
            sending = True

        try:
            async with lease.kept_alive():
                try:
                    channel = self._channel(claimed.channel)
                    message = await self._message(claimed, channel)
                    outcome = await channel.deliver(message, before_it_counts)
                except TransientError as error:
                    outcome = Outcome("deferred", "", str(error))
                except PermanentError as error:
                    outcome = Outcome("refused", "", str(error))
            await self._record_patiently(event, claimed, lease, outcome)
        except LeaseLostError:
            log.warning("lease lost", delivery_id=str(claimed.id))
        except asyncio.CancelledError:  # shutting down
            with contextlib.suppress(LeaseLostError):
                if sending:
                    cut_off = Outcome("uncertain", "", "the mailer was stopped while sending")
                    await asyncio.shield(self._record(event, claimed, lease, cut_off))
                else:
                    await asyncio.shield(self._hand_back(event, claimed, lease))
            raise
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and store_is_away(error):
                raise  # the consumer waits for it
            log.exception("unexpected error", delivery_id=str(claimed.id))
            state: State = "uncertain" if sending else "deferred"
            await self._record(event, claimed, lease, Outcome(state, "", repr(error)))

    def _channel(self, name: str) -> Channel:
        channel = self._channels.get(name)
        if channel is None:
            known = ", ".join(sorted(self._channels))
            raise PermanentError(
                "unknown_channel", f"no mailer knows the channel {name!r}; it could be {known}"
            )
        return channel

    async def _claim(self, event: DeliveryDue, token: UUID) -> _Claimed | None:
        deliveries = tables.deliveries
        async with self._store.tenant(event.tenant_id) as connection:
            row = (
                (
                    await connection.execute(
                        update(deliveries)
                        .where(
                            deliveries.c.id == event.delivery_id,
                            # Nobody gets the files of another run, whatever an event says.
                            deliveries.c.run_id == event.run_id,
                            deliveries.c.status.in_(
                                (DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)
                            ),
                            deliveries.c.lease_token.is_(None),
                            select(tables.runs.c.id)
                            .where(
                                tables.runs.c.id == deliveries.c.run_id,
                                tables.runs.c.status == RunStatus.COMPLETED,
                            )
                            .exists(),
                        )
                        .values(
                            attempts=deliveries.c.attempts + 1,
                            next_attempt_at=None,
                            lease_token=token,
                            lease_owner=self._owner,
                            lease_until=lease_end(self._settings.lease_seconds),
                        )
                        .returning(deliveries)
                    )
                )
                .mappings()
                .first()
            )
            if row is None:
                return None
            await connection.execute(
                upsert(tables.delivery_attempts).values(
                    tenant_id=event.tenant_id, delivery_id=row["id"], number=row["attempts"]
                )
            )
            run_row = (
                (
                    await connection.execute(
                        select(tables.runs).where(tables.runs.c.id == event.run_id)
                    )
                )
                .mappings()
                .one()
            )
            artifacts = (
                (
                    await connection.execute(
                        select(tables.artifacts)
                        .where(
                            tables.artifacts.c.run_id == event.run_id,
                            # In a burst each recipient gets the files of their slice alone.
                            tables.artifacts.c.slice_id.is_not_distinct_from(row["slice_id"]),
                            # Not what somebody asked for afterwards.
                            tables.artifacts.c.internal
                            | tables.artifacts.c.format.in_(row["formats"] or run_row["formats"]),
                        )
                        .order_by(tables.artifacts.c.format)
                    )
                )
                .mappings()
                .all()
            )
        return _Claimed(
            id=row["id"],
            channel=row["channel"],
            recipient=row["recipient"],
            number=row["attempts"],
            run=Run.of(run_row),
            completed_at=run_row["completed_at"],
            artifacts=tuple(dict(artifact) for artifact in artifacts),
            at=time.monotonic(),
        )

    async def _message(self, claimed: _Claimed, channel: Channel) -> Message:
        body: dict[str, Any] | None = None
        attachments = []
        for artifact in claimed.artifacts:
            if artifact["format"] == "mail":
                body = json.loads(await self._blobs.get(artifact["blob_key"]))
            elif not artifact["internal"] and channel.destination is None:
                content = await self._blobs.get(artifact["blob_key"])
                attachments.append(
                    Attachment(artifact["file_name"], artifact["media_type"], content)
                )
        if body is None and channel.destination is None:
            raise PermanentError("no_mail_body", "the renderer wrote no mail for this run")
        body = body or {}
        message = Message(
            delivery_id=claimed.id,
            to=claimed.recipient,
            subject=body.get("subject", ""),
            html=body.get("html", ""),
            text=body.get("text", ""),
            attachments=tuple(attachments),
            pictures=tuple(
                Picture(
                    picture["file_name"],
                    picture["media_type"],
                    base64.b64decode(picture["content"]),
                    picture["content_id"],
                )
                # A renderer of an earlier version wrote none.
                for picture in body.get("pictures", ())
            ),
            message_id=message_id(claimed.id, self._mail_domain),
            date=claimed.completed_at,
        )
        if channel.destination is None:
            return message
        addressed = await self._destinations.addressed(
            channel, claimed.recipient, claimed.id, claimed.run, claimed.artifacts
        )
        return replace(message, **vars(addressed))

    async def _record_patiently(
        self, event: DeliveryDue, claimed: _Claimed, lease: Lease, outcome: Outcome
    ) -> None:
        """Write what the other side said even if the store is away for a moment.

        Given up when the lease must have ended: then nobody knows any more what was said.
        """
        until = time.monotonic() + self._settings.lease_seconds
        while True:
            try:
                await self._record(event, claimed, lease, outcome)
                return
            except Exception as error:
                if not store_is_away(error) or time.monotonic() > until:
                    raise
                log.warning("outcome not written yet", outcome=outcome.state, reason=repr(error))
                await asyncio.sleep(0.2)

    async def _record(
        self, event: DeliveryDue, claimed: _Claimed, lease: Lease, outcome: Outcome
    ) -> None:
        """Write the attempt's outcome, and what follows from it, in one fenced commit."""
        status = _STATUS[outcome.state]
        answer = outcome.answer
        delay = None
        if status is DeliveryStatus.DEFERRED:
            if claimed.number >= self._settings.delivery_max_attempts:
                status = DeliveryStatus.FAILED
                answer = f"{answer} (tried {claimed.number} times)"
            else:
                delay = self._delay(claimed, outcome)
        async with self._store.tenant(event.tenant_id) as connection:
            await lease.write(
                connection,
                status=status,
                answer=answer,
                receipt=outcome.receipt,
                next_attempt_at=None if delay is None else func.now() + delay,
                finished_at=func.now() if delay is None else None,
                **RELEASED,
            )
            await connection.execute(
                update(tables.delivery_attempts)
                .where(
                    tables.delivery_attempts.c.delivery_id == claimed.id,
                    tables.delivery_attempts.c.number == claimed.number,
                )
                .values(
                    finished_at=func.clock_timestamp(),
                    host=outcome.host,
                    outcome=status,
                    answer=answer,
                )
            )
            if outcome.gone:
                await disable(connection, claimed.channel, claimed.recipient, outcome.answer)
            if delay is not None:
                await outbox.add_for(connection, DELIVERER, event, source=SERVICE, delay=delay)
            else:
                await self._tell(connection, event, claimed, status, answer, outcome.receipt)
        telemetry.DELIVERIES.labels(claimed.channel, status).inc()
        telemetry.STAGE_SECONDS.labels("deliver").observe(claimed.seconds)
        log.info(
            "delivery attempted",
            delivery_id=str(claimed.id),
            attempt=claimed.number,
            outcome=str(status),
            host=outcome.host,
            duration_ms=round(claimed.seconds * 1000),
        )

    async def _tell(
        self,
        connection: AsyncConnection,
        event: DeliveryDue,
        claimed: _Claimed,
        status: DeliveryStatus,
        answer: str,
        receipt: str | None,
    ) -> None:
        about = event.model_dump(exclude={"TYPE"})
        await outbox.add(
            connection,
            ReportDelivered(**about, receipt=receipt)
            if status is DeliveryStatus.SENT
            else ReportDeliveryFailed(**about, outcome=status, answer=answer),
            source=SERVICE,
        )
        await connection.execute(
            insert(tables.inbox).values(
                tenant_id=event.tenant_id, consumer=DELIVERER.name, event_id=event.id
            )
        )
        await runs.record(
            connection,
            claimed.run,
            "delivered" if status is DeliveryStatus.SENT else f"delivery_{status}",
            SERVICE,
            duration_ms=round(claimed.seconds * 1000),
            detail=f"{claimed.channel} to {claimed.recipient}: {answer}",
        )

    async def _hand_back(self, event: DeliveryDue, claimed: _Claimed, lease: Lease) -> None:
        async with self._store.tenant(event.tenant_id) as connection:
            await lease.write(connection, **RELEASED)
            await outbox.add_for(connection, DELIVERER, event, source=SERVICE)
        log.info("delivery handed back", delivery_id=str(claimed.id))

    def _delay(self, claimed: _Claimed, outcome: Outcome) -> timedelta:
        if outcome.retry_after_s is not None:
            return timedelta(seconds=outcome.retry_after_s)
        return retry_delay(
            claimed.number, self._settings.delivery_retry_base_seconds, random.random()
        )
