"""What a corrected report says of the one that it replaces: which figures are others now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from services.aggregator.wording.messages import say
from shared import localized
from shared.document import Kpi

MOST_FIGURES = 6
"""Named one by one; more would be no sentence."""


def correction(
    earlier: Sequence[Kpi] | None, now: Sequence[Kpi], *, made_at: datetime, timezone: str
) -> str:
    """For instance "Corrected: this replaces the report made on 3 November 2026 at 09:00. Clips
    delivered: 118 → 120." `earlier`: None where its figures are no longer kept.

    `made_at`: when the earlier one read its data; said in `timezone`.
    """
    local = made_at.astimezone(ZoneInfo(timezone))
    return say(
        "corrected",
        day=localized.day(local),
        time=f"{local:%H:%M}",
        changes=_changes(earlier, now),
    )


def _changes(earlier: Sequence[Kpi] | None, now: Sequence[Kpi]) -> str:
    if earlier is None:
        return say("corrected-not-kept")
    before = {kpi.name: kpi for kpi in earlier}
    changed = [
        f"{kpi.title}: {was} → {now_}{_unit(kpi)}"
        for kpi in now
        if kpi.name in before and (was := _said(before[kpi.name])) != (now_ := _said(kpi))
    ]
    if not changed:
        return say("corrected-same")
    more = len(changed) - MOST_FIGURES
    named = "; ".join(changed[:MOST_FIGURES])
    if more > 0:
        return say("corrected-figures-more", figures=named, more=more)
    return say("corrected-figures", figures=named)


def _said(kpi: Kpi) -> str:
    """The figure as it is read: what rounds to the same has not changed for who reads it."""
    if kpi.value is None:
        return say("no-figure")
    text = f"{kpi.value:,.{kpi.places}f}"
    return localized.share(text) if kpi.unit == "%" else localized.number(text)


def _unit(kpi: Kpi) -> str:
    """Once, after both figures; a percent sign stands at each of them."""
    return f" {kpi.unsaid_unit}" if kpi.unsaid_unit and kpi.unit != "%" else ""
