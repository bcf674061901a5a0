"""The moment at which figures that change by time alone are judged, and what moving it marks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.common.company.current import assumed
from metrics.engine import clock, registry
from metrics.engine.definitions import Definition
from metrics.engine.recomputing import recompute
from metrics.engine.rules import USUAL
from metrics.kpis.calls import CALLS
from metrics.kpis.issues import ISSUES
from metrics.kpis.trade import INVOICES
from metrics.models import Clock, Mark
from tests.factories.trade import InvoiceFactory

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 10)
EVENING = datetime(2026, 3, 10, 20, tzinfo=UTC)
INVOICED = Definition(INVOICES, USUAL)


def marked() -> list[date]:
    days = list(Mark.objects.filter(source=INVOICES.number).values_list("day", flat=True))
    Mark.objects.all().delete()
    return days


def test_only_sources_that_time_changes_have_one() -> None:
    clock.set_to(EVENING, definitions=[Definition(source, USUAL) for source in registry.sources()])
    assert dict(Clock.objects.values_list("key", "done_until")) == {"issue": EVENING, "invoice": EVENING}


def test_moving_it_marks_what_is_judged_otherwise_forwards_and_backwards() -> None:
    InvoiceFactory.create(due_on=DUE)
    recompute(as_of=DUE)
    assert marked() == []
    moments = [EVENING, EVENING + timedelta(days=1), EVENING + timedelta(days=9), EVENING, EVENING]
    found = []
    for moment in moments:
        clock.set_clock(INVOICED, moment=moment)
        found.append(marked())

    assert found == [[], [DUE], [], [DUE], []]
    assert Clock.objects.get(key="invoice").done_until == EVENING


def test_the_first_time_nothing_was_judged_before() -> None:
    InvoiceFactory.create(due_on=DUE)
    recompute(as_of=DUE)
    Clock.objects.filter(key="invoice").delete()
    clock.set_clock(INVOICED, moment=EVENING + timedelta(days=1))
    assert marked() == []


class TestJudgedAt:
    def test_figures_that_time_leaves_alone_are_judged_at_no_moment(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        Clock.objects.create(key="call", done_until=EVENING)
        with django_assert_num_queries(0):
            assert (clock.judged_at([CALLS]), clock.judged_on([CALLS]), clock.judged_at([])) == (None, None, None)

    def test_nor_are_those_that_nobody_has_judged_yet(self) -> None:
        assert (clock.judged_at([INVOICES]), clock.judged_on([INVOICES])) == (None, None)

    def test_of_several_it_is_the_earliest_on_a_day_of_the_company(self) -> None:
        for key, moment in (("issue", EVENING), ("invoice", EVENING + timedelta(days=1))):
            Clock.objects.create(key=key, done_until=moment)

        assert clock.judged_at([INVOICES, CALLS]) == EVENING + timedelta(days=1)
        assert clock.judged_at([INVOICES, ISSUES]) == EVENING
        assert clock.judged_on([INVOICES, ISSUES]) == DUE
        with assumed(time_zone="Asia/Shanghai"):
            assert clock.judged_on([INVOICES, ISSUES]) == DUE + timedelta(days=1)
