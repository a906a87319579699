"""The state machines: which states there are, what each means, and which steps are allowed.

One table per machine serves the guard (`ensure_step`, and the WHERE clause of every
transition), the constraints of the store and the documentation.
"""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run stands."""

    REQUESTED = "requested"
    """Accepted; waiting for an aggregator."""
    AGGREGATING = "aggregating"
    """An aggregator holds the lease and reads the source."""
    AGGREGATED = "aggregated"
    """The snapshot is written; waiting for a renderer."""
    RENDERING = "rendering"
    """A renderer holds the lease and makes the artifacts."""
    COMPLETED = "completed"
    """Every artifact is there. Deliveries go on by themselves."""
    FAILED = "failed"
    """Gave up, with the reason in `error`; a retry starts it again."""
    CANCELLED = "cancelled"
    """Somebody stopped it."""
    SKIPPED = "skipped"
    """Its condition was false; the figure that decided is on the run."""


RUN_STEPS: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.REQUESTED: frozenset({RunStatus.AGGREGATING, RunStatus.FAILED, RunStatus.CANCELLED}),
    RunStatus.AGGREGATING: frozenset(
        # Back to `requested` when the work is handed back: a retry later, or a shutdown.
        {RunStatus.AGGREGATED, RunStatus.REQUESTED, RunStatus.FAILED, RunStatus.CANCELLED}
    ),
    RunStatus.AGGREGATED: frozenset(
        {RunStatus.RENDERING, RunStatus.SKIPPED, RunStatus.FAILED, RunStatus.CANCELLED}
    ),
    RunStatus.RENDERING: frozenset(
        {RunStatus.COMPLETED, RunStatus.AGGREGATED, RunStatus.FAILED, RunStatus.CANCELLED}
    ),
    RunStatus.COMPLETED: frozenset(),
    # To `aggregated` where the message that asked for its rendering was parked and is replayed.
    RunStatus.FAILED: frozenset({RunStatus.REQUESTED, RunStatus.AGGREGATED}),
    RunStatus.CANCELLED: frozenset(),
    RunStatus.SKIPPED: frozenset(),
}

FINAL_RUN_STATUSES = frozenset(
    {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.SKIPPED}
)
"""No work goes on in these. `failed` can be retried; the others are the end."""


class ArtifactStatus(StrEnum):
    """Where one rendered file stands."""

    PENDING = "pending"
    """Asked for of a completed run, not rendered yet."""
    RENDERED = "rendered"
    """Stored whole, with its sha256 and size."""
    FAILED = "failed"
    """Could not be rendered, with the reason in `error`; it can be asked for again."""
    EXPIRED = "expired"
    """Its retention has passed; the file is gone and its sha256 stays."""


ARTIFACT_STEPS: dict[ArtifactStatus, frozenset[ArtifactStatus]] = {
    ArtifactStatus.PENDING: frozenset(
        {ArtifactStatus.RENDERED, ArtifactStatus.FAILED, ArtifactStatus.EXPIRED}
    ),
    ArtifactStatus.RENDERED: frozenset({ArtifactStatus.EXPIRED}),
    ArtifactStatus.FAILED: frozenset({ArtifactStatus.PENDING, ArtifactStatus.EXPIRED}),
    ArtifactStatus.EXPIRED: frozenset(),
}


class SliceStatus(StrEnum):
    """Where one slice of a burst run stands: a part of the report, for some of its recipients."""

    AGGREGATED = "aggregated"
    """Its snapshot is written; waiting for its files."""
    RENDERED = "rendered"
    """All of its files are there."""
    LEFT_OUT = "left_out"
    """There is nothing in it, and its burst sends no empty reports."""
    FAILED = "failed"
    """It could not be made, with the reason in `error`; the others go on without it."""


SLICE_STEPS: dict[SliceStatus, frozenset[SliceStatus]] = {
    SliceStatus.AGGREGATED: frozenset({SliceStatus.RENDERED, SliceStatus.FAILED}),
    SliceStatus.RENDERED: frozenset(),
    SliceStatus.LEFT_OUT: frozenset(),
    SliceStatus.FAILED: frozenset(),
}


class DeliveryStatus(StrEnum):
    """Where one delivery to one recipient stands."""

    PENDING = "pending"
    """Waiting for the run to complete, or for its first attempt."""
    SENDING = "sending"
    """On the wire: committed just before the last byte, after which it may arrive."""
    SENT = "sent"
    """The recipient's server took it."""
    DEFERRED = "deferred"
    """Not taken for now; it is tried again at `next_attempt_at`."""
    UNCERTAIN = "uncertain"
    """Sent whole, and the answer never came: it may have arrived. A person says what became of
    it, or has it sent again."""
    BOUNCED = "bounced"
    """Taken, and sent back later: it did not arrive."""
    SUPPRESSED = "suppressed"
    """Not sent: the recipient does not want it, or mail to them came back before."""
    FAILED = "failed"
    """Refused for good, or tried for too long."""
    CANCELLED = "cancelled"
    """The run, or this recipient's slice of it, failed, was empty or was cancelled before
    anything was sent."""


