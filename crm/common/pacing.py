"""Long work in short steps: the size of the next step follows from the time the last one took."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic


@dataclass(slots=True)
class Pace:
    """`amount`: how much to do next, so that it takes about `seconds`; from `least` to `most`, at most twice as much as
    the last time.
    """

    amount: int
    seconds: float
    least: int
    most: int

    def took(self, seconds: float) -> None:
        """Tell how long it took to do `amount`."""
        fitting = int(self.amount * self.seconds / max(seconds, 0.001))
        self.amount = max(self.least, min(self.most, 2 * self.amount, fitting))

    @contextmanager
    def timed(self) -> Iterator[None]:
        """A block that does `amount`; one that fails teaches nothing."""
        began = monotonic()
        yield
        self.took(monotonic() - began)
