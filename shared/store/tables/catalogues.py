"""What the services publish about themselves: the same for every tenant."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.store.tables.columns import created_at, instant, metadata

report_types = Table(
    "report_types",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("source", String(63), nullable=False),
    Column("formats", ARRAY(String(30)), nullable=False),
    # BCP 47 tags of those in which it has all that it says.
    Column("languages", ARRAY(String(35)), nullable=False, server_default=text("'{en}'")),
    Column("parameters_schema", JSONB, nullable=False),
    # Names of its key figures, which conditions of schedules compare.
    Column("kpis", ARRAY(String(63)), nullable=False, server_default=text("'{}'")),
    created_at("published_at"),
    comment="Owner: aggregator, which publishes its report types when it starts. "
    "The api validates requests against it. The same for every tenant; `source` is the name "
    "under which a tenant registers what the type reads.",
)

formats = Table(
    "formats",
    metadata,
    Column("name", String(30), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("extension", String(20), nullable=False),
    created_at("published_at"),
    comment="Owner: renderer, which publishes its formats when it starts. Read by the api.",
)

channels = Table(
    "channels",
    metadata,
    Column("name", String(30), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("description", Text, nullable=False),
    # Of its destinations; without one, recipients have addresses of their own.
    Column("settings_schema", JSONB),
    created_at("published_at"),
    comment="Owner: mailer, which publishes its channels when it starts. Read by the api.",
)

service_instances = Table(
    "service_instances",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service", String(30), nullable=False),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    # How often it writes this row, in seconds.
    Column("every_seconds", Float, nullable=False),
    created_at("started_at"),
    created_at("heard_at"),
    # It ended in order; NULL while it lives, and for good where it was killed.
    instant("stopped_at"),
    # What it needs and cannot use; ready while there is none.
    Column("failing", ARRAY(String(30)), nullable=False, server_default=text("'{}'")),
    # `shared.instances.Report`.
    Column("report", JSONB, nullable=False, server_default=text("'{}'")),
    # No further index: it would have a heartbeat write there, too, and there are few rows.
    comment="Owner: each process of each service writes its own row as a heartbeat, and nothing "
    "in it is of a tenant. Read by the api.",
)

CATALOGUES = (report_types, formats, channels, service_instances)
"""Tables that are the same for every tenant."""
