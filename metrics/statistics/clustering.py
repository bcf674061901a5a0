"""How much wider than independent observations a figure really is, seen from its own days.

Calls of one day share the day's storm, and the days of a month share its staffing; a million of them do not carry the
information of a million coin tosses. The spread between blocks of days shows by how much (J. N. K. Rao and A. J. Scott,
Biometrics 48, 1992: divide n by the design effect). Blocks of a day, a week and four weeks are looked at and the widest
counts, with Student's t for the number of blocks it was seen on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.statistics.estimates import Quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BLOCKS_OF_DAYS = (1, 7, 28)
MIN_BLOCKS = 8


@dataclass(frozen=True, slots=True)
class Days:
    """A series by day: `ordinals` (date.toordinal), numerators and denominators. Days without data are absent."""

    ordinals: tuple[int, ...]
    numerators: tuple[float, ...]
    denominators: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.ordinals)


@dataclass(frozen=True, slots=True)
class Inflation:
    """Variance factor (≥ 1) over what was assumed, the length of the block that showed it, and blocks less windows."""

    factor: float
    block_days: int
    df: int | None

    @property
    def quantile(self) -> Quantile:
        return Quantile(self.df)


NO_INFLATION = Inflation(factor=1.0, block_days=0, df=None)


def block_variance(days: Days, *, block_days: int) -> tuple[float, int]:
    """Variance of Σ numerator / Σ denominator from the spread between blocks (linearised ratio), and the blocks.

    Cochran, Sampling Techniques, 3rd ed. 1977, §6.3. Needs two blocks and a denominator above 0, else (0, blocks).
    """
    numerators, denominators = _by_block(days, block_days)
    blocks, total = len(numerators), denominators.sum()
    if blocks < 2 or total <= 0:
        return 0.0, blocks
    residuals = numerators - numerators.sum() / total * denominators
    return float(blocks / (blocks - 1) * (residuals**2).sum() / total**2), blocks


def inflation(windows: Sequence[tuple[Days, float]]) -> Inflation:
    """The design effect pooled over windows, each given as its days and the variance assumed for its ratio."""
    found = [_pooled(windows, block_days) for block_days in BLOCKS_OF_DAYS]
    usable = [each for each in found if each is not None and each.factor > 1]
    return max(usable, key=lambda each: each.factor, default=NO_INFLATION)


def _pooled(windows: Sequence[tuple[Days, float]], block_days: int) -> Inflation | None:
    weighted, df, blocks = 0.0, 0, 0
    for days, assumed in windows:
        seen, count = block_variance(days, block_days=block_days)
        blocks += count
        if assumed > 0 and count > 1:
            weighted += (count - 1) * seen / assumed
            df += count - 1
    if blocks < MIN_BLOCKS or df == 0:
        return None
    return Inflation(factor=weighted / df, block_days=block_days, df=df)


def _by_block(days: Days, block_days: int) -> tuple[Floats, Floats]:
    import numpy as np  # noqa: PLC0415 - heavy: numpy

    ordinals = np.asarray(days.ordinals, dtype=np.int64)
    if not len(ordinals):
        return np.zeros(0), np.zeros(0)
    _, block = np.unique((ordinals - ordinals.min()) // block_days, return_inverse=True)
    return _summed(block, days.numerators), _summed(block, days.denominators)


def _summed(block: NDArray[np.intp], values: tuple[float, ...]) -> Floats:
    import numpy as np  # noqa: PLC0415 - heavy: numpy

    return np.bincount(block, weights=np.asarray(values, dtype=np.float64)).astype(np.float64)
