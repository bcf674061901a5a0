from datetime import date

import pytest
from django.db import connection

from crm.common import locks
from customers.models import Call, Customer, Interaction, Invoice, Order, TierMark
from customers.tiers.following import follow
from tests.customers.tiers.histories import at, tier
from tests.database import another_connection
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.telephony import CallFactory
from tests.factories.tiers import TierAssignmentFactory, TierMarkFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
NONE = (None, None, None)


@pytest.fixture
def customer() -> Customer:
    """In silver from February, in gold from March; an order, a bill, a call of each month, written without a tier."""
    made = CustomerFactory.create()
    for key, first, until in (("silver", FEBRUARY, MARCH), ("gold", MARCH, None)):
        TierAssignmentFactory.create(customer=made, tier=tier(key), valid=(first, until))
    for day in (JANUARY, FEBRUARY, MARCH):
        OrderFactory.create(customer=made, placed_at=at(day))
        InvoiceFactory.create(customer=made, issued_on=JANUARY, due_on=day)
        CallFactory.create(
            entered_at=at(day), interaction=InteractionFactory.create(customer=made, occurred_at=at(day))
        )
    return made


def tiers() -> set[tuple[str | None, ...]]:
    """Of each kind of fact those of January, February and March."""
    orders = Order.objects.order_by("day", "pk").values_list("tier__key", flat=True)
    bills = Invoice.objects.order_by("due_on", "pk").values_list("tier__key", flat=True)
    contacts = Interaction.objects.order_by("day", "pk").values_list("tier__key", flat=True)
    calls = Call.objects.order_by("day", "pk").values_list("tier__key", flat=True)
    return {tuple(found) for found in (orders, bills, contacts, calls)}


def test_facts_of_whoever_is_marked_follow_from_the_first_marked_day_on(customer: Customer) -> None:
    Order.objects.filter(day=JANUARY).update(tier=tier("gold"))  # an earlier day is not looked at
    for day in (MARCH, FEBRUARY):
        TierMarkFactory.create(customer_id=customer.pk, from_day=day)
    follow()
    assert tiers() == {("gold", "silver", "gold"), (None, "silver", "gold")}
    assert not TierMark.objects.exists()


def test_nobody_else_s_facts_follow_and_without_marks_none(customer: Customer) -> None:
    follow()
    TierMarkFactory.create(customer_id=customer.pk + 1, from_day=JANUARY)
    TierMarkFactory.create(customer_id=customer.pk, from_day=date(2026, 3, 2))
    follow()
    assert tiers() == {NONE}


def test_a_call_goes_by_the_customer_of_its_own_contact(customer: Customer) -> None:
    other = CallFactory.create(entered_at=at(MARCH), interaction=InteractionFactory.create(occurred_at=at(MARCH)))
    TierMarkFactory.create(customer_id=customer.pk, from_day=JANUARY)
    follow()
    assert Call.objects.exclude(pk=other.pk).filter(tier=tier("gold")).count() == 1
    assert Call.objects.get(pk=other.pk).tier is None


def test_who_is_in_no_tier_any_more_has_facts_without_one(customer: Customer) -> None:
    TierMarkFactory.create(customer_id=customer.pk, from_day=FEBRUARY)
    follow()
    customer.tier_assignments.filter(tier=tier("gold")).delete()
    TierMarkFactory.create(customer_id=customer.pk, from_day=MARCH)
    follow()
    assert tiers() == {(None, "silver", None)}


def test_facts_of_the_days_between_two_tiers_are_in_none(customer: Customer) -> None:
    """Also those before the first, after the last, and of whoever is in none at all."""
    customer.tier_assignments.filter(tier=tier("silver")).update(valid=(None, FEBRUARY))
    customer.tier_assignments.filter(tier=tier("gold")).update(valid=(MARCH, date(2026, 3, 2)))
    OrderFactory.create(customer=customer, placed_at=at(date(2026, 3, 2)), tier=tier("gold"))
    never = OrderFactory.create(placed_at=at(MARCH), tier=tier("gold"))
    Order.objects.filter(day=FEBRUARY).update(tier=tier("gold"))
    for pk in (customer.pk, never.customer_id):
        TierMarkFactory.create(customer_id=pk, from_day=JANUARY)
    follow()
    assert tiers() - {("silver", None, "gold")} == {("silver", None, "gold", None, None)}


def test_facts_that_are_right_are_not_written(customer: Customer) -> None:
    TierMarkFactory.create(customer_id=customer.pk, from_day=JANUARY)
    follow()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE before AS SELECT ctid AS place FROM customers_invoice")
        TierMarkFactory.create(customer_id=customer.pk, from_day=JANUARY)
        follow()
        cursor.execute("SELECT count(*) FROM customers_invoice i JOIN before ON place = i.ctid")
        assert cursor.fetchone() == (3,)


def test_another_who_is_at_it_is_left_to_it(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "JOB_PATIENCE_S", 0.01)
    TierMarkFactory.create(customer_id=customer.pk, from_day=FEBRUARY)
    with another_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.TIER_MARKS)
        follow(wait=False)
        with pytest.raises(locks.Busy):
            follow()
    assert tiers() == {NONE}
    assert TierMark.objects.get().from_day == FEBRUARY
