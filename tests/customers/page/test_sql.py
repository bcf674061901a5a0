"""The timeline's statement: one probe of an index a source, whatever the customer has."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from customers.models import Interaction, Order, Payment
from customers.page.reading import EVERYTHING, Narrowing, Place
from customers.page.timeline import PAGE_SIZE, Timeline, timeline
from tests.conftest import UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, PaymentFactory
from tests.plans import ran

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_all_sources_come_page_by_page_none_twice_none_lost(user_for: UserFor) -> None:
    """Many of one moment and of one day, in every source."""
    customer, reader = CustomerFactory.create(), user_for("sales")
    for number in range(12):
        at = AT + timedelta(days=number // 4)
        InteractionFactory.create(customer=customer, occurred_at=at)
        OrderFactory.create(customer=customer, placed_at=at)
        SurveyAnswerFactory.create(customer=customer, answered_at=at)
        invoice = InvoiceFactory.create(customer=customer, issued_on=at.date(), due_on=at.date())
        PaymentFactory.create(invoice=invoice, paid_on=at.date())

    found: list[tuple[datetime, str, int]] = []
    cursor = ""
    while True:
        shown: Timeline = timeline(customer=customer, user=reader, cursor=cursor, narrowing=EVERYTHING)
        found += [(entry.at, entry.icon, entry.pk) for entry in shown.entries]
        if not (cursor := shown.next_cursor):
            break
    assert (len(found), len(set(found))) == (60, 60)
    assert [at for at, _icon, _pk in found] == sorted((at for at, _icon, _pk in found), reverse=True)


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.parametrize("narrowing", [EVERYTHING, Narrowing(kind="contacts", part="phone")])
@pytest.mark.parametrize("minutes", [None, 1000])
def test_of_a_long_history_no_more_is_read_than_a_page(
    minutes: int | None, narrowing: Narrowing, user_for: UserFor, settings: Settings
) -> None:
    settings.DATABASE_PREPARES = False
    customer, reader = CustomerFactory.create(), user_for("sales")
    Interaction.objects.bulk_create(
        Interaction(customer=customer, channel="phone", occurred_at=AT + timedelta(minutes=number))
        for number in range(3000)
    )
    Order.objects.bulk_create(
        Order(
            customer=customer, number=str(number), placed_at=AT + timedelta(minutes=number), amount=1,
            amount_company=1, currency="EUR", status="placed",
        )
        for number in range(3000)
    )  # fmt: skip
    bill = InvoiceFactory.create(customer=customer)
    Payment.objects.bulk_create(
        Payment(invoice=bill, paid_on=AT.date() - timedelta(days=number), amount=1) for number in range(3000)
    )
    place = "" if minutes is None else Place(AT + timedelta(minutes=minutes), "contacts", 7).cursor
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT crm_analyse('customers_interaction'), crm_analyse('customers_order'),"
            " crm_analyse('customers_payment')"
        )
    reader.has_perm("customers.view_customer")
    with CaptureQueriesContext(connection) as queries:
        timeline(customer=customer, user=reader, cursor=place, narrowing=narrowing)

    plan = ran(queries.captured_queries[0]["sql"].replace("%", "%%"))
    for table in ("customers_interaction", "customers_order", "customers_payment")[: 1 if narrowing else 3]:
        read = [node for node in plan if node.get("Relation Name") == table]
        assert not [node for node in read if "Index Name" not in node]
        assert 0 < max(node["Actual Rows"] for node in read) <= PAGE_SIZE + 1  # where arms are merged, as many as shown


def test_a_search_finds_all_page_by_page_whatever_contacts_fill(user_for: UserFor) -> None:
    """Contacts are read first, and bound what is read of the others: at the edges of days, too."""
    customer, reader = CustomerFactory.create(), user_for("sales")
    for number in range(30):
        at = AT + timedelta(hours=number * 5)
        InteractionFactory.create_batch(1 + number % 3, customer=customer, occurred_at=at, subject="about x7")
        InteractionFactory.create(customer=customer, occurred_at=at, subject="another")
        OrderFactory.create(customer=customer, placed_at=at, number=f"x7-{number}")
        invoice = InvoiceFactory.create(customer=customer, issued_on=at.date(), due_on=at.date(), number=f"x7-{number}")
        PaymentFactory.create(invoice=invoice, paid_on=at.date())

    def page(cursor: str) -> Timeline:
        return timeline(customer=customer, user=reader, cursor=cursor, narrowing=Narrowing(text="x7"))

    found: list[tuple[datetime, str, int]] = []
    shown = page("")
    while True:
        found += [(entry.at, entry.icon, entry.pk) for entry in shown.entries]
        if not shown.next_cursor:
            break
        shown = page(shown.next_cursor)
    assert (len(found), len(set(found))) == (150, 150)
    assert [at for at, _icon, _pk in found] == sorted((at for at, _icon, _pk in found), reverse=True)


@pytest.mark.usefixtures("tidy_tables")
def test_a_search_reads_of_the_rest_what_is_no_older_than_the_page_of_contacts(
    user_for: UserFor, settings: Settings
) -> None:
    settings.DATABASE_PREPARES = False
    customer, reader = CustomerFactory.create(), user_for("sales")
    for minutes in range(PAGE_SIZE + 1):
        InteractionFactory.create(customer=customer, occurred_at=AT + timedelta(minutes=minutes), subject="about x7")
    Order.objects.bulk_create(
        Order(
            customer=customer, number=str(number), placed_at=AT - timedelta(minutes=number), amount=1,
            amount_company=1, currency="EUR", status="placed",
        )
        for number in range(3000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_analyse('customers_interaction'), crm_analyse('customers_order')")
    reader.has_perm("customers.view_customer")
    with CaptureQueriesContext(connection) as queries:
        timeline(customer=customer, user=reader, cursor="", narrowing=Narrowing(text="x7"))
    plan = ran(queries.captured_queries[0]["sql"].replace("%", "%%"))
    (read,) = [node for node in plan if node.get("Relation Name") == "customers_order"]
    assert read["Actual Rows"] + read.get("Rows Removed by Filter", 0) == 1
