"""Writers write, recomputes run and are killed at any moment: afterwards the figures are the truth."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError, connection

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
# Writes a line before each statement, whichever of its connections sends it.
RECOMPUTE_FOR_EVER = """
import datetime, os, random, django
django.setup()
from django.db.backends.signals import connection_created
from metrics.engine.recomputing import recompute

def tell(execute, *call):
    os.write(1, b"statement\\n")
    return execute(*call)

connection_created.connect(lambda connection, **_: connection.execute_wrappers.append(tell), weak=False)
while True:
    recompute(full=random.random() < 0.5, as_of=datetime.date(2026, 6, 30))
"""


def database_url() -> str:
    found = connection.settings_dict
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


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


def run_and_kill(*, at: int, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Kill it in the midst of its work: when it sends statement number `at`; `meanwhile`: done half way."""
    own = {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen(
        [sys.executable, "-c", RECOMPUTE_FOR_EVER],
        cwd=settings.BASE_DIR,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        for number in range(at):
            if number == at // 2:
                meanwhile()
            assert process.stdout.readline() == b"statement\n"
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.django_db(transaction=True)
def test_killed_recomputes_and_concurrent_writers_leave_no_wrong_figure() -> None:
    with writers() as found:
        for _ in range(KILLS):
            run_and_kill(at=random.randrange(1, STATEMENTS))
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
def test_rules_changed_twice_beside_recomputes_that_are_killed_never_empty_a_figure() -> None:
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
        for _ in range(KILLS):
            run_and_kill(at=random.randrange(1, STATEMENTS), meanwhile=change_twice)
        in_force = known.values_now()
        other = {**in_force, "answer_within_s": 30 if in_force["answer_within_s"] == 40 else 40}
        change_rules(values=other, reason="the last", by=None)
        recompute(as_of=AS_OF)
    assert set(found.seen) <= whole
    assert len(set(found.seen)) > 1
    settled()
    assert service_levels() == (round(Decimal(known.values_now()["answer_within_s"]) / 50, 4),) * 12


@pytest.mark.django_db(transaction=True)
def test_rules_changed_beside_writers_and_recomputes_that_are_killed_end_in_the_truth() -> None:
    with writers() as found:
        for _ in range(KILLS):
            run_and_kill(at=random.randrange(1, STATEMENTS), meanwhile=change_twice)
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
