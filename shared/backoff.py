"""When to try again: exponential backoff with jitter."""

from __future__ import annotations

from datetime import timedelta


def retry_delay(attempt: int, base_seconds: float, chance: float) -> timedelta:
    """The pause after the `attempt`-th try (from 1): base·2^(attempt-1), at most an hour.

    `chance` in [0, 1) spreads it over 50-100 % of that, so that what failed together is not
    retried together.
    """
    # More doublings than these no number holds.
    full = min(base_seconds * 2.0 ** min(attempt - 1, 100), 3600.0)
    return timedelta(seconds=full * (0.5 + chance / 2))
