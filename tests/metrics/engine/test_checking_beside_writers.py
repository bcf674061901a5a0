"""The nightly check while others write what it looks at: it waits for nobody for good, and tells nothing untrue."""

from dataclasses import asdict
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from crm.common import locks
from crm.common.retrying import TRIES
from customers.interactions.telephony import checking as checking_calls
from customers.interactions.telephony.calls import work_out_touched
from customers.models import Call, Customer
from customers.registry.derived import Derived
from metrics.engine import checking
from metrics.engine.checking import Found, check, mend_derived
from metrics.engine.recomputing import MonthJob, recompute
from tests.beside import never_ended
from tests.customers.interactions.telephony.test_calls import record
from tests.database import another_connection, triggers_off
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.interactions import InteractionFactory
from tests.threads import begin, end

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_november")]

ENTERED, ANSWERED = "0|1|q|NONE|ENTERQUEUE||030 1234567|1", "9|1|q|SIP/1|CONNECT|9|a|1"


def spoil(statement: str, table: str) -> None:
    with triggers_off(table), connection.cursor() as cursor:
        cursor.execute(statement)


def hold(session: Any, key: locks.Key) -> None:
    session.execute("SELECT pg_advisory_xact_lock(%s, %s)", key)


def test_a_call_that_goes_on_while_it_is_checked_is_not_told_as_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    system = SourceSystemFactory.create()
    record(system, ENTERED)
    lines = [ANSWERED]

    def overtaken(**of: Any) -> None:
        """The call is answered after its events are read, and before it is read itself."""
        work_out_touched(**of)
        if lines:
            end(begin(partial(record, system, lines.pop())))

    monkeypatch.setattr(checking_calls, "work_out_touched", overtaken)
    assert mend_derived() == []
    assert Call.objects.get().outcome == "answered"


def test_a_busy_telephone_system_costs_its_calls_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    system = SourceSystemFactory.create()
    record(system, ENTERED, ANSWERED)
    customer = CustomerFactory.create(last_contact_at=None)
    InteractionFactory.create(customer=customer)
    spoil("UPDATE customers_call SET waited_ms = 1", "customers_call")
    with another_connection() as other, monkeypatch.context() as patched:
        hold(other, locks.calls(system.pk))
        patched.setattr(locks, "JOB_PATIENCE_S", 0.05)
        run = check()
    assert run.found == [asdict(Found("rows", "last_contact", 1)), asdict(Found("left", "call", 1))]
    assert run.finished_at is not None
    assert mend_derived() == [Found("rows", "call", 1)]


def test_a_month_that_is_being_computed_is_left_to_another_night(monkeypatch: pytest.MonkeyPatch) -> None:
    record(SourceSystemFactory.create(), ENTERED, ANSWERED)
    recompute()
    month = MonthJob.hold
    with another_connection() as other, monkeypatch.context() as patched:
        patched.setattr(locks, "JOB_PATIENCE_S", 0.05)

        def taken(job: MonthJob, cursor: CursorWrapper) -> None:
            hold(other, job._key)
            month(job, cursor)

        patched.setattr(MonthJob, "hold", taken)
        run = check()
    assert {each["what"] for each in run.found} == {"unchecked"}
    assert asdict(Found("unchecked", "call", 1)) in run.found
    assert run.finished_at is not None
    assert check().found == []


def test_a_deadlock_costs_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = CustomerFactory.create_batch(2)
    met: list[int] = []

    def mend(cursor: CursorWrapper, ids: list[int]) -> int:
        """One after the other; the other session has the second, and asks for the first once that is ours."""
        cursor.execute("UPDATE customers_customer SET city = 'Rome' WHERE id = %s", [first.pk])
        met.append(len(met))
        if len(met) == 1:
            other.start(f"UPDATE customers_customer SET city = 'Oslo' WHERE id = {first.pk}")
            other.wait_until_it_waits()
            other.start_to_commit()
        cursor.execute("UPDATE customers_customer SET city = 'Rome' WHERE id = %s", [second.pk])
        return len(ids)

    def find(_cursor: CursorWrapper, first: int, after: int) -> list[int]:
        return [pk for pk in Customer.objects.values_list("pk", flat=True) if first <= pk < after]

    derived = Derived(key="city", label="cities", table="customers_customer", find=find, mend=mend)
    monkeypatch.setattr(checking, "all_derived", lambda: [derived])
    with never_ended() as other:
        other.start(f"SELECT FROM customers_customer WHERE id = {second.pk} FOR UPDATE").result(timeout=30)
        assert mend_derived() == [Found("rows", "city", 2)]
    assert 2 <= len(met) <= TRIES  # on a busy machine the other may wake late, and meet us once more
    assert set(Customer.objects.values_list("city", flat=True)) == {"Rome"}
