"""When a schedule fires: cadences, the wall clock, days off. Values in, values out.

`CADENCE` reads one from JSON; `fires` says when it comes, `preview` also what it leaves out, and
`refusals` what stands against saving it.
"""

from shared.cadence.cadences import (
    CADENCE,
    BusinessDays,
    Cadence,
    Cron,
    Daily,
    Monthly,
    NthWeekday,
    OnDayOff,
    Quarterly,
    Weekday,
    Weekly,
    Yearly,
)
from shared.cadence.days import Skipped
from shared.cadence.days_off import public_holidays_at_hand
from shared.cadence.fires import Fire, fires, next_fire
from shared.cadence.limits import Refusal, refusals, shortest_interval
from shared.cadence.preview import PreviewLine, preview
from shared.cadence.timezone_rules import timezone_rules

__all__ = [
    "CADENCE",
    "BusinessDays",
    "Cadence",
    "Cron",
    "Daily",
    "Fire",
    "Monthly",
    "NthWeekday",
    "OnDayOff",
    "PreviewLine",
    "Quarterly",
    "Refusal",
    "Skipped",
    "Weekday",
    "Weekly",
    "Yearly",
    "fires",
    "next_fire",
    "preview",
    "public_holidays_at_hand",
    "refusals",
    "shortest_interval",
    "timezone_rules",
]
