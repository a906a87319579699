"""Taking a report on: stored once, whatever comes twice."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.exc import IntegrityError

from services.api import run_store
from services.api.destinations.named import destination_errors, names_destinations
from services.api.following import AskedOf, view
from services.api.principals import Principal
from services.api.problems import key_reused
from services.api.recipient_checks import ensure_all_may_receive
from services.api.report_requests import ReportBody, run_request
from services.api.representations import RunView, run_view
from shared.run_requests import RunRequest


async def ask_for_report(
    asked: AskedOf, principal: Principal, body: ReportBody, *, key: str | None, fresh: bool = False
) -> RunView:
    """Have the report made, however it was asked for; refusals as of `POST /reports`.

    `fresh`: whatever the body says, the source is read for it alone.
    """
    state = asked.app.state
    errors = []
    if names_destinations(body.deliver_to):
        async with state.store.tenant(principal.tenant_id) as connection:
            errors = await destination_errors(connection, body.deliver_to, "/deliver_to")
    wanted = await run_request(body, principal, state.catalogue, key, also=errors)
    await ensure_all_may_receive(state.store, principal, body.deliver_to)
    if fresh:
        wanted = replace(wanted, freshness_seconds=0)
    return await accepted_run(asked, principal, wanted)


async def accepted_run(request: AskedOf, principal: Principal, wanted: RunRequest) -> RunView:
    """Store the run; an earlier one's view for a repeated idempotency key.

    Problem 409 where the key stood for something else, 429 where too much is under way.
    """
    state = request.app.state
    earlier = await earlier_run(request, principal, wanted)
    if earlier is not None:
        return earlier
    try:
        async with state.backlog.room_for_one(principal):
            stored = await state.intake.take(principal, wanted)
    except IntegrityError:
        # Two requests with one key at once: the other one was first.
        earlier = await earlier_run(request, principal, wanted)
        if earlier is None:
            raise
        return earlier
    # From what was just written: asking again would double the cost of accepting.
    return run_view(
        stored.created.run,
        (),
        stored.created.deliveries,
        (),
        burst={"asked": wanted.burst, "outcome": None} if wanted.burst else None,
        public_url=state.settings.public_url,
        eta_seconds=stored.eta_seconds,
    )


async def earlier_run(request: AskedOf, principal: Principal, wanted: RunRequest) -> RunView | None:
    """The run that was asked for with the same key and body; Problem 409 for another body."""
    if wanted.idempotency_key is None:
        return None
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await run_store.row_of_key(connection, wanted.idempotency_key)
    if row is None:
        return None
    if row["body_sha256"] != wanted.body_sha256:
        raise key_reused(f"belongs to report {row['id']}")
    return await view(request, principal, row["id"])