DELIVERY_STEPS: dict[DeliveryStatus, frozenset[DeliveryStatus]] = {
    DeliveryStatus.PENDING: frozenset(
        # `deferred` and `failed` at once: the server would not even let it come to sending. `sent`
        # at once by channels where a second attempt would not be seen: they never are `sending`.
        {
            DeliveryStatus.SENDING,
            DeliveryStatus.SENT,
            DeliveryStatus.DEFERRED,
            DeliveryStatus.SUPPRESSED,
            DeliveryStatus.FAILED,
            DeliveryStatus.CANCELLED,
        }
    ),
    DeliveryStatus.SENDING: frozenset(
        {
            DeliveryStatus.SENT,
            DeliveryStatus.DEFERRED,
            DeliveryStatus.UNCERTAIN,
            DeliveryStatus.FAILED,
        }
    ),
    DeliveryStatus.DEFERRED: frozenset(
        {
            DeliveryStatus.PENDING,
            DeliveryStatus.SENDING,
            DeliveryStatus.SENT,
            DeliveryStatus.SUPPRESSED,
            DeliveryStatus.FAILED,
            DeliveryStatus.CANCELLED,
        }
    ),
    # Back to `pending` where somebody has it sent again.
    DeliveryStatus.SENT: frozenset({DeliveryStatus.BOUNCED, DeliveryStatus.PENDING}),
    DeliveryStatus.UNCERTAIN: frozenset(
        {
            DeliveryStatus.SENT,
            DeliveryStatus.BOUNCED,
            DeliveryStatus.FAILED,
            DeliveryStatus.PENDING,
        }
    ),
    DeliveryStatus.BOUNCED: frozenset({DeliveryStatus.PENDING}),
    DeliveryStatus.SUPPRESSED: frozenset({DeliveryStatus.PENDING}),
    DeliveryStatus.FAILED: frozenset({DeliveryStatus.PENDING}),
    # A failed run takes its deliveries along; a retry of the run brings them back.
    DeliveryStatus.CANCELLED: frozenset({DeliveryStatus.PENDING}),
}

UNDER_WAY = frozenset({DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.DEFERRED})
"""Deliveries that nobody has to do anything about."""
NOT_ARRIVED = frozenset(
    {
        DeliveryStatus.UNCERTAIN,
        DeliveryStatus.BOUNCED,
        DeliveryStatus.SUPPRESSED,
        DeliveryStatus.FAILED,
    }
)
"""Deliveries that came to an end without anybody knowing that the report arrived."""


class ScheduleState(StrEnum):
    """Whether a schedule fires; `state_reason` says why it does not."""

    ACTIVE = "active"
    """It fires."""
    PAUSED = "paused"
    """A person stopped it for a while."""
    HELD = "held"
    """Its owner may not ask for reports any more: it waits for somebody to take it over."""
    DISABLED = "disabled"
    """The scheduler stopped it: it cannot be fired, or its runs failed too often in a row."""
    ENDED = "ended"
    """It never comes again."""


class MisfirePolicy(StrEnum):
    """What becomes of fires that were missed by more than their grace time."""

    SKIP = "skip"
    """They are left out."""
    RUN_ONCE = "run_once"
    """The latest of them runs."""
    RUN_ALL = "run_all"
    """Each of them runs, up to `misfire_most`, the latest ones."""


class OccurrenceStatus(StrEnum):
    """What became of one nominal fire of a schedule."""

    WAITING = "waiting"
    """Due, and waiting for its data."""
    HELD = "held"
    """Waiting for a person."""
    SKIPPED = "skipped"
    """Left out on purpose, with the reason."""
    MISSED = "missed"
    """Not fired within its grace time: the system was down, or the schedule paused."""
    FIRED = "fired"
    """It made a run."""


class Occasion(StrEnum):
    """What brought a run about."""

    REQUEST = "request"
    """Somebody asked for a report."""
    SCHEDULE = "schedule"
    """A schedule fired."""
    CAUGHT_UP = "caught_up"
    """A schedule makes up for a fire that it missed."""
    BY_HAND = "by_hand"
    """Somebody had a schedule or a definition run now."""
    PREVIEW = "preview"
    """Somebody wanted to see what a report would say, and no files of it."""
    LOOK_UP = "look_up"
    """Somebody wanted to know which names a report's filters can be set to."""

    @property
    def is_passing(self) -> bool:
        """Whether it is in no list and its data are kept for an hour: nobody asked for a report."""
        return self in (Occasion.PREVIEW, Occasion.LOOK_UP)


class Lane(StrEnum):
    """Which queue work goes through; a person waiting never queues behind bulk work."""

    INTERACTIVE = "interactive"
    """Somebody asked for it and may be waiting."""
    BULK = "bulk"
    """Scheduled and burst work."""
    BACKLOG = "backlog"
    """Scheduled and burst work of a tenant that has much of it under way: others pass by."""

    @property
    def rank(self) -> int:
        """0 goes first."""
        return _RANKS[self]


_RANKS = {lane: rank for rank, lane in enumerate(Lane)}


def states_that_lead_to(status: RunStatus) -> tuple[RunStatus, ...]:
    """The states from which a run may step to `status`."""
    return tuple(before for before, after in RUN_STEPS.items() if status in after)
