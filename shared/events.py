"""Every event Broadsheet publishes, on one page.

An event is a past fact about a run or a delivery. It carries identifiers and a claim check,
never the data. On the wire it is CloudEvents 1.0 in binary mode: the attributes are AMQP
headers (`cloudEvents_…`), the fields below are the JSON body. Readers ignore fields they do
not know, so additions stay `v1`; a breaking change is a new class beside the old one.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.dedup_keys import event_id
from shared.states import Lane


class Event(BaseModel):
    """What all events share. `generation` counts how often people restarted the run."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    """The CloudEvents type, for instance `report.requested.v1`."""

    run_id: UUID
    tenant_id: UUID
    lane: Lane
    generation: int = Field(default=0, ge=0, le=2**31 - 1)

    @property
    def subject(self) -> UUID:
        """What the event is about: the run, one of its deliveries or one of its files."""
        return self.run_id

    @property
    def id(self) -> UUID:
        """The event's id: the same however often it is built or sent."""
        return event_id(self.subject, self.TYPE, self.generation)

    @property
    def routing_key(self) -> str:
        """The event's name with the lane last, for instance `report.requested.bulk`."""
        return f"{self.name()}.{self.lane}"

    @classmethod
    def name(cls) -> str:
        """The type without its version, for instance `report.requested`."""
        return cls.TYPE.rpartition(".")[0]


class ReportRequested(Event):
    """Somebody asked for a report, or a schedule did."""

    TYPE = "report.requested.v1"

    report_type: str
    formats: tuple[str, ...]


class SnapshotReference(BaseModel):
    """The claim check for a run's snapshot."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    """Where it lies in object storage."""
    sha256: str
    rows: int
    """Table rows in it."""


class ReportAggregated(Event):
    """The run's snapshot is written and will not change."""

    TYPE = "report.aggregated.v1"

    report_type: str
    formats: tuple[str, ...]
    as_of: datetime
    snapshot: SnapshotReference


class ArtifactReference(BaseModel):
    """One rendered file, to be fetched from the API."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str
    rows: int
    path: str
    """The download's path on the API, relative to its public address."""


class ReportRendered(Event):
    """Every artifact of the run is stored; the run is complete."""

    TYPE = "report.rendered.v1"

    report_type: str
    as_of: datetime
    snapshot_sha256: str
    artifacts: tuple[ArtifactReference, ...]


class _FormatEvent(Event):
    artifact_id: UUID
    report_type: str
    format: str

    @property
    def subject(self) -> UUID:
        return self.artifact_id


class ReportFormatRequested(_FormatEvent):
    """Somebody asked for a further format of a completed run."""

    TYPE = "report.format_requested.v1"


class ReportFormatRendered(_FormatEvent):
    """A further format is stored: of the same snapshot as all others of the run."""

    TYPE = "report.format_rendered.v1"

    as_of: datetime
    snapshot_sha256: str
    artifact: ArtifactReference


class ReportFormatFailed(_FormatEvent):
    """A further format could not be rendered. `code` is stable, `message` is for people."""

    TYPE = "report.format_failed.v1"

    code: str
    message: str


class ReportFailed(Event):
    """The run gave up. `code` is stable, `message` is for people."""

    TYPE = "report.failed.v1"

    report_type: str
    stage: str
    code: str
    message: str


class ReportSkipped(Event):
    """The run's condition was false: nothing is rendered and nothing delivered.

    `figure` says in words what decided.
    """

    TYPE = "report.skipped.v1"

    report_type: str
    figure: str


class ReportCancelled(Event):
    """Somebody cancelled the run."""

    TYPE = "report.cancelled.v1"

    report_type: str


class _DeliveryEvent(Event):
    """`resends` counts how often people had it sent again."""

    delivery_id: UUID
    channel: str
    resends: int = Field(default=0, ge=0, le=2**31 - 1)

    @property
    def subject(self) -> UUID:
        return self.delivery_id

    @property
    def id(self) -> UUID:
        return event_id(self.subject, self.TYPE, self.generation, self.resends)


class DeliveryDue(_DeliveryEvent):
    """A delivery is to be tried. The mailer's word to itself: it goes to its queue alone."""

    TYPE = "delivery.due.v1"


class DestinationTestDue(Event):
    """A destination is to be tested. The api's word to the mailer alone.

    There is no run: `run_id` is the test's own id, which stands where a run's would.
    """

    TYPE = "destination.test_due.v1"

    destination_id: UUID


class ReportDelivered(_DeliveryEvent):
    """The recipient's server took the report."""

    TYPE = "report.delivered.v1"

    receipt: str | None


class ReportDeliveryFailed(_DeliveryEvent):
    """The report will not arrive, or nobody can tell whether it did.

    `outcome` is `failed`, `suppressed`, `bounced`, or `uncertain` when it was sent whole and no
    answer came.
    """

    TYPE = "report.delivery_failed.v1"

    outcome: str
    answer: str


PUBLISHED: tuple[type[Event], ...] = (
    ReportRequested,
    ReportAggregated,
    ReportRendered,
    ReportFormatRequested,
    ReportFormatRendered,
    ReportFormatFailed,
    ReportFailed,
    ReportSkipped,
    ReportCancelled,
    ReportDelivered,
    ReportDeliveryFailed,
)
"""What outsiders may bind to."""
