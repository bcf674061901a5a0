"""Writers write, recomputes run and are killed at any moment: afterwards the figures are the truth."""

import multiprocessing
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from multiprocessing.connection import Connection
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.signals import connection_created

from crm.common.company import current as company
from customers.models import Call, Interaction, Queue, SourceSystem
from metrics.engine import known
from metrics.engine.changing_rules import RulesUnchanged, change_rules
from metrics.engine.recomputing import Tally, definitions, mark_all, months_to_rebuild, rebuild_month, recompute
from metrics.engine.rules import USUAL
from metrics.engine.series import points
from metrics.engine.shown import notes
from metrics.kpis import CATALOGUE, get_kpi
from metrics.kpis.calls import CALLS
from metrics.models import Mark, Rollup
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.telephony import QueueFactory
from tests.metrics import truth

AS_OF = datetime(2026, 6, 30, tzinfo=UTC).date()
NOW = datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=UTC)
START = datetime(2026, 1, 1, 8, tzinfo=UTC)
KILLS = 6
STATEMENTS = 400  # of about three recomputes
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


class Recomputing:
    """A copy of this process that recomputes for ever once it is told to, and says so before each of its statements."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, others = context.Pipe()
        self.process = context.Process(target=recompute_for_ever, args=[others], daemon=True)
        self.process.start()
        others.close()

    def begin(self) -> None:
        self.pipe.send_bytes(b"begin")

    def wait_for_a_statement(self) -> None:
        assert self.pipe.recv_bytes() == b"statement"

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def recompute_for_ever(pipe: Connection) -> None:
    """It knows nothing of the database yet, and draws what nobody else does."""
    known.assume(None)
    company.assume(None)
    random.seed()

    def tell(execute: Callable[..., object], *call: object) -> object:
        pipe.send_bytes(b"statement")  # whichever of its connections sends it
        return execute(*call)

    connection_created.connect(lambda connection, **_: connection.execute_wrappers.append(tell), weak=False)
    pipe.recv_bytes()
    while True:
        recompute(full=random.random() < 0.5, as_of=AS_OF)


@pytest.fixture
def recomputing(transactional_db: None) -> Iterator[list[Recomputing]]:
    """As many as are killed, made before there are threads."""
    connections.close_all()
    found = [Recomputing() for _ in range(KILLS)]
    yield found
    for one in found:
        one.kill()


class Writer(Thread):
    """Changes calls and contacts through a connection of its own, one small transaction after the other."""

    CHANGES = (
        "UPDATE customers_call SET waited_ms = waited_ms + 1000 WHERE id % 17 = (random() * 16)::int",
        "UPDATE customers_call SET entered_at = entered_at + interval '1 day' WHERE id % 19 = (random() * 18)::int",
        "DELETE FROM customers_call WHERE id % 23 = (random() * 22)::int",
        "UPDATE customers_interaction SET occurred_at = occurred_at - interval '3 days' WHERE id % 5 = 1",
        "DELETE FROM customers_interaction WHERE id % 7 = (random() * 6)::int",
    )

    def __init__(self, *, stop: Event) -> None:
        super().__init__()
        self.stop = stop
        self.system, self.queue = SourceSystemFactory.create(key="pbx"), QueueFactory.create(name="q")
        self.customer = CustomerFactory.create()
        self.written = 0

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                with suppress(OperationalError):  # a deadlock: the two writers met in opposite order
                    self.change()
                    self.written += 1
        finally:
            connection.close()

    def change(self) -> None:
        if random.random() < 0.5:
            self.add()
        else:
            with connection.cursor() as cursor:
                cursor.execute(random.choice(self.CHANGES))

    def add(self) -> None:
        contacts = [Interaction(customer=self.customer, channel="email", occurred_at=self.moment()) for _ in range(2)]
        Interaction.objects.bulk_create(contacts)
        Call.objects.bulk_create(
            Call(
                system=self.system,
                queue=self.queue,
                callid=str(uuid4()),
                entered_at=self.moment(),
                outcome=random.choice(["answered", "abandoned", "rejected", "overflowed"]),
                waited_ms=random.randrange(40_000),
                talk_ms=random.randrange(90_000),
                tier_id=random.randrange(3),
            )
            for _ in range(10)
        )

    @staticmethod
    def moment() -> datetime:
        return START + timedelta(minutes=random.randrange(60 * 24 * 60))


@contextmanager
def writers() -> Iterator[list[Writer]]:
    stop = Event()
    found = [Writer(stop=stop) for _ in range(2)]
    for writer in found:
        writer.start()
    try:
        yield found
    finally:
        stop.set()
        for writer in found:
            writer.join()


def run_and_kill(one: Recomputing, *, at: int, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Kill it in the midst of its work: when it sends statement number `at`; `meanwhile`: done half way."""
    one.begin()
    for number in range(at):
        if number == at // 2:
            meanwhile()
        one.wait_for_a_statement()
    assert one.process.is_alive()
    one.kill()


