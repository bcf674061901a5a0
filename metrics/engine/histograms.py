"""Logarithmic histograms of durations, as SQL over a cell's facts and as numbers: quantiles within 1 %."""

from decimal import Decimal

from metrics.engine.components import Histogram
from metrics.engine.definitions import Definition

# Buckets of ratio 1.02 from a tenth of a second on, so that a bucket's middle is within 1 %.
BUCKET_RATIO = 1.02
BUCKET_FROM_MS = 100
BUCKETS = 1024  # of one histogram; the second one's start here, and so on
COUNT_BITS = 20
LARGEST_COUNT = 2**COUNT_BITS - 1
LONG_HISTOGRAM = 512  # entries from which equal buckets are added up; shorter ones are kept as they come


def bucket(histogram: Histogram, place: int) -> str:
    """The histogram's bucket as a number: 0 below a tenth of a second."""
    tenths = f"greatest({histogram.milliseconds}, {BUCKET_FROM_MS})::float8 / {BUCKET_FROM_MS}"
    return f"{place * BUCKETS} + least(ceil(ln({tenths}) / ln({BUCKET_RATIO}::float8))::int, {BUCKETS - 1})"


def entries(definition: Definition) -> str:
    """Entries of bucket << 20 | count, in no order; several may speak of one bucket."""
    parts = (
        f"array_agg(({bucket(each, place)}) << {COUNT_BITS} | 1) FILTER (WHERE {each.where})"
        for place, each in enumerate(definition.source.histograms)
    )
    return definition.filled(" || ".join(parts)) or "NULL::int[]"


def checksum(definition: Definition) -> list[str]:
    """One more sum, where there are histograms: it differs when their values do, so that comparing cells is cheap."""
    parts = [
        f"coalesce(sum(hashint8extended({each.milliseconds}, {place}) >> 24) FILTER (WHERE {each.where}), 0)"
        for place, each in enumerate(definition.source.histograms)
    ]
    return [f"({definition.filled(' + '.join(parts))})::bigint"] if parts else []


def seconds_of(number: int) -> Decimal:
    """The middle of a bucket, as a ratio; 0 for those below a tenth of a second."""
    if number == 0:
        return Decimal(0)
    middle = BUCKET_FROM_MS / 1000 * BUCKET_RATIO ** (number - 0.5)
    return Decimal(repr(round(middle, 4)))
