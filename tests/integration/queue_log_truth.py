"""A queue log whose truth is known: calls are drawn first, their log lines and their KPIs follow from them apart.

Nothing of the product is used here: the KPIs are counted in plain Python from the drawn calls.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 12
QUEUES = ("sales", "service", "后勤")
END_OF_TALK = ("COMPLETEAGENT", "COMPLETECALLER", "TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
OVERFLOWS = ("EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY")
REJECTIONS = ("FULL", "CLOSED", "JOINEMPTY")


@dataclass(frozen=True)
class TrueCall:
    """Seconds. `outcome`: answered, abandoned, overflowed, rejected, or open (no end seen)."""

    day: date
    queue: str
    outcome: str
    wait: int = 0
    talk: int | None = None


@dataclass(frozen=True)
class TrueLog:
    lines: list[str]
    calls: list[TrueCall]


def draw(*, seed: int, count: int) -> TrueLog:
    """`count` callers, in the order the telephone system writes; some make two calls of one callid."""
    generator = random.Random(seed)
    lines: list[tuple[int, str]] = [(int(START.timestamp()), "NONE|NONE|NONE|QUEUESTART|")]
    calls: list[TrueCall] = []
    for number in range(count):
        caller = Caller(generator=generator, number=number)
        caller.call()
        lines += caller.lines
        calls += caller.calls
    lines.sort(key=lambda line: line[0])
    return TrueLog(lines=[f"{at}|{rest}" for at, rest in lines], calls=calls)


class Caller:
    def __init__(self, *, generator: random.Random, number: int) -> None:
        self.random = generator
        moment = START + timedelta(seconds=generator.randrange(DAYS * 86_400))
        if number % 7 == 0:  # just before midnight, so that the call crosses it
            moment = moment.replace(hour=23, minute=59, second=generator.randrange(30, 60))
        self.now = int(moment.timestamp())
        self.callid = f"{self.now}.{number}"
        self.queue = generator.choice(QUEUES)
        self.lines: list[tuple[int, str]] = []
        self.calls: list[TrueCall] = []

    def write(self, agent: str, event: str, *params: object) -> None:
        self.lines.append((self.now, "|".join([self.callid, self.queue, agent, event, *map(str, params)])))

    def call(self) -> None:
        choices = (
            self.answered,
            self.abandoned,
            self.overflowed,
            self.rejected,
            self.reentered,
            self.open,
            self.waiting,
        )
        self.random.choices(choices, weights=(50, 15, 10, 8, 7, 4, 4))[0]()

    def today(self) -> date:
        return datetime.fromtimestamp(self.now, UTC).date()

    def enter(self) -> date:
        self.write("NONE", "ENTERQUEUE", "", f"030{self.random.randrange(10**6, 2 * 10**6)}", 1)
        return self.today()

    def wait(self) -> int:
        seconds = self.random.choice((0, 3, 4, 5, 6, 19, 20, 21, self.random.randrange(300)))
        self.now += seconds
        return seconds

    def answered(self, *, entered: date | None = None) -> None:
        entered = entered or self.enter()
        wait = self.wait()
        self.write("SIP/3", "RINGNOANSWER", 1000)
        self.write("SIP/7", "CONNECT", wait, f"{self.now}.x", 2)
        talk = self.random.choice((0, self.random.randrange(1200), 90_000))
        if self.random.random() < 0.05:
            self.calls.append(TrueCall(entered, self.queue, "answered", wait, None))
            return
        self.now += talk
        self.end_talk(wait, talk)
        self.calls.append(TrueCall(entered, self.queue, "answered", wait, talk))

    def end_talk(self, wait: int, talk: int) -> None:
        event = self.random.choice(END_OF_TALK)
        before = {"TRANSFER": ("12", "ext"), "BLINDTRANSFER": ("12", "ext"), "ATTENDEDTRANSFER": ("BRIDGE", "b-1")}
        self.write("SIP/7", event, *before.get(event, ()), wait, talk, 1)

    def abandoned(self) -> None:
        entered, wait = self.enter(), self.wait()
        self.write("NONE", "ABANDON", 1, 1, wait)
        self.calls.append(TrueCall(entered, self.queue, "abandoned", wait))

    def overflow(self) -> int:
        wait, event = self.wait(), self.random.choice(OVERFLOWS)
        self.write("NONE", event, *(("9",) if event == "EXITWITHKEY" else ()), 1, 1, wait)
        return wait

    def overflowed(self) -> None:
        """Half of them go on to another queue under the same callid."""
        entered = self.enter()
        self.calls.append(TrueCall(entered, self.queue, "overflowed", self.overflow()))
        if self.random.random() < 0.5:
            self.queue = QUEUES[(QUEUES.index(self.queue) + 1) % len(QUEUES)]
            self.answered()

    def reentered(self) -> None:
        """The same queue again under the same callid: one call, and the answer is what counts."""
        entered = self.enter()
        self.overflow()
        self.now += 1
        self.enter()
        self.answered(entered=entered)

    def waiting(self) -> None:
        """Left, and queued again, perhaps within the same second: the call has not ended."""
        self.calls.append(TrueCall(self.enter(), self.queue, "open"))
        self.overflow()
        self.now += self.random.choice((0, 1))
        self.enter()

    def rejected(self) -> None:
        self.write("NONE", self.random.choice(REJECTIONS))
        self.calls.append(TrueCall(self.today(), self.queue, "rejected"))

    def open(self) -> None:
        self.calls.append(TrueCall(self.enter(), self.queue, "open"))


Figure = tuple[Fraction, Fraction]  # numerator, denominator


def true_kpis(calls: Iterable[TrueCall]) -> dict[str, Figure]:
    """Numerator and denominator of each call KPI, as the definitions read."""
    found = list(calls)
    answered = [call for call in found if call.outcome == "answered"]
    abandoned = [call for call in found if call.outcome == "abandoned"]
    overflowed = sum(call.outcome == "overflowed" for call in found)
    rejected = sum(call.outcome == "rejected" for call in found)
    ended = [call for call in answered if call.talk is not None]
    offered = len(answered) + len(abandoned)
    figures = {
        "service_level": (
            sum(call.wait <= 20 for call in answered),
            offered - sum(call.wait <= 20 for call in abandoned),
        ),
        "asa": (sum(call.wait for call in answered), len(answered)),
        "queue_time": (sum(call.wait for call in (*answered, *abandoned)), offered),
        "abandon_rate": (
            sum(call.wait >= 5 for call in abandoned),
            offered - sum(call.wait < 5 for call in abandoned),
        ),
        "reject_rate": (rejected, offered + overflowed + rejected),
        "aht": (sum(call.talk or 0 for call in ended), len(ended)),
    }
    return {key: (Fraction(top), Fraction(bottom)) for key, (top, bottom) in figures.items()}


def by_day(calls: Iterable[TrueCall]) -> dict[date, list[TrueCall]]:
    days: dict[date, list[TrueCall]] = defaultdict(list)
    for call in calls:
        days[call.day].append(call)
    return days
