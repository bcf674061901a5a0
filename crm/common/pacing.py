"""Long work in short steps: the size of the next step follows from the time the last ones took."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import monotonic
from typing import Final

HELD_S: Final = 0.1
REMEMBERED: Final = 12  # steps
TRIED: Final = 10  # how many times too long a step may be before it is to be shown clearly that more costs little
MORE, HARDLY_MORE = 1.6, 1.4


@dataclass(slots=True)
class Pace:
    """`amount`: how much to do next, so that it takes about `seconds`; from `least` to `most`, at most twice as much as
    the last time. Of it, rows that people work on are held for `HELD_S` at most.

    A step has a part that it takes whatever it does, and on a busy machine that alone may be too long. To do less would
    not shorten it, and go on for ever. So a step that is too long is held against those that did half as much or less:
    where it took hardly longer, more is done, else half. On a machine whose times vary by half this comes to steps of
    a few times the fixed part, where a guess at the fixed part from two steps would end at `least`.
    """

    amount: int
    seconds: float
    least: int
    most: int
    _steps: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=REMEMBERED), init=False)

    def took(self, seconds: float, *, held_s: float = 0) -> None:
        """Tell how long it took to do `amount`, and how long rows that people work on were held for it."""
        load = max(seconds / self.seconds, held_s / HELD_S)
        share = 1 / max(load, 0.001) if load <= 1 else self._share(load, is_holding=held_s > HELD_S)
        self._steps.append((self.amount, load))
        self.amount = max(self.least, min(self.most, round(self.amount * min(2.0, share))))

    def _share(self, load: float, *, is_holding: bool) -> float:
        """Of a step that was `load` times too long how much to do next."""
        shorter = [took for amount, took in self._steps if 2 * amount <= self.amount]
        if not shorter:
            return 2 if self.amount <= self.least and not is_holding else 1 / load
        as_much_longer = HARDLY_MORE if is_holding or load > TRIED else MORE
        return 2 if load < as_much_longer * median(shorter) else max(1 / load, 0.5)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """A block that does `amount`; one that fails teaches nothing."""
        began = monotonic()
        yield
        self.took(monotonic() - began)
