"""The renderer's settings."""

from __future__ import annotations

from pydantic import Field

from shared.settings import ServiceSettings


class RendererSettings(ServiceSettings):
    """How documents are drawn."""

    render_processes: int = Field(default=2, ge=1)
    """Child processes, idle ones of every kind included, but never fewer than two; so many draw at
    once. Bulk work never takes the last free one."""
    render_seconds: float = Field(default=120.0, gt=0)
    """How long one document may compute while it is drawn; by the clock, ten times as long."""
    render_memory_mb: int = Field(default=1024, ge=128)
    """How much memory one child process may take."""
    render_recycle_after: int = Field(default=500, ge=1)
    """Documents after which a child process is replaced by a fresh one."""
