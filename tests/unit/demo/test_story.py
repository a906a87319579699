"""Pauses delay what happens and keep its order."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.story import Pause, Story
from deploy.demo.window import DAY, Window, date_of

INSTANTS = st.integers(0, 100 * DAY)


@given(INSTANTS, INSTANTS, INSTANTS, INSTANTS)
def test_nothing_happens_in_a_pause_and_the_order_is_kept(
    first: int, second: int, one_end: int, other_end: int
) -> None:
    begin, end = sorted((one_end, other_end))
    pause = Pause(begin, end)
    earlier, later = sorted((first, second))
    assert pause.delay(earlier) <= pause.delay(later)
    assert pause.delay(earlier) >= earlier
    assert not begin <= pause.delay(earlier) < end


@given(st.dates(date(1995, 1, 1), date(2190, 1, 1)))
def test_the_silent_month_is_a_whole_one_inside_the_data(until: date) -> None:
    window = Window(1, 1, until)
    begin, end = Story(window).silent_month
    assert date_of(begin).day == date_of(end).day == 1
    assert window.start_day < begin < end <= window.end_day - 31
    assert 28 <= end - begin <= 31
