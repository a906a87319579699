"""What the api reads and changes of runs: queries and guarded steps, in open transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    ScalarSelect,
    String,
    bindparam,
    cast,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import cursors
from services.api.estimates import Estimates
from services.api.problems import FieldError, Problem
from services.api.representations import RunView, run_view
from shared import further_formats, runs
from shared.lease import RELEASED
from shared.restarting import restart
from shared.runs import Run
from shared.stage import AGGREGATE
from shared.states import (
    FINAL_RUN_STATUSES,
    ArtifactStatus,
    Occasion,
    RunStatus,
    SliceStatus,
)
from shared.store import tables
from shared.store.indexed_states import is_in_none_of, is_in_state

SERVICE = "api"

_PASSING = sorted(occasion for occasion in Occasion if occasion.is_passing)

# Built once: recognising an equal statement costs as much as running it.
_newer = tables.runs.alias("newer")


def _newer_by(names: ColumnElement[UUID | None]) -> ScalarSelect[UUID]:
    """The run that names a run there."""
    return (
        select(_newer.c.id)
        .where(
            names == tables.runs.c.id,
            # As the index on it says, so that there is one at most.
            is_in_none_of(
                _newer.c.status, (RunStatus.CANCELLED, RunStatus.FAILED, RunStatus.SKIPPED)
            ),
        )
        .correlate(tables.runs)
        .scalar_subquery()
    )


_SUPERSEDED_BY = _newer_by(_newer.c.supersedes).label("superseded_by")
_REMADE_BY = _newer_by(_newer.c.remakes).label("remade_by")
_VIEWED = select(tables.runs, _SUPERSEDED_BY, _REMADE_BY)
_RUN = _VIEWED.where(tables.runs.c.id == bindparam("run_id"))
_RUN_LOCKED = _RUN.with_for_update(of=tables.runs)
_RUN_OF_KEY = _VIEWED.where(tables.runs.c.idempotency_key == bindparam("key"))
_STATUS = select(tables.runs.c.status).where(tables.runs.c.id == bindparam("run_id"))
_SETTLED = select(
    tables.runs.c.status,
    select(tables.artifacts.c.id)
    .where(
        tables.artifacts.c.run_id == tables.runs.c.id,
        tables.artifacts.c.status == ArtifactStatus.PENDING,
    )
    .exists()
    .label("rendering"),
).where(tables.runs.c.id == bindparam("run_id"))
_PARTS = tuple(
    select(table).where(table.c.run_id == bindparam("run_id")).order_by(order)
    for table, order in (
        (tables.artifacts, tables.artifacts.c.format),
        (tables.deliveries, tables.deliveries.c.id),
        (tables.timeline, tables.timeline.c.id),
    )
)

_BURST = select(tables.run_bursts).where(tables.run_bursts.c.run_id == bindparam("run_id"))
_SLICES = (
    select(tables.run_slices)
    .where(tables.run_slices.c.run_id == bindparam("run_id"))
    .order_by(tables.run_slices.c.number)
)


def run_id_of(text: str) -> UUID:
    """A run id from a path; what is none answers like a run that is missing."""
    try:
        return UUID(text)
    except ValueError:
        raise missing() from None


def missing() -> Problem:
    """404, the same for a run of another tenant and for none at all."""
    return Problem(404, "there is no such report")


async def row_of(connection: AsyncConnection, run_id: UUID, *, lock: bool = False) -> RowMapping:
    """The run's row; Problem 404 when this tenant has none."""
    query = _RUN_LOCKED if lock else _RUN
    row = (await connection.execute(query, {"run_id": run_id})).mappings().first()
    if row is None:
        raise missing()
    return row


async def superseded_by(connection: AsyncConnection, run_id: UUID) -> UUID | None:
    """The corrected version of a report, if there is one."""
    query = select(_SUPERSEDED_BY).where(tables.runs.c.id == run_id)
    found: UUID | None = await connection.scalar(query)
    return found


async def remade_by(connection: AsyncConnection, run_id: UUID) -> UUID | None:
    """The run that makes the failed slices of a burst again, if there is one.

    Asked once the burst is locked: what the locking query itself found is of before it waited.
    """
    query = select(_REMADE_BY).where(tables.runs.c.id == run_id)
    found: UUID | None = await connection.scalar(query)
    return found


async def row_of_key(connection: AsyncConnection, idempotency_key: str) -> RowMapping | None:
    """The row of the run that was asked for with that key."""
    found = await connection.execute(_RUN_OF_KEY, {"key": idempotency_key})
    return found.mappings().first()


async def is_settled(connection: AsyncConnection, run_id: UUID) -> bool:
    """Whether no work on it goes on; Problem 404 when this tenant has none."""
    found = (await connection.execute(_SETTLED, {"run_id": run_id})).first()
    if found is None:
        raise missing()
    return found.status in FINAL_RUN_STATUSES and not found.rendering


