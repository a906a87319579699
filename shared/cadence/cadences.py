"""What a person can ask for: how often, at which local time, on which days.

One union, told apart by `kind`. A cadence is what `schedules.cadence` holds as JSON, and what the
API takes and gives; every refusal names the field and how to mend it.
"""

from __future__ import annotations

import re
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    field_validator,
)

from shared.cadence.cron_expression import CronExpression
from shared.cadence.days_off import country_refusal, subdivision_refusal
from shared.periods import TimezoneName

_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"


def _local_time(value: object) -> time:
    if isinstance(value, time) and value.tzinfo is None and not (value.second or value.microsecond):
        return value
    if not isinstance(value, str) or re.fullmatch(_CLOCK, value) is None:
        raise ValueError("give a local time as HH:MM, from 00:00 to 23:59")
    return time.fromisoformat(value)


LocalTime = Annotated[
    time,
    BeforeValidator(_local_time),
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_CLOCK}$", "examples": ["09:00"]}),
]
"""A wall clock's reading to the minute, `HH:MM` in JSON."""


class Weekday(StrEnum):
    """The days of the week, as ISO 8601 orders them."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As `date.weekday()` counts: Monday is 0."""
        return list(Weekday).index(self)


def _in_order_of_the_week(days: frozenset[Weekday]) -> list[Weekday]:
    return sorted(days, key=lambda day: day.number)


class OnDayOff(StrEnum):
    """What happens to a fire that falls on a day off."""

    SKIP = "skip"
    """It is left out."""
    BEFORE = "before"
    """It comes on the last business day before."""
    AFTER = "after"
    """It comes on the first business day after."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BusinessDays(_Value):
    """Fire on business days only: no weekend, no public holiday, no day that the tenant has off.

    Public holidays are those of the library `holidays`; which days are the weekend is the
    country's too (Saturday and Sunday where no country is named).
    """

    country: str | None = Field(default=None, examples=["DE"])
    """ISO 3166-1 alpha-2; without it no public holidays are left out."""
    subdivision: str | None = Field(default=None, max_length=40, examples=["BE"])
    """A state or region of the country, as the library names it (mostly ISO 3166-2)."""
    on_day_off: OnDayOff = OnDayOff.SKIP

    @field_validator("country")
    @classmethod
    def _known_country(cls, country: str | None) -> str | None:
        if country is not None and (refusal := country_refusal(country)):
            raise ValueError(refusal)
        return country

    @field_validator("subdivision")
    @classmethod
    def _known_subdivision(cls, subdivision: str | None, info: ValidationInfo) -> str | None:
        country = info.data.get("country")
        if subdivision is None or ("country" not in info.data):  # the country is refused already
            return subdivision
        if country is None:
            raise ValueError("name the country as well")
        if refusal := subdivision_refusal(country, subdivision):
            raise ValueError(refusal)
        return subdivision


class _Cadence(_Value):
    """What all kinds have. The dates are local days, both inclusive."""

    timezone: TimezoneName
    """Whose wall clock is meant: an IANA name."""
    start: date | None = None
    """Nothing fires before this day."""
    end: date | None = None
    """Nothing fires after this day."""
    business_days: BusinessDays | None = None
    """None: every day counts."""

    @field_validator("end")
    @classmethod
    def _in_order(cls, end: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("start")
        if end is not None and start is not None and end < start:
            raise ValueError(f"the end lies before the start: give {start} or later")
        return end


class NthWeekday(_Value):
    """For instance the second Tuesday of a month, or the last Friday.

    A month without a fifth one is left out, and the preview says so.
    """

    nth: Literal[1, 2, 3, 4, 5, "last"]
    weekday: Weekday


def _one_refusal(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """What is wrong in one sentence, not in one for each way in which a day can be named."""
    try:
        return handler(value)
    except ValidationError:
        raise ValueError(
            'give a day from 1 to 31, "last", or an nth weekday such as '
            '{"nth": 2, "weekday": "tuesday"}, where nth is 1 to 5 or "last"'
        ) from None


DayOfMonth = Annotated[
    Annotated[int, Field(ge=1, le=31)] | Literal["last"] | NthWeekday, WrapValidator(_one_refusal)
]
"""A number: months that do not have it are left out. `last`: the last day, which all have."""


class Daily(_Cadence):
    """Every day."""

    kind: Literal["daily"] = "daily"
    time: LocalTime


class Weekly(_Cadence):
    """On these days of every week."""

    kind: Literal["weekly"] = "weekly"
    days: Annotated[
        frozenset[Weekday],
        Field(min_length=1),
        # A set has no order of its own, and equal cadences are to be written alike.
        PlainSerializer(_in_order_of_the_week, return_type=list[Weekday]),
    ]
    time: LocalTime


class Monthly(_Cadence):
    """On one day of every month."""

    kind: Literal["monthly"] = "monthly"
    day: DayOfMonth
    time: LocalTime


class Quarterly(_Cadence):
    """On one day of one month of every quarter; quarters begin in January."""

    kind: Literal["quarterly"] = "quarterly"
    month: Annotated[int, Field(ge=1, le=3)] = 1
    """Of the quarter: 1 is January, April, July and October."""
    day: DayOfMonth
    time: LocalTime


_MOST_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Yearly(_Cadence):
    """On one day of one month of every year. 29 February comes in the years that have it."""

    kind: Literal["yearly"] = "yearly"
    month: Annotated[int, Field(ge=1, le=12)]
    day: DayOfMonth
    time: LocalTime

    @field_validator("day")
    @classmethod
    def _comes(cls, day: DayOfMonth, info: ValidationInfo) -> DayOfMonth:
        month = info.data.get("month")
        if isinstance(day, int) and month is not None and day > (most := _MOST_DAYS[month - 1]):
            raise ValueError(
                f"month {month} never has a day {day}: give 1 to {most}, or `last` for its last day"
            )
        return day


class Cron(_Cadence):
    """By five fields: minute, hour, day of the month, month, day of the week.

    1 is Monday, both 0 and 7 are Sunday. Where both kinds of day are restricted, either is
    enough; where one of them begins with a star, both must fit (crontab(5), and Debian's cron).
    """

    kind: Literal["cron"] = "cron"
    expression: Annotated[str, Field(max_length=100, examples=["0 9 * * 1-5"])]

    @field_validator("expression")
    @classmethod
    def _readable(cls, expression: str) -> str:
        CronExpression.read(expression)
        return expression


Cadence = Annotated[
    Daily | Weekly | Monthly | Quarterly | Yearly | Cron, Field(discriminator="kind")
]

CADENCE: TypeAdapter[Daily | Weekly | Monthly | Quarterly | Yearly | Cron] = TypeAdapter(Cadence)
"""Reads one from what JSON gave (`validate_python`) and writes it (`dump_python`, mode json)."""
