"""Asking for reports over the broker: one message is one request, as `POST /reports` takes it.

The message shows the same token as a request does, in the header `authorization`; its id is its
`Idempotency-Key`. The answer goes to `reply_to`, after the commit and before the acknowledgement:
whoever dies in between is asked again, and answers with the run that there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI
from faststream.rabbit import RabbitBroker, RabbitMessage
from pydantic import ValidationError

from services.api.accepting import ask_for_report
from services.api.guards import ensure_role
from services.api.json_bodies import parse
from services.api.principals import Principal
from services.api.problems import Problem, content_of, field_errors, field_problem, fields_problem
from services.api.report_requests import ReportBody
from services.api.roles import Action
from shared import telemetry
from shared.consumer import dead_letter
from shared.topology import COMMANDS_QUEUE

log = structlog.get_logger(__name__)

MAX_ID = 240
"""Characters of a message's id, which becomes part of a key."""
_OURS = "broadsheet."
"""What the names of Broadsheet's own queues begin with: nobody has answers sent there."""


@dataclass(frozen=True)
class _Reply:
    status: int
    media_type: str
    content: Any


class _MalformedError(Exception):
    """A message that no sender can have meant; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Commands:
    """Takes commands on, in the api's process."""

    def __init__(self, app: FastAPI, broker: RabbitBroker) -> None:
        self.app = app
        self._broker = broker

    async def on_command(self, message: RabbitMessage) -> None:
        """Create the run, and say so, or say why not.

        What no sender can have meant is parked as well; what is refused is not.
        """
        headers = {str(name).lower(): value for name, value in message.headers.items()}
        with telemetry.continued(_texts(headers)):
            try:
                reply = await self._accepted(message, headers)
            except _MalformedError as malformed:
                log.error("not such a command, parked", reason=malformed.problem.detail)
                # Without its token, and without a tenant: nobody but an operator reads it.
                kept = {"authorization", "tenant"}
                others = {name: value for name, value in headers.items() if name not in kept}
                await dead_letter(self._broker, message, COMMANDS_QUEUE.name, others)
                reply = _refusal(malformed.problem)
            except Problem as problem:
                log.info("command refused", status=problem.status, reason=problem.detail)
                reply = _refusal(problem)
            await self._answer(message, reply)

    async def _accepted(self, message: RabbitMessage, headers: Mapping[str, Any]) -> _Reply:
        state = self.app.state
        principal: Principal = await state.gatekeeper.admit_bearer(
            _text(headers.get("authorization"))
        )
        state.rate_limiter.count(principal.client)
        ensure_role(principal, Action.REQUEST_REPORT)
        key, body = _read(message, state.settings.max_body_bytes)
        try:
            run = await ask_for_report(self, principal, body, key=key)
        except Problem as problem:
            if problem.kind != "idempotency-key-reused":
                raise
            detail = "this message id came with another body before: use a new one"
            raise Problem(409, detail, kind=problem.kind) from None
        return _Reply(202, "application/json", run.model_dump(mode="json", by_alias=True))

    async def _answer(self, message: RabbitMessage, reply: _Reply) -> None:
        reply_to = message.raw_message.reply_to
        if not reply_to:
            return
        if reply_to.startswith(_OURS):
            log.warning("no answer is sent to a queue of our own", queue=reply_to)
            return
        await self._broker.publish(
            reply.content,
            # The queue of that name; where there is none any more, nobody wants the answer.
            routing_key=reply_to,
            correlation_id=message.raw_message.correlation_id or message.raw_message.message_id,
            content_type=reply.media_type,
            headers={"status": reply.status},
            mandatory=False,
            persist=True,
            timeout=5.0,
        )


def _read(message: RabbitMessage, max_bytes: int) -> tuple[str, ReportBody]:
    raw = message.raw_message
    if not raw.message_id or len(raw.message_id) > MAX_ID or not _is_visible(raw.message_id):
        detail = f"give the message an id of 1 to {MAX_ID} visible ASCII characters"
        raise _MalformedError(field_problem("message_id", detail))
    if len(raw.body) > max_bytes:
        raise _MalformedError(Problem(413, f"the body has more than {max_bytes} bytes"))
    try:
        content = parse(raw.body)
    except Problem as problem:
        raise _MalformedError(problem) from None
    try:
        body = ReportBody.model_validate(content)
    except ValidationError as error:
        found = [
            {**each, "loc": ("body", *each["loc"])}
            for each in error.errors(include_url=False, include_input=False)
        ]
        raise fields_problem(field_errors(found, content)) from None
    # Apart from the keys of HTTP requests.
    return f"message:{raw.message_id}", body


def _is_visible(text: str) -> bool:
    return all("\x21" <= character <= "\x7e" for character in text)


def _refusal(problem: Problem) -> _Reply:
    content = content_of(problem, COMMANDS_QUEUE.name)
    return _Reply(problem.status, "application/problem+json", content)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(headers: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if isinstance(value, str)}
