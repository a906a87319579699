"""A whole column of instants as the clocks of a zone show it: as Python shows each by itself."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from services.renderer.local_times import come_twice, offsets

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000
BUSY_DAYS = (date(2026, 3, 29), date(2026, 4, 4), date(2026, 10, 25), date(1972, 1, 7))
"""On which some of these zones set their clocks; the last one by 44 minutes and 30 seconds."""


def instants() -> list[int | None]:
    chance = random.Random(7)
    found: list[int | None] = [None, 0, -1, 1]
    found += [chance.randrange(-70 * 365 * DAY, 130 * 365 * DAY) for _ in range(400)]
    for day in BUSY_DAYS:
        begin = (day - date(1970, 1, 1)).days * DAY
        found += [begin + chance.randrange(-DAY, 2 * DAY) for _ in range(200)]
        # The borders themselves, to the microsecond.
        found += [begin + hour * DAY // 24 + near for hour in range(24) for near in (-1, 0, 1)]
    chance.shuffle(found)
    return found


@pytest.mark.parametrize(
    "zone",
    [
        "UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe",
        "Africa/Monrovia", "Africa/Casablanca", "Pacific/Apia",
    ],
)  # fmt: skip
def test_every_instant_has_the_time_that_python_gives_it(zone: str) -> None:
    given = instants()
    array = pa.array(given, pa.int64())
    found = zip(
        given,
        offsets(array, zone).to_pylist(),
        come_twice(array, zone).to_pylist(),
        strict=True,
    )
    for instant, ahead, again in found:
        if instant is None:
            assert (ahead, again) == (None, False)
            continue
        moment = (EPOCH + instant * MICROSECOND).astimezone(ZoneInfo(zone))
        assert ahead * MICROSECOND == moment.utcoffset()
        folds = {moment.replace(fold=fold).utcoffset() for fold in (0, 1)}
        assert again == (len(folds) == 2), moment


def test_no_instants_are_no_times() -> None:
    for given in ([], [None, None]):
        array = pa.array(given, pa.int64())
        assert offsets(array, "Europe/Berlin").to_pylist() == given
        assert come_twice(array, "Europe/Berlin").to_pylist() == [False] * len(given)


def test_the_first_and_the_last_day_of_the_calendar_are_no_error() -> None:
    edges = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    given = pa.array([(edge - EPOCH) // MICROSECOND for edge in edges], pa.int64())
    assert offsets(given, "Europe/Berlin").to_pylist() == [
        53 * 60_000_000 + 28_000_000,
        3_600_000_000,
    ]
