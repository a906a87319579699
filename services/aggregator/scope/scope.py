"""What a report covers: a period cut into buckets, as seen at an instant, through its filters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.aggregator.scope.filters import Filters, filters_of
from services.aggregator.scope.grain import Bucket, Grain, buckets, grain_for
from services.aggregator.scope.progress import Progress, Stage
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession
from shared.periods import Period, local_midnight


@dataclass(frozen=True)
class Scope:
    """What the figures of most reports have in common."""

    period: Period
    as_of: datetime
    grain: Grain
    """Day, week or month."""
    buckets: tuple[Bucket, ...]
    asked_grain: Grain = Grain.AUTO
    filters: Filters = field(default_factory=Filters)

    @property
    def progress(self) -> Progress:
        """How far the period has got."""
        return Progress(self.period, self.as_of)

    @property
    def stage(self) -> Stage:
        """Where the as-of time lies."""
        return self.progress.stage

    @property
    def starts(self) -> list[datetime]:
        """The first instants of the period before and of each bucket, in order.

        A source answers with a position in that list (`width_bucket`): 1 is the period before.
        The midnights are ours, not the source's: its timezone tables may be of another year, and
        where the clocks go back over midnight a local date alone would put an hour into the
        wrong day.
        """
        days = [self.period.previous.first_day, *(bucket.first_day for bucket in self.buckets)]
        return [local_midnight(day, self.period.timezone) for day in days]

    def key_at(self, position: int) -> str | None:
        """The bucket's key at a position of `starts`; None for the period before."""
        return self.buckets[position - 2].key if position > 1 else None

    @property
    def buckets_begun(self) -> int:
        """How many buckets begin before the as-of time."""
        return sum(start < self.as_of for start in self.starts[1:])


async def scope_of(
    source: SourceSession, period: Period, asked: Grain, selection: SceneSelection
) -> Scope:
    """A query for each kind of name that was asked for."""
    grain = grain_for(asked, period.days)
    return Scope(
        period=period,
        as_of=source.as_of,
        grain=grain,
        buckets=buckets(period, grain),
        asked_grain=asked,
        filters=await filters_of(source, selection),
    )
