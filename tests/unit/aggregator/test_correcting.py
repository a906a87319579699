"""The line at the top of a corrected report."""

from __future__ import annotations

from datetime import UTC, datetime

from services.aggregator.correcting import correction
from shared.document import Kpi
from tests.documents import kpi

AT = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)


def figure(name: str, value: str | None, unit: str | None = None, places: int = 0) -> Kpi:
    return kpi(name, value, None, unit=unit, places=places)


def said(earlier: list[Kpi] | None, now: list[Kpi]) -> str:
    line = correction(earlier, now, made_at=AT, timezone="Europe/Berlin")
    opening = "Corrected: this replaces the report made on 3 November 2026 at 09:00. "
    assert line.startswith(opening)
    return line.removeprefix(opening)


def test_changed_figures_are_named_as_they_are_read() -> None:
    earlier = [figure("clips", "1204"), figure("rate", "77.96", "%", 1), figure("same", "5")]
    now = [figure("clips", "1210"), figure("rate", "78.04", "%", 1), figure("same", "5")]
    assert said(earlier, now) == "Clips: 1,204 → 1,210."
    now[1] = figure("rate", None, "%", 1)
    assert said(earlier, now) == "Clips: 1,204 → 1,210; Rate: 78.0% → none."


def test_a_unit_is_said_once_and_not_where_the_title_has_it() -> None:
    for name, expected in (("wait", "Wait: 3.5 → 4.0 hours."), ("hours", "Hours: 3.5 → 4.0.")):
        earlier, now = (figure(name, value, "hours", 1) for value in ("3.5", "4"))
        assert said([earlier], [now]) == expected


def test_nothing_changed_and_nothing_kept_are_said() -> None:
    assert said([figure("a", "1")], [figure("a", "1")]) == "Its headline figures are the same."
    assert said(None, [figure("a", "1")]) == "The figures of that one are no longer kept."


def test_a_report_of_many_figures_stays_a_sentence() -> None:
    earlier = [figure(f"f{n}", "1") for n in range(9)]
    now = [figure(f"f{n}", "2") for n in range(9)]
    line = said(earlier, now)
    assert line.count("→") == 6
    assert line.endswith("; and 3 more.")