async def status_of(connection: AsyncConnection, run_id: UUID) -> RunStatus:
    """Where the run stands; Problem 404 when this tenant has none."""
    status = await connection.scalar(_STATUS, {"run_id": run_id})
    if status is None:
        raise missing()
    return RunStatus(status)


async def view_of(
    connection: AsyncConnection, row: RowMapping, *, public_url: str, estimates: Estimates
) -> RunView:
    """The run with everything that belongs to it."""
    key = {"run_id": row["id"]}
    artifacts, deliveries, timeline = [
        (await connection.execute(statement, key)).mappings().all() for statement in _PARTS
    ]
    burst = (await connection.execute(_BURST, key)).mappings().first()
    slices: Sequence[RowMapping] = ()
    if burst is not None:
        slices = (await connection.execute(_SLICES, key)).mappings().all()
    return run_view(
        row,
        artifacts,
        deliveries,
        timeline,
        burst=dict(burst) if burst is not None else None,
        slices=slices,
        public_url=public_url,
        eta_seconds=await estimates.eta_seconds(connection, row),
    )


@dataclass(frozen=True)
class RunFilter:
    """Which runs a list shows; what is None lets all through."""

    status: RunStatus | None = None
    report_type: str | None = None
    requested_by: str | None = None
    schedule_id: UUID | None = None
    definition_id: UUID | None = None
    text: str | None = None
    """In the type's name, who asked, the reason of a failure, or the beginning of the id."""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """What a row has to meet."""
        row = tables.runs.c
        yield row.occasion.not_in(_PASSING)
        for column, wanted in (
            (row.status, self.status),
            (row.report_type, self.report_type),
            (row.requested_by, self.requested_by),
            (row.schedule_id, self.schedule_id),
            (row.definition_id, self.definition_id),
        ):
            if wanted is not None:
                yield column == wanted
        if self.text:
            yield or_(
                func.replace(row.report_type, "_", " ").icontains(self.text, autoescape=True),
                row.requested_by.icontains(self.text, autoescape=True),
                row.error["message"].astext.icontains(self.text, autoescape=True),
                cast(row.id, String).istartswith(self.text, autoescape=True),
            )


async def page_of(
    connection: AsyncConnection,
    wanted: RunFilter,
    *,
    limit: int,
    cursor: str | None,
) -> tuple[list[RowMapping], str | None]:
    """Runs, newest first, and the cursor of the next page."""
    table = tables.runs
    query = select(table).where(table.c.deleted_at.is_(None), *wanted.conditions())
    place = (table.c.created_at, table.c.id)
    return await cursors.page_of(connection, query, place, limit=limit, cursor=cursor)


_MOST_CHANGED = 200


async def newest_entry(connection: AsyncConnection) -> int:
    """The id of the latest line of any run's timeline."""
    return await connection.scalar(select(func.max(tables.timeline.c.id))) or 0


async def changed_after(connection: AsyncConnection, entry_id: int) -> tuple[int, list[RowMapping]]:
    """Runs with lines later than that one, newest first, and the id of the latest of those.

    A line whose transaction began earlier and ended later than another's may be left out: the
    reader asks for the whole list once in a while.
    """
    line = tables.timeline.c
    newest = await connection.scalar(select(func.max(line.id)).where(line.id > entry_id))
    if newest is None:
        return entry_id, []
    changed = select(line.run_id).where(line.id > entry_id).distinct()
    query = (
        select(tables.runs)
        .where(
            tables.runs.c.id.in_(changed),
            tables.runs.c.deleted_at.is_(None),
            tables.runs.c.occasion.not_in(_PASSING),
        )
        .order_by(tables.runs.c.created_at.desc())
        .limit(_MOST_CHANGED)
    )
    return newest, list((await connection.execute(query)).mappings())


async def unfinished(connection: AsyncConnection) -> int:
    """How many runs, and further formats of completed ones, the tenant has under way."""
    runs_, artifacts = tables.runs, tables.artifacts
    open_runs = select(func.count()).where(is_in_none_of(runs_.c.status, FINAL_RUN_STATUSES))
    pending = select(func.count()).where(is_in_state(artifacts.c.status, ArtifactStatus.PENDING))
    count = await connection.scalar(select(open_runs.scalar_subquery() + pending.scalar_subquery()))
    return count or 0


async def retry(connection: AsyncConnection, row: RowMapping) -> None:
    """Start a failed run again, as a new generation; Problem 409 if it has not failed."""
    if row["status"] != RunStatus.FAILED:
        raise Problem(409, f"only a failed report can be retried; this one is {row['status']}")
    if row["deleted_at"] is not None:
        raise Problem(409, "this report was deleted: ask for it anew")
    if row["supersedes"] is not None:
        other = await superseded_by(connection, row["supersedes"])
        if other is not None:
            raise Problem(409, f"report {other} corrects what this one was to correct")
    if row["remakes"] is not None:
        other = await remade_by(connection, row["remakes"])
        if other is not None:
            raise Problem(409, f"report {other} makes the same slices again")
    try:
        await restart(connection, row["id"], AGGREGATE, service=SERVICE, detail="retried")
    except IntegrityError:
        # Of the indexes on `supersedes` and `remakes`: somebody was quicker.
        raise Problem(409, "another report does the same at this moment") from None


