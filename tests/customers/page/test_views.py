from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.common.audit.acting import acting
from crm.common.days import today
from customers.models import Customer, Visit
from customers.tiers import tiering
from tests.conftest import ClientFor
from tests.factories.accounts import UserFactory
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def fill(customer: Customer, rows: int) -> None:
    for _number in range(rows):
        record = SourceRecordFactory.create(customer=customer)
        contact = ContactFactory.create(customer=customer)
        ContactPointFactory.create(customer=customer, source_record=record)
        ContactPointFactory.create(customer=customer, contact=contact, source_record=record)
        OrderFactory.create(customer=customer, lines=[("1", "6000", "500")])
        InvoiceFactory.create(customer=customer, due_on=today() - timedelta(days=2))
        InteractionFactory.create(customer=customer, contact=contact)
        SurveyAnswerFactory.create(customer=customer, comment="Very good")


def test_shows_everything_known(client_for: ClientFor) -> None:
    customer = CustomerFactory.create(
        name="Acme", email="info@acme.example", phone="030 / 12345678", city="Berlin", tax_id="DE 1", country="DE",
        owner=UserFactory.create(name="Ann Owner"),
    )  # fmt: skip
    fill(customer, 1)
    record = customer.source_records.get()
    Customer.objects.filter(pk=customer.pk).update(provenance={"tax_id": record.pk})
    tiering.retier()
    page = client_for("service").get(f"/customers/{customer.pk}/").content.decode()
    for words in ("Acme", 'href="mailto:info@acme.example"', 'href="tel:03012345678" title="030 / 12345678"',
                  "+49 30 12345678", "Berlin, Germany", "Ann Owner",
                  f"{record.system} {record.external_id}", "owes €100.00", "€100.00 overdue", "Silver", "€5,500",
                  f'title="from {record.system}, since Nov. 15, 2026">DE 1', f"Known to {record.system}",
                  "€100.00 on 1 invoice",
                  "?invoices=overdue#invoices", "Very good", "4 of 5", "Called about question"):  # fmt: skip
        assert words in page


def test_takes_as_many_queries_for_three_of_everything_as_for_one(client_for: ClientFor) -> None:
    client, taken = client_for("sales"), []
    customer = CustomerFactory.create()
    for rows in (1, 2):
        fill(customer, rows)
        tiering.retier()
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/customers/{customer.pk}/")
        taken.append(len(queries))
    assert taken[0] == taken[1] == 7, [q["sql"][:90] for q in queries.captured_queries]


def test_a_customer_who_has_earned_the_first_tier_is_told_to_get_it_tonight(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    assert client.get(f"/customers/{customer.pk}/").content.decode().count("becomes Bronze tonight") == 2
    assert "No tier" not in client.get(f"/customers/{customer.pk}/people/").content.decode()
    tiering.retier()
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert ("tonight" in page, "Bronze" in page) == (False, True)


def test_many_numbers_in_the_sources_are_shortened(client_for: ClientFor) -> None:
    customer, shop = CustomerFactory.create(), SourceSystemFactory.create()
    for number in range(4):
        SourceRecordFactory.create(customer=customer, system=shop, external_id=f"N-{number}")
    SourceRecordFactory.create(customer=customer, external_id="person-1", kind="contacts")
    page = client_for("sales").get(f"/customers/{customer.pk}/").content.decode()
    assert [f"N-{number}" in page for number in range(4)] == [True, True, True, False]
    assert "person-1" not in page


def test_a_customer_of_whom_nothing_is_known(client_for: ClientFor) -> None:
    page = client_for("sales").get(f"/customers/{CustomerFactory.create().pk}/").content.decode()
    for words in (
        "Nothing has happened yet",
        "Has not answered a survey yet.",
        "nothing was due",
    ):
        assert words in page


def test_absent_customer_is_not_found(client_for: ClientFor) -> None:
    assert client_for("sales").get("/customers/4711/").status_code == 404


def test_timeline_narrows_and_goes_on(client_for: ClientFor) -> None:
    customer, start = CustomerFactory.create(), datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(23):
        InteractionFactory.create(
            customer=customer, subject=f"S{number:02d}", occurred_at=start + timedelta(hours=number),
            channel="email" if number == 3 else "phone",
        )  # fmt: skip
    InteractionFactory.create(subject="another's")
    client = client_for("sales")
    first = client.get(f"/customers/{customer.pk}/timeline/", headers={"HX-Request": "true"}).context["timeline"]
    assert [e.about for e in first.entries] == [f"S{n:02d}" for n in range(22, 2, -1)]
    rest = client.get(f"/customers/{customer.pk}/timeline/", {"cursor": first.next_cursor}).context["timeline"]
    assert [e.about for e in rest.entries] == ["S02", "S01", "S00"]
    mails = client.get(f"/customers/{customer.pk}/timeline/?kind=contacts&channel=email").context["timeline"]
    assert [e.about for e in mails.entries] == ["S03"]


@pytest.mark.parametrize("tab", ["orders", "sources", "history", "timeline"])
def test_tabs_take_as_many_queries_for_three_rows_as_for_one(client_for: ClientFor, tab: str) -> None:
    client, taken = client_for("sales"), []
    customer = CustomerFactory.create()
    for rows in (1, 2):
        with acting(user=1):
            fill(customer, rows)
            customer.name += "!"
            customer.save()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/customers/{customer.pk}/{tab}/").status_code == 200
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 10


def test_sources_tell_who_won(client_for: ClientFor) -> None:
    customer = CustomerFactory.create(name="Acme")
    winner = SourceRecordFactory.create(customer=customer, payload={"name": "Acme"})
    SourceRecordFactory.create(customer=customer, payload={"name": "ACME Ltd", "city": "Rome"})
    Customer.objects.filter(pk=customer.pk).update(provenance={"name": winner.pk})
    shown = client_for("sales").get(f"/customers/{customer.pk}/sources/").context["provenance"]
    assert [(row.label, [(one.value, one.won) for one in row.said]) for row in shown.rows] == [
        ("name", [("Acme", True), ("ACME Ltd", False)]),
        ("city", [("", False), ("Rome", False)]),
    ]


def test_history_tells_what_was_before(client_for: ClientFor) -> None:
    customer = CustomerFactory.create(name="First", city="")
    for name, city in (("Second", "Rome"), ("Third", "Rome")):
        Customer.objects.filter(pk=customer.pk).update(name=name, city=city)
    shown = client_for("sales").get(f"/customers/{customer.pk}/history/").context["history"].rows
    assert [(change.who, change.fields) for change in shown] == [
        ("", [("name", "Second", "Third")]),
        ("", [("name", "First", "Second"), ("city", "", "Rome")]),
        ("", []),
    ]
    assert shown[-1].what == "Created"


def test_whoever_opens_the_page_has_visited_the_customer(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    client_for("sales").get(f"/customers/{customer.pk}/")
    assert Visit.objects.values_list("user__email", "customer").get() == ("sales@test.example", customer.pk)


def test_sources_show_what_no_field_took(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    SourceRecordFactory.create(customer=customer, payload={"name": "Acme", "extra": {"备注 <b>": "VIP & co"}})
    page = client_for("sales").get(f"/customers/{customer.pk}/sources/").content.decode()
    for words in ("备注 &lt;b&gt;", "VIP &amp; co", "kept as it came, not used"):
        assert words in page
