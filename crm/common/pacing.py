"""Long work in short steps: the size of the next step follows from the time the last one took."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

HELD_S: Final = 0.1
TRIED: Final = 10  # how many times too long a step may be, and twice as much still be tried


@dataclass(slots=True)
class Pace:
    """`amount`: how much to do next, so that it takes about `seconds`; from `least` to `most`, at most twice as much as
    the last time. Of it, rows that people work on are held for `HELD_S` at most.

    A step has a part that it takes whatever it does, and on a busy machine that alone may be too long. To do less
    would not shorten it, and go on for ever: where two steps show it, the rest alone is held to `seconds`.
    """

    amount: int
    seconds: float
    least: int
    most: int
    _last: tuple[int, float] | None = field(default=None, init=False)

    def took(self, seconds: float, *, held_s: float = 0) -> None:
        """Tell how long it took to do `amount`, and how long rows that people work on were held for it."""
        counted = seconds if seconds <= self.seconds else min(seconds, self._of_the_amount(seconds))
        share = min(self.seconds / max(counted, 0.001), HELD_S / max(held_s, 0.001) if held_s else math.inf)
        fitting = round(min(self.amount * share, self.most))
        if fitting <= self.least == self.amount and seconds <= TRIED * self.seconds and not held_s:
            fitting = 2 * self.amount  # less is not possible: whether it is the amount's fault more will show
        self._last = self.amount, seconds
        self.amount = max(self.least, min(self.most, 2 * self.amount, fitting))

    def _of_the_amount(self, seconds: float) -> float:
        """How much of the time goes with the amount, by the step before, which did more or less."""
        amount, took = self._last or (self.amount, seconds)
        if amount == self.amount:
            return seconds
        return max((seconds - took) / (self.amount - amount), 0.0) * self.amount

    @contextmanager
    def timed(self) -> Iterator[None]:
        """A block that does `amount`; one that fails teaches nothing."""
        began = monotonic()
        yield
        self.took(monotonic() - began)
