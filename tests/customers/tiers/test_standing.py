from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.common.days import today
from customers.models import Customer, CustomerFigures, FigureMark, FiguresClock, Tier, TierPolicy
from customers.tiers import tiering
from customers.tiers.standing import STANDING, NextTier, earned_tier, next_tier, standing
from customers.tiers.tiering import Rule
from customers.trade.figures import refresh_figures
from tests.conftest import NOON
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.trade import InvoiceFactory, OrderFactory
from tests.plans import nodes, ran

pytestmark = pytest.mark.usefixtures("in_november")
GOLD, SILVER, BRONZE = (Tier(pk=n, key=key, rank=n) for n, key in enumerate(("gold", "silver", "bronze"), start=1))
RULES = [
    Rule(tier=GOLD, min_value=Decimal(5000), min_on_time=Decimal("0.8")),
    Rule(tier=SILVER, min_value=Decimal(1000), min_on_time=None),
    Rule(tier=BRONZE, min_value=None, min_on_time=None),
]


@pytest.mark.parametrize(
    ("value", "on_time", "earned"),
    [
        ("5000", "0.8", GOLD),
        ("5000", None, GOLD),
        ("5000", "0.79", SILVER),
        ("999.99", "1", BRONZE),
        ("-5", None, BRONZE),
    ],
)
def test_the_first_rule_met_decides(value: str, on_time: str | None, earned: Tier) -> None:
    assert earned_tier(RULES, Decimal(value), Decimal(on_time) if on_time else None) is earned
    assert earned_tier([], Decimal(value), None) is None


def test_what_is_missing_to_the_next_tier() -> None:
    assert next_tier(RULES, SILVER, Decimal(4000), Decimal("0.5")) == NextTier(
        tier=GOLD, missing_value=Decimal(1000), needed_on_time=Decimal("0.8")
    )
    assert next_tier(RULES, BRONZE, Decimal(4000), None) == NextTier(
        tier=SILVER, missing_value=Decimal(0), needed_on_time=None
    )
    assert next_tier(RULES, None, Decimal(0), None) == NextTier(
        tier=BRONZE, missing_value=Decimal(0), needed_on_time=None
    )
    assert next_tier(RULES, GOLD, Decimal(0), None) is None


@pytest.mark.django_db
def test_the_page_says_what_retier_decided() -> None:
    customer = CustomerFactory()
    OrderFactory(customer=customer, lines=[("1", "6000", "500"), ("1", "100", None)])
    OrderFactory(customer=customer, status="cancelled", lines=[("1", "9000", "1")])
    InvoiceFactory(customer=customer, due_on=today() - timedelta(days=3), amount=Decimal(100), paid=Decimal(50),
                   paid_on_time=Decimal(50))  # fmt: skip
    InvoiceFactory(customer=customer, due_on=today() + timedelta(days=3), amount=Decimal(70))
    tiering.retier()
    shown = standing(customer_id=customer.pk, today=today())
    figures = customer.tier_assignments.get().figures
    assert (str(round(shown.value, 2)), str(round(shown.due, 2))) == (figures["value"], figures["due"])
    assert (shown.value, shown.revenue, shown.on_time) == (Decimal(5600), Decimal(6100), Decimal("0.5"))
    assert (shown.orders, shown.ordered) == (1, Decimal(6100))
    assert (shown.open, shown.overdue, shown.overdue_count) == (Decimal(120), Decimal(50), 1)
    assert (str(shown.tier), str(shown.earned), shown.is_about_to_move) == ("Bronze", "Bronze", False)
    assert shown.assigned is not None
    assert (shown.assigned.since, shown.assigned.by_person) == (today(), False)


@pytest.mark.django_db
def test_a_person_s_decision_is_not_about_to_move() -> None:
    customer = CustomerFactory()
    TierAssignmentFactory(
        customer=customer, tier=Tier.objects.get(key="gold"), valid=(date(2026, 1, 1), None), reason="override"
    )
    shown = standing(customer_id=customer.pk, today=today())
    assert (str(shown.tier), str(shown.earned), shown.is_about_to_move) == ("Gold", "Bronze", False)


@pytest.mark.django_db
def test_without_a_policy_there_are_figures_only() -> None:
    TierPolicy.objects.all().delete()
    customer: Customer = CustomerFactory()
    shown = standing(customer_id=customer.pk, today=today())
    assert (shown.value, shown.tier, shown.earned, shown.next) == (Decimal(0), None, None, None)


