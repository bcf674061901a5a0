"""Long work in short steps: the size of the next step follows from the time the last one took."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

HELD_S: Final = 0.1


@dataclass(slots=True)
class Pace:
    """`amount`: how much to do next, so that it takes about `seconds`; from `least` to `most`, at most twice as much as
    the last time. Of it, rows that people work on are held for `HELD_S` at most.
    """

    amount: int
    seconds: float
    least: int
    most: int

    def took(self, seconds: float, *, held_s: float = 0) -> None:
        """Tell how long it took to do `amount`, and how long rows that people work on were held for it."""
        share = min(self.seconds / max(seconds, 0.001), HELD_S / max(held_s, 0.001) if held_s else math.inf)
        fitting = int(self.amount * share)
        self.amount = max(self.least, min(self.most, 2 * self.amount, fitting))

    @contextmanager
    def timed(self) -> Iterator[None]:
        """A block that does `amount`; one that fails teaches nothing."""
        began = monotonic()
        yield
        self.took(monotonic() - began)