async def mark_deleted(connection: AsyncConnection, row: RowMapping) -> bool:
    """Take the run's files away from clients, and from those it was still to be delivered to.

    False when that was done before; Problem 409 while it is under way.
    """
    if row["status"] not in FINAL_RUN_STATUSES:
        raise Problem(409, f"this report is {row['status']}: cancel it first")
    if row["deleted_at"] is not None:
        return False
    await connection.execute(
        update(tables.artifacts)
        .where(tables.artifacts.c.run_id == row["id"])
        .values(status=ArtifactStatus.EXPIRED, **RELEASED)
    )
    await connection.execute(
        update(tables.runs).where(tables.runs.c.id == row["id"]).values(deleted_at=func.now())
    )
    await runs.cancel_deliveries(connection, row["id"])
    return True


async def is_snapshot_shared(connection: AsyncConnection, run_id: UUID) -> bool:
    """Whether another run whose files are still kept uses the snapshot of this one."""
    table = tables.runs
    using = select(table.c.id).where(
        table.c.snapshot_of == run_id, table.c.files_removed_at.is_(None)
    )
    return (await connection.execute(using.limit(1))).first() is not None


async def slice_of(connection: AsyncConnection, run_id: UUID, slice_id: UUID) -> RowMapping:
    """The slice of that run; Problem 404 when it has none of that id, whoever else may have."""
    found = await connection.execute(
        _SLICES.where(tables.run_slices.c.id == slice_id), {"run_id": run_id}
    )
    row: RowMapping | None = found.mappings().first()
    if row is None:
        detail = "this report has no such slice: `slices` of the report names them"
        raise Problem(404, detail, errors=[FieldError(field="slice", detail=detail)])
    return row


async def artifact_of(
    connection: AsyncConnection, run_id: UUID, format_name: str, slice_id: UUID | None = None
) -> RowMapping:
    """The artifact of the whole report, or of a slice of it, ready to be sent.

    Problem 404 until it exists, 410 once it is gone.
    """
    row = await row_of(connection, run_id)
    part = None if slice_id is None else await slice_of(connection, run_id, slice_id)
    table = tables.artifacts
    artifact = (
        (
            await connection.execute(
                select(table).where(
                    table.c.run_id == run_id,
                    table.c.slice_id.is_not_distinct_from(slice_id),
                    table.c.format == format_name,
                    table.c.internal.is_(False),
                )
            )
        )
        .mappings()
        .first()
    )
    if artifact is not None and artifact["status"] == ArtifactStatus.RENDERED:
        return artifact
    if artifact is not None and artifact["sha256"] is not None:
        raise Problem(410, f"the file is no longer kept; its sha256 was {artifact['sha256']}")
    if artifact is not None and artifact["status"] == ArtifactStatus.PENDING:
        detail = f"the {format_name} file of this report is being made"
    elif part is not None:
        detail = (
            f"this slice has no {format_name} file: it is {part['status']} and was asked for as "
            f"{', '.join(part['formats'])}"
        )
    else:
        detail = (
            f"this report has no {format_name} file: it is {row['status']} and was asked for as "
            f"{', '.join(row['formats'])}"
        )
    raise Problem(404, detail, errors=[FieldError(field="format", detail=detail)])


async def ask_for_formats(
    connection: AsyncConnection,
    row: RowMapping,
    formats: Collection[str],
    slice_id: UUID | None = None,
) -> list[str]:
    """Ask for further formats of a locked run, or of a slice of it; those that nobody asked for.

    Problem 409 unless it is completed, 410 once its snapshot is no longer kept.
    """
    if row["status"] != RunStatus.COMPLETED:
        raise Problem(409, f"this report is {row['status']}: formats are added to a completed one")
    if row["deleted_at"] is not None or row["files_expired_at"] is not None:
        gone = "was deleted" if row["deleted_at"] is not None else "has passed its retention"
        raise Problem(
            410,
            f"the snapshot of this report {gone}, so nothing more can be made of it: "
            "ask for the report anew",
        )
    if slice_id is not None:
        part = await slice_of(connection, row["id"], slice_id)
        if part["status"] != SliceStatus.RENDERED:
            raise Problem(
                409, f"this slice is {part['status']}: formats are added to rendered ones"
            )
    return await further_formats.ask_for(
        connection, Run.of(row), formats, slice_id=slice_id, service=SERVICE
    )
