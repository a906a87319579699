"""The catalogue of events as an AsyncAPI 3 document, made from the code.

`python -m shared.asyncapi` prints it; `docs/asyncapi.json` is its copy for readers, and a
test compares the two.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.events import PUBLISHED, Event
from shared.states import Lane
from shared.topology import REPORTS

_HEADERS = {
    "cloudEvents_specversion": "Always 1.0.",
    "cloudEvents_id": "The event's id: the same however often it is sent. Deduplicate by it.",
    "cloudEvents_source": "The service that says so, for instance /broadsheet/renderer.",
    "cloudEvents_type": "The event's type with its version.",
    "cloudEvents_subject": "The run's or the delivery's id.",
    "cloudEvents_time": "When it was written, ISO 8601.",
    "cloudEvents_dataschema": "urn:broadsheet: and the type.",
    "tenant": "The tenant's id.",
    "traceparent": "W3C trace context; may be missing.",
}


def asyncapi() -> dict[str, Any]:
    """The document."""
    _, definitions = models_json_schema(
        [(event, "serialization") for event in PUBLISHED],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Broadsheet events",
            "version": "1",
            "description": (
                f"Published to the topic exchange `{REPORTS.name}`, at least once, as CloudEvents "
                "1.0 in binary mode. The routing key is the event's name with the lane last; bind "
                "a queue of your own, for instance to `report.rendered.#`. Ignore fields that you "
                "do not know: additions keep the version."
            ),
        },
        "defaultContentType": "application/json",
        "channels": {event.name(): _channel(event) for event in PUBLISHED},
        "operations": {
            f"publish {event.name()}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{event.name()}"},
                "summary": _first_line(event),
            }
            for event in PUBLISHED
        },
        "components": {
            "messages": {event.TYPE: _message(event) for event in PUBLISHED},
            "schemas": definitions["$defs"],
        },
    }


def _channel(event: type[Event]) -> dict[str, Any]:
    return {
        "address": f"{event.name()}.{{lane}}",
        "description": inspect.cleandoc(event.__doc__ or ""),
        "parameters": {
            "lane": {
                "enum": [str(lane) for lane in Lane],
                "description": "interactive: somebody may be waiting; bulk: scheduled work; "
                "backlog: such work of a tenant that has much of it under way.",
            }
        },
        "messages": {event.TYPE: {"$ref": f"#/components/messages/{event.TYPE}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": REPORTS.name, "type": "topic", "durable": True},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.TYPE,
        "summary": _first_line(event),
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "required": [name for name in _HEADERS if name != "traceparent"],
            "properties": {
                name: {"type": "string", "description": text} for name, text in _HEADERS.items()
            },
        },
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
    }


def _first_line(event: type[Event]) -> str:
    return inspect.cleandoc(event.__doc__ or "").partition("\n")[0]


if __name__ == "__main__":
    print(json.dumps(asyncapi(), indent=2))
