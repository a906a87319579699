"""Whether a scheduled report is worth sending: decided once its figures are known.

A condition is what `schedules.condition` holds as JSON, and a run's own copy of it. The aggregator
decides; a run whose condition is false ends as `skipped`, with the words of the decision.
"""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from shared.document import Kpi, ReportDocument


class Comparison(StrEnum):
    """How a key figure is compared."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EQUAL = "=="
    OTHER = "!="


_COMPARE: dict[Comparison, tuple[Callable[[Decimal, Decimal], bool], str]] = {
    Comparison.LESS: (operator.lt, "below"),
    Comparison.AT_MOST: (operator.le, "at most"),
    Comparison.MORE: (operator.gt, "above"),
    Comparison.AT_LEAST: (operator.ge, "at least"),
    Comparison.EQUAL: (operator.eq, "equal to"),
    Comparison.OTHER: (operator.ne, "other than"),
}


class _Condition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Always(_Condition):
    """It is sent whatever it says."""

    kind: Literal["always"] = "always"


class IfRows(_Condition):
    """It is sent if its tables have a row."""

    kind: Literal["if_rows"] = "if_rows"


class IfChanged(_Condition):
    """It is sent if its figures are others than in the last one that was sent."""

    kind: Literal["if_changed"] = "if_changed"


class IfFigure(_Condition):
    """It is sent if a key figure compares so, for instance `pass_rate < 0.9`.

    A figure in percent is compared as a share: 0.9 is 90 %.
    """

    kind: Literal["kpi"] = "kpi"
    kpi: Annotated[str, Field(min_length=1, max_length=63)]
    """The figure's name, as the report type publishes it (`report_types.kpis`)."""
    compare: Comparison
    value: Annotated[Decimal, Field(allow_inf_nan=False, max_digits=30)]


Condition = Annotated[Always | IfRows | IfChanged | IfFigure, Field(discriminator="kind")]

CONDITION: TypeAdapter[Always | IfRows | IfChanged | IfFigure] = TypeAdapter(Condition)
"""Reads one from what JSON gave (`validate_python`) and writes it (`dump_python`, mode json)."""


@dataclass(frozen=True)
class Decision:
    """Whether a report is sent, and the figure that decided."""

    holds: bool
    figure: str
    """In words, for instance "Pass rate 93.1 % is not below 90 %"."""

    def as_stored(self) -> dict[str, Any]:
        """For `runs.decision`."""
        return {"holds": self.holds, "figure": self.figure}


def unknown_figure(condition: Condition, known: tuple[str, ...]) -> str | None:
    """What is wrong with the figure it names, where the report type has those of `known`."""
    if not isinstance(condition, IfFigure) or condition.kpi in known:
        return None
    return f"this report has no key figure {condition.kpi!r}; it has {', '.join(known)}"


def decide(condition: Condition, document: ReportDocument, last_sent: str | None) -> Decision:
    """Whether the report is sent. `last_sent`: `content_hash` of the last one, None: there is none.

    A figure that the report does not have decides for sending: better one too many than one that
    everybody waits for.
    """
    match condition:
        case Always():
            return Decision(True, "sent always")
        case IfRows():
            rows = document.row_count
            return Decision(rows > 0, f"{rows:,} rows" if rows != 1 else "1 row")
        case IfChanged():
            if last_sent is None:
                return Decision(True, "none was sent before")
            same = last_sent == content_hash(document)
            return Decision(
                not same, f"the figures are {'those' if same else 'not those'} of the last one sent"
            )
        case IfFigure():
            found = next((kpi for kpi in document.kpis if kpi.name == condition.kpi), None)
            if found is None or found.value is None:
                return Decision(True, f"there is no figure {condition.kpi} to compare")
            return _compare(condition, found, found.value)


def _compare(condition: IfFigure, kpi: Kpi, value: Decimal) -> Decision:
    in_percent = kpi.unit == "%"
    wanted = condition.value * 100 if in_percent else condition.value
    compare, words = _COMPARE[condition.compare]
    holds = compare(value, wanted)
    unit = f" {kpi.unsaid_unit}" if kpi.unsaid_unit else ""
    return Decision(
        holds,
        f"{kpi.title} {_plain(value)}{unit} is {'' if holds else 'not '}{words} "
        f"{_plain(wanted)}{unit}",
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def content_hash(document: ReportDocument) -> str:
    """sha256 (hex) of the figures: equal where two reports show the same.

    Its key figures and the rows of its tables; not when it was made, for which period, or how it
    looks. A cell that shows the as-of time itself ("until now") is the same at every time.
    """
    as_of = document.as_of.isoformat()
    figures = {
        "kpis": [
            [kpi.name, None if kpi.value is None else str(kpi.value)] for kpi in document.kpis
        ],
        "tables": [
            [
                table.name,
                [column.name for column in table.columns],
                table.stored.sha256
                if table.stored
                else [[None if cell == as_of else cell for cell in row] for row in table.rows],
                table.total,
            ]
            for table in document.tables
        ],
    }
    return hashlib.sha256(json.dumps(figures, separators=(",", ":")).encode()).hexdigest()
