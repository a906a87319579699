"""The sentence that stands before all others, where there is one."""

from __future__ import annotations

from services.aggregator.wording.messages import say
from shared.banners import Banner


def said_first(banner: Banner) -> str:
    """In the current language; what somebody wrote stays as it is."""
    if banner.signal is not None:
        return say("data-may-be-old", signal=banner.signal, time=banner.not_later_than or "")
    if banner.reason is not None:
        return say("correction-reason", reason=banner.reason)
    return banner.text or ""
