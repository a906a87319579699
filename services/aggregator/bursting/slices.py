"""Makes the slices of a burst: each a report of its own, of the very instant of the whole.

A slice is not cut out of the whole report: medians, comparisons and sentences are not the sums of
those of its parts. It is built as a report with narrower filters, in the same read-only REPEATABLE
READ transaction, so that all agree on the data and on their as-of time (decision 0022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from uuid6 import uuid7

from services.aggregator.bursting.rows import Offered, rows_of
from services.aggregator.bursting.sums import Ledger
from services.aggregator.documents import Documents, Stored
from services.aggregator.report_types import ReportType
from services.aggregator.scope.parts import Counting
from services.aggregator.wording.messages import say
from shared.bursts import (
    MOST_TOLD,
    Burst,
    Outcome,
    RefusedValueError,
    Slice,
    narrowed,
    slices,
)
from shared.consent import Consent, refusal
from shared.document import ReportDocument
from shared.errors import PermanentError, TransientError, WorkError
from shared.languages import written_in
from shared.localized import listed
from shared.plain_words import plain_words
from shared.states import SliceStatus

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class MadeSlice:
    """A slice, and what became of it."""

    id: UUID
    slice: Slice
    formats: tuple[str, ...]
    status: SliceStatus
    counted: int | None = None
    stored: Stored | None = None
    error: dict[str, str] | None = None


@dataclass(frozen=True)
class MadeBurst:
    """All slices of a run."""

    slices: tuple[MadeSlice, ...]
    outcome: Outcome


async def make_slices(
    burst: Burst,
    documents: Documents,
    whole: ReportDocument,
    report_type: ReportType,
    *,
    consent: Consent,
    most: int,
    last_try: bool,
) -> MadeBurst:
    """Build and store every slice; `whole` is the report of that type that they are parts of.

    `most`: rows.

    A slice that cannot be made is told as failed, and the others go on: at once where trying again
    is of no use, else at the last try. PermanentError where the rows are refused as a whole
    (`rows_of`), the slices do not add up, or every one of them failed.
    """
    run = documents.run
    schema = report_type.parameters.model_json_schema()
    offered = Offered(report_type.formats, report_type.languages, run.language)
    found = await rows_of(burst, documents.session, schema, offered, most=most)
    asked = slices(found.rows, found.parts)
    filters = [
        name for name in report_type.counting.filters if any(name in part for part in found.parts)
    ]
    ledger = Ledger(
        report_type.counting,
        await report_type.parts(documents.session, documents.request(run.parameters), filters),
    )
    ledger.ensure_shown(whole, ledger.whole, "the whole report")
    made = []
    for one in asked:
        try:
            made.append(await _made(one, burst, documents, report_type, ledger, consent))
        except RefusedValueError as error:
            made.append(_failed(one, documents, PermanentError("not_in_report", str(error))))
        except PermanentError as error:
            if error.code == "slices_do_not_add_up":
                raise
            made.append(_failed(one, documents, error))
        except TransientError as error:
            if not last_try:
                raise
            made.append(_failed(one, documents, error))
    if made and all(one.status is SliceStatus.FAILED for one in made):
        raise every_slice_failed(len(made), made[0].error)
    without, more = ledger.without_recipient()
    outcome = Outcome(
        sums=ledger.sums(),
        without_recipient=without,
        without_recipient_more=more,
        refused_rows=found.refused[:MOST_TOLD],
        refused_rows_more=max(0, len(found.refused) - MOST_TOLD),
    )
    return MadeBurst(tuple(made), outcome)


def every_slice_failed(number: int, first: Mapping[str, Any] | None) -> PermanentError:
    """Why a run fails though its whole report was made."""
    reason = first["message"] if first else "no reason is known"
    return PermanentError(
        "every_slice_failed", f"none of its {number:,} slices could be made; the first: {reason}"
    )


async def _made(
    one: Slice,
    burst: Burst,
    documents: Documents,
    report_type: ReportType,
    ledger: Ledger,
    consent: Consent,
) -> MadeSlice:
    parameters = narrowed(documents.run.parameters, one.chosen)
    refused = refusal(report_type.name, parameters, consent)
    if refused is not None:
        raise PermanentError("report_switched_off", refused.detail)
    request = documents.request(parameters)
    formats = one.formats(documents.run.formats)
    counted = ledger.add(parameters)
    if not counted and burst.when_empty == "leave_out":
        return MadeSlice(uuid7(), one, formats, SliceStatus.LEFT_OUT, counted)
    async with documents.session.apart():
        document = await documents.build(request, one.language)
    ledger.ensure_shown(document, counted, f"slice {one.number} ({_in_words(one.chosen)})")
    with written_in(document.language):
        told = title_of_part(one.chosen, report_type.counting)
        if told:
            title = say("title-of-part", title=document.title, part=told)
            document = document.model_copy(update={"title": title})
    stored = await documents.store_one_of_many(document)
    return MadeSlice(uuid7(), one, formats, SliceStatus.AGGREGATED, counted, stored)


def _failed(one: Slice, documents: Documents, error: WorkError) -> MadeSlice:
    log.error("slice failed", slice=one.number, code=error.code, reason=error.message)
    return MadeSlice(
        uuid7(),
        one,
        one.formats(documents.run.formats),
        SliceStatus.FAILED,
        error={"code": error.code, "message": error.message},
    )


def title_of_part(part: Mapping[str, Any], counting: Counting) -> str:
    """What the report is narrowed down to, for its title: "The Paper Admiral, close-up"."""
    return ", ".join(
        listed([plain_words(str(name)) for name in part[filtered]], at_most=3)
        for filtered in counting.filters
        if part.get(filtered)
    )


def _in_words(part: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in part.items()) or "the whole"
