"""What has to be said about charts over time: a grain that was not to be had, parts of weeks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.aggregator.report_types.grain import MOST_BUCKETS, Bucket, Grain
from services.aggregator.report_types.wording import listed, plural


def bucket_notes(buckets: Sequence[Bucket], grain: Grain, asked: Grain, mark: str) -> Iterator[str]:
    """Where the grain is not the one asked for, and which buckets are shorter than the others.

    `mark` is what the chart draws for a bucket: "bar" or "point".
    """
    if asked not in (Grain.AUTO, grain):
        yield (
            f"The chart is by {grain}: by {asked}, as asked for, it would have more than "
            f"{MOST_BUCKETS} {mark}s."
        )
    cut = [bucket.words for bucket in buckets if bucket.cut]
    if cut:
        cover = "covers" if len(cut) == 1 else "cover"
        yield (
            f"The {plural(len(cut), mark)} of {listed(cut)} {cover} fewer days than the others, "
            f"because the period begins or ends within a {grain}."
        )
