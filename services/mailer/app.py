"""The mailer's composition root."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

from services.mailer import SERVICE
from services.mailer.catalogue import publish_channels
from services.mailer.channels import Channel, channels
from services.mailer.channels.smtp.settings import SmtpSettings
from services.mailer.deliverer import Deliverer
from services.mailer.destination_tests import on_destination_test_due
from services.mailer.destinations import Destinations
from services.mailer.handlers import on_delivery_due, on_format_rendered, on_report_rendered
from services.mailer.letters import Letters
from services.mailer.outgoing import Outgoing
from services.mailer.settings import MailerSettings
from services.mailer.unsubscribing import Unsubscribing
from shared.blobs import BlobStore
from shared.events import (
    DeliveryDue,
    DestinationTestDue,
    ReportFormatRendered,
    ReportRendered,
)
from shared.secret_box import SecretBox
from shared.service import Service
from shared.settings import from_environment
from shared.share_links import Links
from shared.signed_ids import SignedIds
from shared.store.engine import Store
from shared.suppression import UNSUBSCRIBE_KIND
from shared.topology import DELIVERER, DESTINATION_TESTER, FORMAT_MAILER, MAILER


def create_service(settings: MailerSettings) -> Service:
    """The mailer, ready to be served."""
    service = Service(SERVICE, settings)
    outgoing = Outgoing(settings.egress)
    opened = {name: kind.from_environment(outgoing) for name, kind in channels.items()}

    @asynccontextmanager
    async def open_channels() -> AsyncIterator[None]:
        async with service.store.no_tenant() as connection:
            await publish_channels(connection, channels)
        yield
        await asyncio.gather(*(channel.close() for channel in opened.values()))
        await outgoing.close()

    service.during(open_channels)
    service.consumers.add(MAILER, ReportRendered, partial(on_report_rendered, store=service.store))
    service.consumers.add(
        FORMAT_MAILER, ReportFormatRendered, partial(on_format_rendered, store=service.store)
    )
    destinations = Destinations(
        service.store, service.blobs, SecretBox(settings.secret_keys), Links.of(settings)
    )
    deliverer = deliverer_of(
        service.store, service.blobs, settings, opened, destinations, owner=service.owner
    )
    service.consumers.add(
        DELIVERER,
        DeliveryDue,
        partial(on_delivery_due, deliverer=deliverer),
        at_once=settings.deliveries_at_once,
    )
    service.consumers.add(
        DESTINATION_TESTER,
        DestinationTestDue,
        partial(
            on_destination_test_due,
            store=service.store,
            channels=opened,
            destinations=destinations,
        ),
    )
    return service


def deliverer_of(
    store: Store,
    blobs: BlobStore,
    settings: MailerSettings,
    channels: Mapping[str, Channel],
    destinations: Destinations,
    *,
    owner: str,
    smtp: SmtpSettings | None = None,
) -> Deliverer:
    """What makes attempts; without `smtp`, as the environment says."""
    smtp = smtp or from_environment(SmtpSettings)
    return Deliverer(
        store,
        settings,
        channels,
        destinations,
        Letters(
            store,
            blobs,
            Links.of(settings),
            max_bytes=smtp.mail_max_bytes,
            link_days=smtp.mail_link_days,
        ),
        Unsubscribing(SignedIds(settings.link_keys, UNSUBSCRIBE_KIND), settings.public_url),
        owner=owner,
        mail_domain=smtp.domain,
    )
