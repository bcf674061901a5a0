"""The nightly check finds what no trigger saw, by the rows that departments delivered, and has it put right."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from crm.common import locks
from customers.models import Call, Customer, Invoice, OrderLine
from customers.registry.derived import all_derived
from metrics.engine import issues, keeping
from metrics.engine.checking import Found, check, check_built, check_figures, check_month, forget_old_runs, mend_derived
from metrics.engine.definitions import Definition
from metrics.engine.recomputing import MonthJob, definitions, recompute
from metrics.engine.rules import USUAL
from metrics.engine.series import points
from metrics.kpis import get_kpi
from metrics.kpis.calls import CALLS
from metrics.kpis.trade import INVOICES
from metrics.models import CheckRun, Issue, IssueMark, Mark, RecomputeRun, Rollup
from tests.beginnings import MadeOnce
from tests.conftest import NOON
from tests.customers.interactions.telephony.test_calls import record
from tests.database import another_connection, triggers_off
from tests.factories.accounts import TeamFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.telephony import CallFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, ProductFactory
from tests.metrics import truth

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
AT = datetime(2026, 3, 2, tzinfo=UTC)
LINE, INVOICE, CALL = "customers_orderline", "customers_invoice", "customers_call"


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def unseen(statement: str, *tables: str) -> None:
    with triggers_off(*tables):
        execute(statement)


@pytest.fixture(scope="class")
def company(made_once_for_the_class: MadeOnce) -> None:
    made_once_for_the_class(two_of_everything)


def two_of_everything() -> None:
    """The figures computed."""
    for number in range(2):
        at = AT + timedelta(days=40 * number)
        order = OrderFactory.create(placed_at=at, team=TeamFactory.create(), lines=[("2", "10", None), ("1", "7", "3")])
        order.lines.update(product=ProductFactory.create(unit_cost=Decimal(4)))
        InvoiceFactory.create(due_on=at.date(), amount=Decimal(90), paid=Decimal(90), paid_on_time=Decimal(50))
        CallFactory.create(entered_at=at)
        InteractionFactory.create(occurred_at=at)
    execute("UPDATE customers_customer SET last_contact_at = (SELECT at FROM crm_last_contact(id))")
    recompute()


def figure(kpi: str) -> Decimal | None:
    (found,) = points(kpi=get_kpi(kpi), first=None, last=None)
    return found.value


def lines() -> list[tuple[Any, ...]]:
    columns = ("day", "counted", "team_id", "tier_id", "product_group_id", "cost_company")
    return list(OrderLine.objects.order_by("pk").values_list(*columns))


def invoices() -> list[tuple[Any, ...]]:
    return list(Invoice.objects.order_by("pk").values_list("paid", "paid_on_time", "settled_on"))


def contacted() -> list[tuple[Any, ...]]:
    return list(Customer.objects.order_by("pk").values_list("last_contact_at"))


@pytest.mark.usefixtures("company")
class TestDerivedColumns:
    def test_nothing_is_found_when_all_is_well(self) -> None:
        run = check()
        assert (run.found, Mark.objects.count(), IssueMark.objects.count()) == ([], 0, 0)
        assert run.finished_at is not None

    @pytest.mark.parametrize(
        ("statement", "table", "kept", "key", "rows"),
        [
            (f"UPDATE {LINE} SET counted = false", LINE, lines, "order_line", 4),
            (f"UPDATE {LINE} SET day = day + 31, team_id = NULL WHERE unit_cost = 3", LINE, lines, "order_line", 2),
            (f"UPDATE {LINE} SET tier_id = 7, product_group_id = NULL", LINE, lines, "order_line", 4),
            (f"UPDATE {LINE} SET cost_company = 1", LINE, lines, "order_line", 2),  # where the line has none of its own
            (f"UPDATE {INVOICE} SET paid_on_time = 0", INVOICE, invoices, "invoice", 2),
            (f"UPDATE {INVOICE} SET paid = 0, settled_on = NULL", INVOICE, invoices, "invoice", 2),
            (
                "UPDATE customers_customer SET last_contact_at = NULL",
                "customers_customer",
                contacted,
                "last_contact",
                2,
            ),
        ],
    )
    def test_what_was_changed_behind_the_triggers_is_written_anew(
        self, statement: str, table: str, kept: Callable[[], list[Any]], key: str, rows: int
    ) -> None:
        OrderLine.objects.filter(unit_cost__isnull=False).update(cost_company=Decimal(1))
        before = kept()
        recompute()
        unseen(statement, table)
        assert kept() != before
        assert mend_derived() == [Found("rows", key, rows)]
        assert kept() == before
        assert mend_derived() == []

    @pytest.mark.parametrize(
        ("statement", "table", "kpi"),
        [
            ("UPDATE customers_order SET status = 'cancelled' WHERE day < '2026-04-01'", "customers_order", "revenue"),
            ("DELETE FROM customers_payment WHERE paid_on < '2026-04-01'", "customers_payment", "on_time_payment"),
            ("UPDATE customers_payment SET paid_on = paid_on + 5", "customers_payment", "on_time_payment"),
            ("UPDATE customers_product SET unit_cost = 9", "customers_product", "gross_profit"),
        ],
    )  # fmt: skip
    def test_a_source_row_that_changed_unseen_shows_in_the_figures_after_the_next_recompute(
        self, statement: str, table: str, kpi: str
    ) -> None:
        before = figure(kpi)
        unseen(statement, table)
        recompute()
        if table != "customers_order":
            assert figure(kpi) == before
        check()
        recompute()
        assert figure(kpi) != before
        assert truth.shown_by_day() == truth.all_by_day(now=NOON)

    def test_the_record_says_what_was_found_and_every_other_check_finds_nothing(self) -> None:
        unseen(f"UPDATE {LINE} SET counted = false WHERE unit_cost = 3", LINE)
        unseen(f"UPDATE {INVOICE} SET paid = 0", INVOICE)
        first, second = check(), check()
        assert first.found == [asdict(Found("rows", "order_line", 2)), asdict(Found("rows", "invoice", 2))]
        assert second.found == []
        assert list(CheckRun.objects.values_list("found", flat=True)) == [[], first.found]


class TestCalls:
    """Calls are held against the lines of the queue log."""

    @pytest.fixture
    def call(self) -> Call:
        record(
            SourceSystemFactory.create(), "0|1|q|NONE|ENTERQUEUE||030 1234567|1", "9|1|q|SIP/1|CONNECT|9|a|1",
            "39|1|q|SIP/1|COMPLETEAGENT|9|30|1",
        )  # fmt: skip
        CallFactory.create(entered_at=AT)  # without events: nothing is known against it
        recompute()
        return Call.objects.get(callid="1")

    @pytest.mark.parametrize(
        "change",
        ["waited_ms = 99", "talk_ms = NULL", "outcome = 'abandoned'", "answered_at = NULL", "team_id = {team}"],
    )
    def test_a_call_is_what_its_events_tell(self, call: Call, change: str) -> None:
        kept = list(Call.objects.filter(pk=call.pk).values())
        unseen(f"UPDATE {CALL} SET {change.format(team=TeamFactory.create().pk)} WHERE id = {call.pk}", CALL)
        assert list(Call.objects.filter(pk=call.pk).values()) != kept
        assert mend_derived() == [Found("rows", "call", 1)]
        assert list(Call.objects.filter(pk=call.pk).values()) == kept
        assert Mark.objects.exists()
        assert mend_derived() == []


@pytest.mark.usefixtures("company")
class TestIssues:
    def test_issues_that_the_contacts_do_not_give_are_built_again(self) -> None:
        kept = list(Issue.objects.order_by("first_at").values_list("customer_id", "contacts"))
        Issue.objects.filter(first_at=AT).update(contacts=5)
        Issue.objects.exclude(first_at=AT).delete()
        assert check_built() == [Found("built", "issue", 2)]
        assert check_built() == []  # whoever is marked may differ yet
        recompute()
        assert list(Issue.objects.order_by("first_at").values_list("customer_id", "contacts")) == kept

    def test_a_contact_that_no_trigger_saw_is_found(self) -> None:
        unseen("UPDATE customers_interaction SET purpose = 'repair'", "customers_interaction")
        assert check_built() == [Found("built", "issue", 4)]  # two that are no more, two that are not there yet

    def test_before_they_were_ever_built_there_is_nothing_to_hold_them_against(self) -> None:
        execute("DELETE FROM metrics_clock")
        Issue.objects.all().delete()
        assert check_built() == []

    def test_by_a_window_that_another_has_ended_nothing_is_held_against_them(self) -> None:
        Issue.objects.update(contacts=5)
        issues._begin(24)
        assert issues.check_range(issues.customer_ranges()[0], hours=168) == 0
        assert not IssueMark.objects.exists()


def test_issues_are_held_against_nothing_while_somebody_begins_to_build_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "JOB_PATIENCE_S", 0.01)
    with another_connection() as session:
        session.execute("SELECT pg_advisory_xact_lock(%s, %s)", issues.CHAINS)
        with pytest.raises(locks.Busy):
            issues.check_range(0, hours=168)


class TestFigures:
    def test_finds_nothing_when_all_is_well(self) -> None:
        CallFactory.create(entered_at=AT)
        recompute()
        assert check_figures() == []

    def test_finds_what_no_trigger_saw_and_has_it_rebuilt(self) -> None:
        CallFactory.create(entered_at=AT)
        recompute()
        with triggers_off(CALL):
            CallFactory.create(entered_at=AT, waited_ms=500)
        recompute()
        (calls,) = definitions([CALLS])
        (found,) = check_month(MonthJob(calls, AT.date().replace(day=1)))
        assert (found.source, found.cell[0]) == ("call", AT.date())
        assert found.stored is not None
        assert found.fresh is not None
        assert (found.stored[0], found.fresh[0]) == (1, 2)
        recompute()
        assert Rollup.objects.get().sums[0] == 2
        assert check_figures() == []

    def test_they_stand_in_the_record(self) -> None:
        InvoiceFactory.create(due_on=AT.date())
        recompute()
        Rollup.objects.filter(source=INVOICES.number).update(sums=[1, 2, 3])
        assert check().found == [asdict(Found("figures", "invoice", 1))]

    def test_a_cell_that_is_marked_is_no_difference(self) -> None:
        CallFactory.create(entered_at=AT)
        recompute()
        CallFactory.create(entered_at=AT)
        assert check_figures() == []

    def test_of_a_version_that_is_not_whole_any_more_when_its_month_is_held_nothing_differs(self) -> None:
        CallFactory.create(entered_at=AT)
        recompute()
        other = Definition(CALLS, {**USUAL, "answer_within_s": 30})
        keeping.open_version(other)
        Mark.objects.all().delete()
        assert check_month(MonthJob(other, AT.date())) == []


def test_records_are_kept_for_a_month() -> None:
    now = NOON
    for model in (RecomputeRun, CheckRun):
        model.objects.create(started_at=now - timedelta(days=31))
        kept = model.objects.create(started_at=now - timedelta(days=29))
        forget_old_runs()
        assert list(model.objects.all()) == [kept]


def test_what_is_derived_is_told_once() -> None:
    assert [each.key for each in all_derived()] == [
        "order_line", "invoice", "payment", "call", "last_contact", "figures", "customer_spelling", "hygiene",
        "groups", "contact_spelling", "ledger",
    ]  # fmt: skip
