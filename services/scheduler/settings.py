"""The scheduler's settings."""

from __future__ import annotations

from pydantic import Field

from services.scheduler.shares import USUAL_SHARE
from shared.settings import HttpUrl, ServiceSettings


class SchedulerSettings(ServiceSettings):
    """How often it looks, in seconds, how it shares, and how long it bears what goes wrong."""

    public_url: HttpUrl = ""
    """The api's address as clients see it, for links in notices; empty: they have none."""
    schedule_tick_seconds: float = Field(default=1.0, gt=0)
    """Due schedules, and occurrences that wait for their data."""
    bulk_share: int = Field(default=USUAL_SHARE, ge=1)
    """Runs of a tenant that go through the bulk lane at once; further ones take the backlog's."""
    outcome_tick_seconds: float = Field(default=2.0, gt=0)
    """What became of the runs of schedules: failures in a row."""
    reaper_tick_seconds: float = Field(default=2.0, gt=0)
    """Leases that have ended."""
    outbox_sweep_seconds: float = Field(default=1.0, gt=0)
    """Events that nobody has published, and retries that have become due."""
    message_lost_after_seconds: float = Field(default=600.0, gt=0)
    """Work is asked for again when nothing came of it for so long after it was published."""
    gauge_tick_seconds: float = Field(default=5.0, gt=0)
    """Queue depths and the outbox's age, for the metrics."""
    retention_tick_seconds: float = Field(default=600.0, gt=0)
    """Files and rows past their retention."""
    outbox_keep_days: int = Field(default=7, ge=1)
    """How long published events stay in the outbox, for people who look."""
    inbox_keep_days: int = Field(default=30, ge=1)
    """How long an event is remembered as done, and a signal; longer than any broker keeps one."""

    delivery_max_cut_off: int = Field(default=10, ge=1)
    """How many mailers in a row may die over one delivery before it is given up."""
