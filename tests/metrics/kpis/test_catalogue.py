"""Exact figures of each KPI from small sets of facts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings
from django.utils import translation

from customers.models import Call
from metrics.engine.recomputing import recompute
from metrics.engine.series import Point, points
from metrics.kpis import CATALOGUE, UnknownKpi, get_kpi
from metrics.kpis.catalogue import MAIN, variants_of
from metrics.models import LedgerMonth
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import QueueFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
AS_OF = date(2026, 3, 31)


def figure(key: str, *, as_of: date = AS_OF) -> Point:
    recompute(as_of=as_of)
    (total,) = points(kpi=get_kpi(key), first=None, last=None)
    return total


def parts(key: str, **options: Any) -> tuple[Any, Any, int]:
    found = figure(key, **options)
    return found.numerator, found.denominator, found.n


def make_calls(count: int, **fields: Any) -> None:
    system, queue = SourceSystemFactory.create(key="pbx"), QueueFactory.create(name="q")
    start = Call.objects.count()
    Call.objects.bulk_create(
        Call(system=system, queue=queue, callid=str(start + i), entered_at=AT, **fields) for i in range(count)
    )


@pytest.fixture
def icmi(db: None) -> None:
    """1,060 offered: 1,000 answered, 860 of them within 20 s; 60 abandoned, 20 of them within 20 s."""
    make_calls(860, outcome="answered", waited_ms=20_000)
    make_calls(140, outcome="answered", waited_ms=20_001)
    make_calls(20, outcome="abandoned", waited_ms=20_000)
    make_calls(40, outcome="abandoned", waited_ms=20_001)


@pytest.mark.usefixtures("icmi")
class TestServiceLevel:
    def test_leaves_out_those_who_gave_up_within_the_time(self) -> None:
        found = figure("service_level")
        assert (found.numerator, found.denominator, found.n) == (860, 1040, 1040)
        assert found.value is not None
        assert round(found.value, 3) == Decimal("0.827")

    def test_strict_counts_every_abandoned_call(self) -> None:
        found = figure("service_level_strict")
        assert (found.numerator, found.denominator, found.n) == (860, 1060, 1060)
        assert found.value is not None
        assert round(found.value, 3) == Decimal("0.811")


@pytest.mark.django_db
class TestCalls:
    def test_open_calls_count_nowhere(self) -> None:
        make_calls(3, outcome="open")
        assert figure("reject_rate").value is None
        assert figure("service_level").value is None

    def test_an_answered_call_that_goes_on_counts_with_its_wait_only(self) -> None:
        make_calls(1, outcome="answered", waited_ms=3_000, talk_ms=None)
        make_calls(1, outcome="answered", waited_ms=5_000, talk_ms=100_000, hold_ms=7_000, wrap_ms=500)
        assert parts("asa") == (8, 2, 2)
        assert parts("aht") == (Decimal("107.5"), 1, 1)

    def test_waits_and_hang_ups(self) -> None:
        make_calls(1, outcome="answered", waited_ms=10_000)
        make_calls(1, outcome="abandoned", waited_ms=4_999)
        make_calls(1, outcome="abandoned", waited_ms=5_000)
        make_calls(2, outcome="overflowed", waited_ms=60_000)
        make_calls(3, outcome="rejected")
        assert parts("queue_time") == (Decimal("19.999"), 3, 3)
        assert parts("abandon_rate") == (1, 2, 2)
        assert parts("reject_rate") == (3, 8, 8)

    def test_a_mistaken_duration_does_not_stop_the_recompute(self) -> None:
        make_calls(3, outcome="answered", waited_ms=9_000_000_000_000_000, talk_ms=9_000_000_000_000)
        assert figure("asa").n == 3


@pytest.mark.django_db
class TestIssues:
    def contact(self, customer: Any, *, days: float = 0, **fields: Any) -> None:
        InteractionFactory.create(customer=customer, occurred_at=AT + timedelta(days=days), **fields)

    def test_a_chain_goes_on_as_long_as_no_gap_is_longer_than_seven_days(self) -> None:
        customer = CustomerFactory.create()
        for days in (0, 7, 13, 20.001):
            self.contact(customer, days=days)
        assert parts("fcr", as_of=AS_OF) == (1, 2, 2)
        assert parts("contacts_to_resolve", as_of=AS_OF) == (4, 2, 2)

    def test_purposes_and_customers_are_apart_and_channels_are_not(self) -> None:
        customer = CustomerFactory.create()
        self.contact(customer, purpose="refund", channel="phone")
        self.contact(customer, purpose="refund", channel="email", days=1)
        self.contact(customer, purpose="delivery")
        self.contact(CustomerFactory.create(), purpose="refund")
        self.contact(customer, purpose="delivery", is_contact=False, days=2)
        self.contact(customer, purpose="delivery", direction="out", days=2)
        assert parts("fcr") == (2, 3, 3)

    def test_an_issue_counts_once_its_window_has_passed(self) -> None:
        self.contact(CustomerFactory.create())
        last_day_too_early = AT.date() + timedelta(days=6)
        assert figure("fcr", as_of=last_day_too_early).value is None
        assert figure("fcr", as_of=last_day_too_early + timedelta(days=1)).value == 1
        assert figure("fcr", as_of=last_day_too_early).value is None

    def test_its_day_is_that_of_the_first_contact(self) -> None:
        customer = CustomerFactory.create()
        self.contact(customer, days=3)
        recompute(as_of=AS_OF)
        self.contact(customer, days=0)
        recompute(as_of=AS_OF)
        found = points(kpi=get_kpi("fcr"), first=None, last=None, by="day")
        assert [(point.period, point.n) for point in found] == [("2026-03-02", 1)]


@pytest.mark.django_db
class TestSurveys:
    @pytest.mark.parametrize(
        ("key", "scores", "expected"),
        [
            ("csat", [1, 3, 4, 5, 5], (3, 5, 5)),
            ("nps", [0, 6, 7, 8, 9, 10, 10], (1, 7, 7)),
            ("ces", [1, 4, 5, 7], (2, 4, 4)),
        ],
    )
    def test_shares_of_answers(self, key: str, scores: list[int], expected: tuple[int, int, int]) -> None:
        for score in scores:
            SurveyAnswerFactory.create(survey=key, score=score, answered_at=AT)
        SurveyAnswerFactory.create(survey="payment_method", score=None, choice="card", answered_at=AT)
        assert parts(key) == expected

    def test_nps_is_per_hundred(self) -> None:
        for score in (10, 10, 10, 2):
            SurveyAnswerFactory.create(survey="nps", score=score, answered_at=AT)
        assert figure("nps").value == 50


@pytest.mark.django_db
class TestTrade:
    def test_returns_count_and_cancelled_orders_do_not(self) -> None:
        OrderFactory.create(placed_at=AT, lines=[("2", "10.0000", "6"), ("-1", "10.0000", "6"), ("1", "0.0001", None)])
        OrderFactory.create(placed_at=AT, status="cancelled", lines=[("9", "9", "1")])
        OrderFactory.create(placed_at=AT, status="returned", lines=[("1", "5", "1")])
        assert parts("orders") == (1, None, 1)
        assert parts("revenue") == (Decimal("15.0001"), None, 2)
        assert parts("gross_profit") == (8, None, 3)
        assert parts("gross_profit_coverage") == (3, 4, 4)

    def test_what_is_due_counts_whole_from_the_day_after(self) -> None:
        due = date(2026, 3, 10)
        InvoiceFactory.create(due_on=due, amount=Decimal(100), paid_on_time=Decimal(60))
        InvoiceFactory.create(due_on=due, amount=Decimal(100), amount_company=Decimal(90), paid_on_time=Decimal(100))
        InvoiceFactory.create(due_on=due, amount=Decimal(50), paid_on_time=Decimal(0))
        InvoiceFactory.create(due_on=due, amount=Decimal(-70))
        assert parts("on_time_payment", as_of=due) == (150, 150, 2)
        assert parts("on_time_payment", as_of=due + timedelta(days=1)) == (150, 240, 3)
        assert parts("on_time_payment", as_of=due - timedelta(days=1)) == (150, 150, 2)


def test_ledger(db: None) -> None:
    for month, revenue in ((1, 1000), (2, 3000)):
        own = {"revenue": revenue, "cost_of_sales": 400, "operating_cost": 500}
        company = {f"{name}_company": value for name, value in own.items()}
        LedgerMonth.objects.create(
            system=SourceSystemFactory.create(key="erp"), month=date(2026, month, 1), currency="EUR", **own, **company
        )
    assert parts("operating_cost_ratio") == (1000, 4000, 2)
    assert figure("operating_cost_ratio").value == Decimal("0.25")
    assert parts("profit") == (2200, None, 2)


def test_keys_and_variants() -> None:
    assert [kpi.key for kpi in MAIN] == [
        "csat", "nps", "ces", "service_level", "asa", "queue_time", "abandon_rate", "reject_rate", "aht",
        "fcr", "contacts_to_resolve", "orders", "revenue", "gross_profit", "on_time_payment",
        "operating_cost_ratio", "profit", "hygiene",
    ]  # fmt: skip
    assert [kpi.key for kpi in variants_of(get_kpi("service_level"))] == ["service_level_strict"]


def test_an_unknown_key_names_those_there_are() -> None:
    with pytest.raises(UnknownKpi, match=r"no KPI 'speed'.*csat, nps"):
        get_kpi("speed")


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=list(CATALOGUE))
def test_every_kpi_explains_itself(kpi: Any) -> None:
    with translation.override("en"), override_settings(LANGUAGE_CODE="en"):
        for text in (kpi.name, kpi.definition, kpi.formula, kpi.data_source, kpi.misuse):
            assert str(text)
    assert set(kpi.trade_offs) <= set(CATALOGUE)
    assert kpi.version == kpi.revision
