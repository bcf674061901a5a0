"""Ups and downs from month to month that have no direction before go-live.

Real months differ for reasons nobody planted. Drawn freely, one series in twenty would seem to rise or fall; so mean
and slope over the months before the first go-live are taken out, and what trends in the demo was planted to.
"""

import random
from functools import cache
from statistics import fmean

LARGEST = 1.8


@cache
def swings(*, name: str, seed: int, months: int, before: int) -> tuple[float, ...]:
    """One number a month of about unit spread; the first `before` have no mean and no slope."""
    generator = random.Random(f"{seed}:swing:{name}")  # noqa: S311 - invented data, not secrets
    drawn = [max(-LARGEST, min(LARGEST, generator.gauss(0, 1))) for _month in range(months)]
    centre, mean = (before - 1) / 2, fmean(drawn[:before])
    spread = sum((place - centre) ** 2 for place in range(before))
    slope = sum((place - centre) * drawn[place] for place in range(before)) / spread
    flat = [drawn[place] - mean - slope * (place - centre) for place in range(before)]
    return (*flat, *drawn[before:])
