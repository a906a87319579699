"""The api's composition root."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from services.api import openapi, problems
from services.api.backlog import Backlog
from services.api.body_limit import BodyLimit
from services.api.catalogue import Catalogue
from services.api.commands import Commands
from services.api.confirmations import CONFIRMATION_KIND
from services.api.embed_store import EMBED_KIND
from services.api.estimates import Estimates
from services.api.guards import RateLimiter
from services.api.intake import Intake
from services.api.news import RunNews
from services.api.observation import Observation
from services.api.page import files, sign_in
from services.api.page.sessions import Sessions
from services.api.passwords import Passwords
from services.api.principals import Gatekeeper
from services.api.routes import (
    administration,
    channels,
    confirming,
    days_off,
    dead_letters,
    definitions,
    deliveries,
    destinations,
    documents,
    embedded,
    embeds,
    events,
    exchange,
    further_formats,
    links,
    news_stream,
    previews,
    recipients,
    report_types,
    reports,
    schedule_steps,
    schedules,
    services,
    shared_files,
    signals,
    superseding,
    suppressions,
    why,
    widgets,
)
from services.api.settings import ApiSettings
from services.api.widget_views import Widgets
from shared.secret_box import SecretBox
from shared.service import Service
from shared.share_links import Links
from shared.signed_ids import SignedIds
from shared.suppression import UNSUBSCRIBE_KIND
from shared.topology import COMMANDS_QUEUE

DESCRIPTION = """
Ask for reports, follow them, fetch their files. Every call needs a bearer JWT of your tenant.
Refusals are problem+json (RFC 9457) and name the field that is wrong.
"""

LINK_RATE = "60/second;600/minute"
"""Requests for one shared file, whose readers load it in parts, or for one embedded widget."""

SIGN_IN_RATE = "30/second;600/minute"
"""Sign-ins from one address, which may be that of a whole office."""


def create_app(settings: ApiSettings) -> FastAPI:
    """The api, ready to be served."""
    service = Service("api", settings)
    # Accepting needs the store alone; the relay publishes once the broker is back.
    del service.needed["broker"]
    news = RunNews(settings.database_url.get_secret_value())
    service.during(news.listening)
    app = FastAPIOffline(
        title="Broadsheet",
        version="1",
        description=DESCRIPTION,
        lifespan=service.lifespan,
        telemetry={"metrics": False, "logs": False, "operation_spans": False},
        redoc_url=None,
        static_url="/docs/static",
        swagger_ui_oauth2_redirect_url="/docs/oauth2-redirect",
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.store = service.store
    app.state.blobs = service.blobs
    app.state.news = news
    app.state.catalogue = Catalogue(service.store, settings.egress)
    app.state.secret_box = SecretBox(settings.secret_keys)
    app.state.estimates = Estimates()
    app.state.intake = Intake(service.store, app.state.estimates)
    app.state.backlog = Backlog(service.store)
    app.state.sessions = Sessions(settings)
    app.state.gatekeeper = Gatekeeper(service.store, settings, app.state.sessions)
    app.state.rate_limiter = RateLimiter(settings.rate_limit)
    app.state.links = Links.of(settings)
    app.state.confirmations = SignedIds(settings.link_keys, CONFIRMATION_KIND)
    app.state.embed_ids = SignedIds(settings.link_keys, EMBED_KIND)
    app.state.embed_document = None
    app.state.widgets = Widgets(service.blobs, app.state.catalogue)
    app.state.unsubscribing = SignedIds(settings.link_keys, UNSUBSCRIBE_KIND)
    app.state.link_limiter = RateLimiter(LINK_RATE)
    app.state.sign_in_limiter = RateLimiter(SIGN_IN_RATE)
    app.state.passwords = Passwords()
    commands = Commands(app, service.broker)
    service.consumers.add_raw(COMMANDS_QUEUE, commands.on_command)
    problems.install(app)
    openapi.describe(app)
    app.add_middleware(
        BodyLimit, max_bytes=settings.max_body_bytes, cut_at=(suppressions.BOUNCES_PATH,)
    )
    app.add_middleware(Observation)
    app.router.routes.extend(service.routes())
    for resource in (
        reports,
        further_formats,
        superseding,
        links,
        shared_files,
        events,
        deliveries,
        suppressions,
        report_types,
        definitions,
        schedules,
        schedule_steps,
        signals,
        why,
        exchange,
        channels,
        destinations,
        administration,
        recipients,
        confirming,
        dead_letters,
        services,
        days_off,
        news_stream,
        documents,
        previews,
        widgets,
        embeds,
        embedded,
        sign_in,
    ):
        app.include_router(resource.router, responses=openapi.REFUSALS)
    app.include_router(suppressions.unsubscribing, responses=openapi.REFUSALS)
    if settings.page_dir:
        app.router.routes.extend(files.routes(Path(settings.page_dir)))
        app.state.embed_document = files.embed_document(Path(settings.page_dir))
    if settings.oidc_issuer:
        # Imported here: it brings an HTTP client along.
        from services.api.page import openid

        state = app.state
        app.router.routes.append(
            openid.route(settings, state.sessions, state.gatekeeper, state.sign_in_limiter)
        )
    if settings.inbox_url:
        # Imported here: elsewhere there is none, and no need for an HTTP client.
        from services.api.page import local_inbox

        app.include_router(local_inbox.router, include_in_schema=False)
    return app