@pytest.mark.django_db(transaction=True)
def test_killed_recomputes_and_concurrent_writers_leave_no_wrong_figure(
    recomputing: list[Recomputing],
) -> None:
    with writers() as found:
        for one in recomputing:
            run_and_kill(one, at=random.randrange(1, STATEMENTS))
    assert min(writer.written for writer in found) > 0
    recompute(as_of=AS_OF)
    assert not Mark.objects.exists()
    assert truth.shown_by_day() == truth.all_by_day(now=NOW)


@pytest.mark.django_db(transaction=True)
def test_recomputes_in_parallel_do_not_disturb_each_other() -> None:
    def several() -> None:
        for _ in range(4):
            recompute(full=True, as_of=AS_OF)
        connection.close()

    with writers():
        threads = [Thread(target=several) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    recompute(as_of=AS_OF)
    assert truth.shown_by_day() == truth.all_by_day(now=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_killed_first_build_is_taken_up_again() -> None:
    """The months still to build stand in the mark table; a process that dies between two of them loses none."""
    system, queue = SourceSystem.objects.create(key="pbx", name="pbx"), Queue.objects.create(name="q")
    Call.objects.bulk_create(
        Call(system=system, queue=queue, callid=str(i), entered_at=START + timedelta(days=30 * i), outcome="rejected")
        for i in range(6)
    )
    Mark.objects.all().delete()
    (calls,) = definitions([CALLS])
    mark_all(calls)
    jobs = months_to_rebuild(calls)
    rebuild_month(jobs[0], wait=True, tally=Tally())
    assert Rollup.objects.count() < 6
    recompute(as_of=AS_OF)
    assert truth.shown_by_day() == truth.all_by_day(now=NOW)


class Reader(Thread):
    """Reads the service level month by month through a connection of its own, all the time and once more at the end."""

    def __init__(self, *, stop: Event) -> None:
        super().__init__()
        self.stop = stop
        self.seen: list[tuple[Decimal | None, ...]] = []

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.read()
            self.read()
        finally:
            connection.close()

    def read(self) -> None:
        known.refresh()
        with known.pinned():
            self.seen.append(service_levels())


@contextmanager
def reader() -> Iterator[Reader]:
    stop = Event()
    found = Reader(stop=stop)
    found.start()
    try:
        yield found
    finally:
        stop.set()
        found.join()


def service_levels() -> tuple[Decimal | None, ...]:
    found = points(kpi=get_kpi("service_level"), first=None, last=None, by="month")
    return tuple(None if point.value is None else round(point.value, 4) for point in found)


def change_twice() -> None:
    """The rules, within an instant, while a recompute is under way."""
    for seconds in random.sample([10, 20, 30, 40], 2):
        hours = random.choice([24, 168])
        with suppress(RulesUnchanged):
            values = {**USUAL, "answer_within_s": seconds, "repeat_window_hours": hours}
            change_rules(values=values, reason="whim", by=None)


def settled() -> None:
    recompute(as_of=AS_OF)
    assert list(Mark.objects.values("source", "version", "channel", "day")) == []
    assert notes(CATALOGUE.values()) == []
    assert truth.shown_by_day() == truth.all_by_day(now=NOW)


@pytest.mark.django_db(transaction=True)
def test_rules_changed_twice_beside_recomputes_that_are_killed_never_empty_a_figure(
    recomputing: list[Recomputing],
) -> None:
    """Whatever is read meanwhile is by one of the rules, for all months the same; in the end by the newest."""
    system, queue = SourceSystemFactory.create(key="pbx"), QueueFactory.create(name="q")
    Call.objects.bulk_create(
        Call(
            system=system,
            queue=queue,
            callid=f"{month} {wait}",
            entered_at=START + timedelta(days=31 * month),
            outcome="answered",
            waited_ms=wait * 1000 + 500,
        )
        for month in range(12)
        for wait in range(50)
    )
    recompute(as_of=AS_OF)
    whole = {(round(Decimal(seconds) / 50, 4),) * 12 for seconds in (10, 20, 30, 40)}
    assert service_levels() in whole
    with reader() as found:
        for one in recomputing:
            run_and_kill(one, at=random.randrange(1, STATEMENTS), meanwhile=change_twice)
        in_force = known.values_now()
        other = {**in_force, "answer_within_s": 30 if in_force["answer_within_s"] == 40 else 40}
        change_rules(values=other, reason="the last", by=None)
        recompute(as_of=AS_OF)
    assert set(found.seen) <= whole
    assert len(set(found.seen)) > 1
    settled()
    assert service_levels() == (round(Decimal(known.values_now()["answer_within_s"]) / 50, 4),) * 12


@pytest.mark.django_db(transaction=True)
def test_rules_changed_beside_writers_and_recomputes_that_are_killed_end_in_the_truth(
    recomputing: list[Recomputing],
) -> None:
    with writers() as found:
        for one in recomputing:
            run_and_kill(one, at=random.randrange(1, STATEMENTS), meanwhile=change_twice)
    assert min(writer.written for writer in found) > 0
    settled()


@pytest.mark.django_db(transaction=True)
def test_rules_changed_beside_recomputes_in_parallel_end_in_the_truth() -> None:
    def several() -> None:
        for _ in range(4):
            recompute(full=random.random() < 0.3, as_of=AS_OF)
        connection.close()

    with writers():
        threads = [Thread(target=several) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(4):
            change_twice()
        for thread in threads:
            thread.join()
    settled()
