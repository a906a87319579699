"""Every version of every event stays readable, both ways; the published catalogue is the code's.

`tests/contracts/events/` holds one payload of each type as it was first published. They are
never changed: a breaking change is a new type beside the old one.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.asyncapi import asyncapi
from shared.events import PUBLISHED, DeliveryDue, DestinationTestDue, Event

GOLDEN = Path(__file__).with_name("events")
ALL: tuple[type[Event], ...] = (*PUBLISHED, DeliveryDue, DestinationTestDue)
EVENTS = {event.TYPE: event for event in ALL}
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_an_old_message_is_read_by_the_new_code(event_type: str) -> None:
    payload = (GOLDEN / f"{event_type}.json").read_text()
    event = EVENTS[event_type].model_validate_json(payload)
    written = json.loads(event.model_dump_json())
    for name, value in json.loads(payload).items():
        assert written[name] == value, f"{name} of an old {event_type} is read differently"


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_a_new_message_is_read_by_an_old_reader(event_type: str) -> None:
    """Whatever later versions add, a reader of today takes the message and ignores it."""
    payload = json.loads((GOLDEN / f"{event_type}.json").read_text())
    later = {**payload, "added_later": {"nested": [1, 2]}}
    event = EVENTS[event_type].model_validate_json(json.dumps(later))
    assert event == EVENTS[event_type].model_validate(payload)


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_the_id_of_an_event_never_changes(event_type: str) -> None:
    """It is what inboxes recognise; a new way of building it would do work twice."""
    ids = json.loads((GOLDEN / "ids.json").read_text())
    event: Event = EVENTS[event_type].model_validate_json(
        (GOLDEN / f"{event_type}.json").read_text()
    )
    assert str(event.id) == ids[event_type]


def test_there_is_a_golden_payload_of_every_event_and_no_other() -> None:
    assert {path.stem for path in GOLDEN.glob("*.v*.json")} == set(EVENTS)


def test_the_published_catalogue_is_the_code_s() -> None:
    published = json.loads((DOCS / "asyncapi.json").read_text())
    assert published == asyncapi(), "run: python -m shared.asyncapi > docs/asyncapi.json"
