"""What has to be said about charts over time: a grain that was not to be had, parts of weeks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.aggregator.report_types.grain import MOST_BUCKETS, Bucket, Grain
from services.aggregator.report_types.wording import listed


def chart_notes(buckets: Sequence[Bucket], grain: Grain, asked: Grain) -> Iterator[str]:
    """Sentences; `asked` is the grain of the request, `grain` the one that was drawn."""
    if asked not in (Grain.AUTO, grain):
        yield (
            f"The chart is by {grain}: by {asked}, as asked for, it would have more "
            f"than {MOST_BUCKETS} bars."
        )
    cut = [bucket.words for bucket in buckets if bucket.cut]
    if cut:
        subject = "The bar of" if len(cut) == 1 else "The bars of"
        verb = "covers" if len(cut) == 1 else "cover"
        yield (
            f"{subject} {listed(cut)} {verb} fewer days than the others, because the period "
            f"begins or ends within a {grain}."
        )