@pytest.mark.django_db
def test_the_newest_published_policy_is_the_one_that_counts() -> None:
    newest = {"published_at": NOON, "rules": [{"tier": "gold"}]}
    TierPolicy.objects.create(version=3, measure="revenue", window_months=6, **newest)
    TierPolicy.objects.create(version=2, measure="profit", window_months=9, **newest)
    TierPolicy.objects.create(version=4, measure="profit", window_months=1, rules=[{"tier": "silver"}])
    shown = standing(customer_id=CustomerFactory.create().pk, today=date(2026, 8, 31))
    assert (shown.measure, shown.months, shown.first, str(shown.earned)) == ("revenue", 6, date(2026, 3, 1), "Gold")


@pytest.mark.django_db
def test_it_reads_of_one_customer_only() -> None:
    """A function that the planner does not write out adds up everybody's invoices, to take those of one."""
    plan = nodes(STANDING, {"customer": 1, "today": today()})
    assert [node["Function Name"] for node in plan if node["Node Type"] == "Function Scan"] == []


SECRET = Decimal(12345)
"""A kept figure that is wrong, so that it shows where figures come from."""


def is_kept(customer: Customer) -> bool:
    CustomerFigures.objects.filter(customer=customer).update(revenue=SECRET)
    return standing(customer_id=customer.pk, today=today()).revenue == SECRET


def bought_and_billed() -> Customer:
    customer: Customer = CustomerFactory()
    OrderFactory(customer=customer, lines=[("1", "6000", "500"), ("1", "100", None)])
    OrderFactory(customer=customer, status="cancelled", lines=[("1", "9000", "1")])
    InvoiceFactory(customer=customer, due_on=today() - timedelta(days=3), amount=Decimal(100), paid=Decimal(50),
                   paid_on_time=Decimal(50))  # fmt: skip
    InvoiceFactory(customer=customer, due_on=today() + timedelta(days=3), amount=Decimal(70))
    return customer


@pytest.mark.django_db
def test_the_figures_kept_for_lists_say_the_same_once_they_have_followed() -> None:
    bought, owing, bare = bought_and_billed(), InvoiceFactory(due_on=today()).customer, CustomerFactory()
    afresh = [standing(customer_id=each.pk, today=today()) for each in (bought, owing, bare)]
    refresh_figures()
    assert [standing(customer_id=each.pk, today=today()) for each in (bought, owing, bare)] == afresh
    assert is_kept(bought)


@pytest.mark.django_db
def test_nothing_is_added_up_where_figures_are_kept() -> None:
    customer = bought_and_billed()
    asked = {"customer": customer.pk, "today": today()}
    trade = {"customers_order", "customers_orderline", "customers_invoice"}

    def trade_read() -> set[str]:
        return {
            str(node["Relation Name"]) for node in ran(STANDING, asked)
            if node.get("Relation Name") in trade and node["Actual Loops"]
        }  # fmt: skip

    assert trade_read() == trade
    refresh_figures()
    assert trade_read() == set()


@pytest.mark.django_db
class TestAddsUpItself:
    def test_while_figures_are_to_follow_a_mark(self) -> None:
        customer = bought_and_billed()
        refresh_figures()
        OrderFactory(customer=customer, lines=[("1", "5", None)])
        assert standing(customer_id=customer.pk, today=today()).revenue == Decimal(6105)
        assert not is_kept(customer)
        FigureMark.objects.all().delete()
        assert is_kept(customer)

    def test_while_the_clock_has_not_come_to_the_customer_today(self) -> None:
        customer = bought_and_billed()
        refresh_figures()
        FiguresClock.objects.update(up_to=customer.pk)
        assert is_kept(customer)
        FiguresClock.objects.update(up_to=customer.pk - 1)
        assert not is_kept(customer)
        FiguresClock.objects.update(up_to=None, day=today() - timedelta(days=1))
        assert not is_kept(customer)
        FiguresClock.objects.all().delete()
        assert not is_kept(customer)

    def test_where_figures_are_of_another_day_or_of_before_they_were_kept(self) -> None:
        customer = bought_and_billed()
        refresh_figures()
        CustomerFigures.objects.update(as_of=today() + timedelta(days=1))
        assert not is_kept(customer)
        CustomerFigures.objects.update(as_of=today(), orders=None)
        assert not is_kept(customer)

    def test_where_the_policy_looks_back_over_other_months(self) -> None:
        customer = bought_and_billed()
        refresh_figures()
        TierPolicy.objects.update(window_months=6)
        assert not is_kept(customer)
