"""The state machines in ARCHITECTURE.md are those of the code: states, meanings and steps."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Set
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import pytest

from shared import states
from shared.states import (
    ARTIFACT_STEPS,
    DELIVERY_STEPS,
    RUN_STEPS,
    SLICE_STEPS,
    ArtifactStatus,
    DeliveryStatus,
    Lane,
    MisfirePolicy,
    OccurrenceStatus,
    RunStatus,
    ScheduleState,
    SliceStatus,
)

DOCUMENT = Path(__file__).parents[3] / "ARCHITECTURE.md"

State = TypeVar("State", bound=StrEnum)


def meanings(enum: type[StrEnum]) -> dict[str, str]:
    """The line below each member, which Python itself does not keep."""
    module = ast.parse(Path(states.__file__).read_text())
    (found,) = (
        node
        for node in module.body
        if isinstance(node, ast.ClassDef) and node.name == enum.__name__
    )
    lines = {}
    for member, line in zip(found.body, found.body[1:], strict=False):
        if isinstance(member, ast.Assign) and isinstance(line, ast.Expr):
            (name,) = (target.id for target in member.targets if isinstance(target, ast.Name))
            text = ast.literal_eval(line.value)
            lines[enum[name].value] = " ".join(text.split())
    return lines


def table_of_steps(enum: type[State], steps: Mapping[State, Set[State]]) -> str:
    """The machine as a table."""
    lines = ["| state | meaning | may become |", "|---|---|---|"]
    for state in enum:
        after = ", ".join(f"`{other}`" for other in enum if other in steps[state])
        lines.append(f"| `{state}` | {meanings(enum)[state]} | {after or 'nothing'} |")
    return "\n".join(lines)


def table_of_states(enum: type[StrEnum]) -> str:
    """States that no table of steps guards."""
    lines = ["| state | meaning |", "|---|---|"]
    lines += [f"| `{state}` | {meanings(enum)[state]} |" for state in enum]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(table_of_steps(RunStatus, RUN_STEPS), id="runs"),
        pytest.param(table_of_steps(DeliveryStatus, DELIVERY_STEPS), id="deliveries"),
        pytest.param(table_of_steps(ArtifactStatus, ARTIFACT_STEPS), id="artifacts"),
        pytest.param(table_of_steps(SliceStatus, SLICE_STEPS), id="slices"),
        pytest.param(table_of_states(OccurrenceStatus), id="occurrences"),
        pytest.param(table_of_states(ScheduleState), id="schedules"),
        pytest.param(table_of_states(MisfirePolicy), id="misfires"),
        pytest.param(table_of_states(Lane), id="lanes"),
    ],
)
def test_the_document_shows_the_machine_of_the_code(table: str) -> None:
    assert table in DOCUMENT.read_text(), f"ARCHITECTURE.md must have this table:\n\n{table}\n"


@pytest.mark.parametrize(
    "enum",
    [
        RunStatus,
        ArtifactStatus,
        SliceStatus,
        DeliveryStatus,
        ScheduleState,
        MisfirePolicy,
        OccurrenceStatus,
        Lane,
    ],
)
def test_every_state_has_a_line_of_meaning(enum: type[StrEnum]) -> None:
    assert set(meanings(enum)) == {state.value for state in enum}
