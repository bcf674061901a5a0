from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from customers.models import Customer
from customers.page.reading import LARGEST_KEY, Narrowing, Place
from customers.page.timeline import PAGE_SIZE, Timeline, timeline
from customers.registry import page
from customers.registry.page import Before, Reader, TimelineEntry, TimelineSource
from tests import plans
from tests.conftest import UserFor
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory

AT = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.mark.parametrize("narrowed", [False, True])
@pytest.mark.parametrize("contacts", [0, 1, PAGE_SIZE, PAGE_SIZE + 1])
@pytest.mark.django_db
def test_there_is_a_next_page_only_where_something_is_earlier(
    contacts: int, narrowed: bool, user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer, user = CustomerFactory.create(), user_for("sales")
    assert user.has_perm("customers.view_customer")
    for number in range(contacts):
        InteractionFactory.create(customer=customer, subject=f"C{number}", occurred_at=AT + timedelta(hours=number))

    def shown(cursor: str) -> Timeline:
        narrowing = Narrowing(kind="contacts", part="phone") if narrowed else Narrowing()
        return timeline(customer=customer, user=user, cursor=cursor, narrowing=narrowing)

    with django_assert_num_queries(1):
        first = shown("")
    titles = [f"C{number}" for number in reversed(range(contacts))]
    assert [entry.about for entry in first.entries] == titles[:PAGE_SIZE]
    assert bool(first.next_cursor) is (contacts > PAGE_SIZE)
    if first.next_cursor:
        rest = shown(first.next_cursor)
        assert ([entry.about for entry in rest.entries], rest.next_cursor) == (["C0"], "")


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.django_db
def test_of_fifty_thousand_entries_a_page_reads_its_own(user_for: UserFor, settings: Settings) -> None:
    """The newest, those in the middle, and the oldest."""
    settings.DATABASE_PREPARES = False
    customer, user = CustomerFactory.create(), user_for("sales")
    assert user.has_perm("customers.view_customer")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_interaction (customer_id, channel, direction, occurred_at, subject, created_at,"
            "  is_contact, contact_value, contact_normalised, purpose, body, outcome, agent_name)"
            " SELECT %(one)s, 'phone', 'in', %(at)s - i * interval '1 min', i, %(at)s, true, '', '', 'x', '', '', ''"
            " FROM generate_series(0, 49999) i; SELECT crm_analyse('customers_interaction')",
            {"one": customer.pk, "at": AT},
        )
    for newer in (0, 25_000, 49_990):
        place = Place(AT - timedelta(minutes=newer) + timedelta(seconds=1), "contacts", LARGEST_KEY)
        with CaptureQueriesContext(connection) as asked:
            found = timeline(customer=customer, user=user, cursor=place.cursor).entries
        assert [entry.about for entry in found] == [str(one) for one in range(newer, min(newer + PAGE_SIZE, 50_000))]
        (query,) = asked.captured_queries
        assert sum(node["Actual Rows"] for node in plans.ran(query["sql"]) if "Relation Name" in node) < 5 * PAGE_SIZE


@pytest.mark.django_db
def test_of_one_moment_the_larger_key_of_source_and_row_comes_first(user_for: UserFor) -> None:
    customer = CustomerFactory.create()
    answer = SurveyAnswerFactory.create(customer=customer, answered_at=AT)
    first, second = InteractionFactory.create_batch(2, customer=customer, occurred_at=AT)
    found = timeline(customer=customer, user=user_for("sales"), cursor="").entries
    assert [entry.pk for entry in found] == [answer.pk, second.pk, first.pk]


@pytest.mark.django_db
def test_a_source_is_asked_for_those_who_may_see_it_alone(user_for: UserFor, monkeypatch: pytest.MonkeyPatch) -> None:
    customer, asked = CustomerFactory.create(), list[Reader]()

    def entries(_customer: Customer, reader: Reader, _before: Before | None, _limit: int) -> list[TimelineEntry]:
        asked.append(reader)
        return []

    source = TimelineSource(key="parcels", entries=entries, permission="customers.view_customer")
    monkeypatch.setattr(page, "_timeline_sources", {"parcels": source})
    sales, nothing = user_for("sales"), Timeline(entries=[], next_cursor="")
    for user in (UserFactory.create(), sales):
        assert timeline(customer=customer, user=user, cursor="") == nothing
    assert asked == [sales]
