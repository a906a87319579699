"""Runs that give each recipient a part of the report: what was asked for, and the parts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.states import SliceStatus
from shared.store.tables.columns import created_at, metadata, one_of, tenant_id

run_bursts = Table(
    "run_bursts",
    metadata,
    Column("run_id", Uuid, ForeignKey("runs.id"), primary_key=True),
    tenant_id(),
    # `shared.bursts.Burst`: the recipient table, or the query that gives it.
    Column("asked", JSONB, nullable=False),
    # `shared.bursts.Outcome`; NULL until the run is aggregated.
    Column("outcome", JSONB(none_as_null=True)),
    comment="Owner: api and scheduler, with the run; the aggregator writes the outcome. Who gets "
    "which part of the run's report, as it was asked for, and how the parts add up.",
)

run_slices = Table(
    "run_slices",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    # In the order in which the recipient table mentions them, from 1.
    Column("number", Integer, nullable=False),
    # The parameters that its recipients' rows give; what they leave out is the run's.
    Column("chosen", JSONB, nullable=False),
    # A BCP 47 tag: what it is written in. Who gets the same part in another language gets another
    # slice.
    Column("language", String(35), nullable=False, server_default="en"),
    # What its recipients get between them.
    Column("formats", ARRAY(String(30)), nullable=False),
    Column("status", String(10), nullable=False),
    # How much of what the report type counts is in it, exactly; NULL where it counts nothing.
    Column("counted", BigInteger),
    Column("snapshot_key", Text),
    Column("snapshot_sha256", String(64)),
    Column("snapshot_rows", BigInteger),
    Column("snapshot_available_rows", BigInteger),
    Column("error", JSONB),
    created_at(),
    UniqueConstraint("run_id", "number"),
    one_of("status", SliceStatus),
    comment="Owner: aggregator; the renderer steps aggregated→rendered or failed. A part of a "
    "run's report, made in the same transaction of the source as the whole, for all recipients "
    "who get the same part.",
)
