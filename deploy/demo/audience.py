"""What people do in the studio's review application: usage events."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.demo import names
from deploy.demo.rows import UsageEvent
from deploy.demo.season import growth, work
from deploy.demo.window import DAY, HOUR, Window, instant

_EVENTS_PER_DAY = 90
_USERS = 180
_EVENT_TYPES = ("view", "view", "view", "play", "play", "comment", "download", "share", "sign_in")
_DEVICES = ("desktop", "desktop", "desktop", "tablet", "phone")


def usage_events(window: Window) -> Iterator[UsageEvent]:
    """About 36,000 at scale 1, in the order of time; a person keeps to one device mostly."""
    users = max(12, round(_USERS * window.scale**0.6))
    event_id = 0
    for day in range(window.start_day, window.end_day):
        random = window.random("usage", day)
        expected = _EVENTS_PER_DAY * window.scale * growth(window, day) * work(day) * 1.2
        # People join over time: who is there on a day has one of the first names of the list.
        joined = users * growth(window, day) / 1.3
        moments = sorted(
            day * DAY + int(random.triangular(0, 24 * HOUR, 14 * HOUR))
            for _ in range(int(expected + random.random()))
        )
        for moment in moments:
            event_id += 1
            user = int(joined * random.random() ** 1.6)
            device = _DEVICES[(user * 31 + (random.random() < 0.15)) % len(_DEVICES)]
            yield UsageEvent(
                event_id,
                instant(moment),
                _EVENT_TYPES[int(random.random() * len(_EVENT_TYPES))],
                names.user_name(user),
                device,
            )
