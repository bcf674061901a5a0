from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from customers.models import Customer, Interaction, Outcome, Tier
from customers.page.home import MyNews, my_news, recently_viewed, unmatched
from tests.conftest import UserFor
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory, OutcomeFactory
from tests.factories.notes import FollowFactory, VisitFactory
from tests.factories.to_do import TaskFactory
from tests.factories.trade import InvoiceFactory, OrderFactory
from tests.plans import ran

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def ann(user_for: UserFor) -> User:
    return user_for("sales")


def contact(customer: Customer, at: datetime, **said: Any) -> Interaction:
    Customer.objects.filter(pk=customer.pk).update(last_contact_at=at)
    return InteractionFactory.create(customer=customer, occurred_at=at, **said)


def news(user: User, limit: int = 10) -> MyNews:
    return my_news(user=user, now=NOW, limit=limit)


def counts(user: User) -> dict[str, tuple[int, int, int]]:
    return {str(one.customer): (one.contacts, one.orders, one.invoices) for one in news(user).rows}


def waiting(user: User) -> dict[str, datetime]:
    return {str(one.customer): one.waits_since for one in news(user).rows if one.waits_since}


class TestNews:
    def test_is_what_happened_since_i_last_looked(self, ann: User) -> None:
        acme = CustomerFactory.create(name="Acme", owner=ann)
        VisitFactory.create(user=ann, customer=acme, at=NOW - 2 * DAY)
        contact(acme, NOW - 3 * DAY, direction="out")
        contact(acme, NOW - DAY, direction="out")
        contact(acme, NOW - HOUR, direction="out")
        for placed_at in (NOW - 3 * DAY, NOW - HOUR):
            OrderFactory.create(customer=acme, placed_at=placed_at)
        for issued_on in (date(2026, 11, 13), date(2026, 11, 14), date(2026, 11, 20)):
            InvoiceFactory.create(customer=acme, issued_on=issued_on, due_on=issued_on)
        assert counts(ann) == {"Acme": (2, 1, 1)}
        (one,) = news(ann).rows
        assert (one.at, one.waits_since) == (NOW - HOUR, None)

    def test_is_nothing_that_i_wrote_myself_and_no_call_that_was_none(self, ann: User) -> None:
        acme = CustomerFactory.create(name="Acme", owner=ann)
        contact(acme, NOW - HOUR, agent=ann, direction="out")
        contact(acme, NOW - HOUR, is_contact=False)
        contact(acme, NOW + HOUR)
        assert news(ann) == MyNews((), 0)

    def test_is_of_those_i_own_follow_or_looked_at_lately(self, ann: User) -> None:
        owned, followed, seen, seen_long_ago, other = (
            CustomerFactory.create(name=name) for name in ("Owned", "Followed", "Seen", "Seen long ago", "Other")
        )
        Customer.objects.filter(pk=owned.pk).update(owner=ann)
        FollowFactory.create(user=ann, customer=followed)
        FollowFactory.create(customer=other)
        VisitFactory.create(user=ann, customer=seen, at=NOW - 29 * DAY)
        VisitFactory.create(user=ann, customer=seen_long_ago, at=NOW - 31 * DAY)
        VisitFactory.create(customer=other, at=NOW - DAY)
        for customer in Customer.objects.all():
            contact(customer, NOW - HOUR, direction="out")
        assert set(counts(ann)) == {"Owned", "Followed", "Seen"}
        assert counts(UserFactory.create()) == {}, "who may see no customers"

    def test_goes_back_a_month_where_i_never_looked(self, ann: User) -> None:
        acme = CustomerFactory.create(name="Acme", owner=ann)
        OrderFactory.create(customer=acme, placed_at=NOW - 31 * DAY)
        assert counts(ann) == {}
        OrderFactory.create(customer=acme, placed_at=NOW - 29 * DAY)
        assert counts(ann) == {"Acme": (0, 1, 0)}

    def test_shows_the_first_and_counts_all(self, ann: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        gold = Tier.objects.get(key="gold")
        for number in range(5):
            customer = CustomerFactory.create(name=f"No. {number}", city="Rome", tier=gold, owner=ann)
            OrderFactory.create(customer=customer, placed_at=NOW - number * HOUR)
        ann.has_perm("customers.view_customer")  # asks the database once
        with django_assert_num_queries(1):
            found = news(ann, limit=2)
        assert ([str(one.customer) for one in found.rows], found.count) == (["No. 0", "No. 1"], 5)
        first = found.rows[0].customer
        assert (first.city, str(first.tier), first.get_absolute_url()) == ("Rome", "Gold", f"/customers/{first.pk}/")

    def test_of_who_owns_very_many_looks_at_those_in_touch_last(
        self, ann: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(3):
            contact(CustomerFactory.create(name=f"No. {number}", owner=ann), NOW - number * HOUR, direction="out")
        monkeypatch.setattr("customers.page.home.OWNED", 2)
        assert list(counts(ann)) == ["No. 0", "No. 1"]


class TestWaiting:
    @pytest.mark.parametrize(
        ("said", "waits"),
        [
            ({"channel": "email"}, True),
            ({"channel": "letter"}, True),
            ({"channel": "phone"}, False),
            ({"channel": "email", "direction": "out"}, False),
            ({"channel": "email", "outcome": "answered"}, False),
            ({"channel": "email", "is_solved": True}, False),
            ({"channel": "phone", "is_solved": False}, True),
            ({"channel": "phone", "outcome": "Call back"}, True),
            ({"channel": "phone", "outcome": "not solved"}, True),
            ({"channel": "phone", "outcome": "passed on"}, True),
            ({"channel": "phone", "outcome": "solved"}, False),
            ({"channel": "phone", "outcome": "call back", "is_solved": True}, False),
        ],
    )
    def test_is_who_came_last_and_got_no_answer(self, ann: User, said: dict[str, Any], waits: bool) -> None:
        acme = CustomerFactory.create(name="Acme", owner=ann)
        contact(acme, NOW - DAY, **{"direction": "in", "outcome": "", **said})
        assert waiting(ann) == ({"Acme": NOW - DAY} if waits else {})

    def test_goes_by_what_administrators_say_of_outcomes(self, ann: User) -> None:
        lab, desk, shop = (CustomerFactory.create(name=name, owner=ann) for name in ("Lab", "Desk", "Shop"))
        OutcomeFactory.create(key="at the lab")
        OutcomeFactory.create(key="desk", is_offered=False)  # a machine's word, as a queue's "answered" is
        Outcome.objects.filter(key="call back").update(is_solved=True)
        for customer, outcome in ((lab, "At the lab"), (desk, "desk"), (shop, "call back")):
            contact(customer, NOW - DAY, channel="phone", direction="in", outcome=outcome)
        assert waiting(ann) == {"Lab": NOW - DAY}

    def test_ends_with_the_next_contact_with_a_task_for_it_and_after_a_month(self, ann: User) -> None:
        acme, zenith, late = (CustomerFactory.create(name=name, owner=ann) for name in ("Acme", "Zenith", "Late"))
        contact(acme, NOW - DAY, channel="email", direction="in", outcome="")
        mail = contact(zenith, NOW - DAY, channel="email", direction="in", outcome="")
        contact(late, NOW - 31 * DAY, channel="email", direction="in", outcome="")
        assert set(waiting(ann)) == {"Acme", "Zenith"}
        contact(acme, NOW - HOUR, channel="phone", direction="out")
        TaskFactory.create(customer=zenith, interaction=mail)
        assert waiting(ann) == {}

    def test_stands_above_what_is_only_new_though_i_have_seen_it(self, ann: User) -> None:
        acme, zenith = (CustomerFactory.create(name=name, owner=ann) for name in ("Acme", "Zenith"))
        VisitFactory.create(user=ann, customer=acme, at=NOW)
        contact(acme, NOW - 3 * DAY, channel="email", direction="in", outcome="")
        contact(zenith, NOW - HOUR, direction="out")
        assert counts(ann) == {"Acme": (0, 0, 0), "Zenith": (1, 0, 0)}
        assert list(counts(ann)) == ["Acme", "Zenith"]


def test_the_names_of_those_alone_are_looked_up_who_are_shown(ann: User) -> None:
    for _at in range(5):
        contact(CustomerFactory.create(owner=ann, tier=Tier.objects.first()), NOW - HOUR, direction="in")
    with CaptureQueriesContext(connection) as asked:
        found = news(ann, limit=2)
    assert (len(found.rows), found.count) == (2, 5)
    with connection.cursor() as planner:
        for how in ("seqscan", "hashjoin", "mergejoin", "memoize", "bitmapscan"):
            planner.execute(f"SET LOCAL enable_{how} = off")
    plan = ran(asked.captured_queries[-1]["sql"])
    looked_up = [node["Actual Loops"] for node in plan if node.get("Relation Name") == "customers_tier"]
    assert looked_up == [2]


def test_those_i_viewed_are_the_newest_first(ann: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    VisitFactory.create(at=NOW)
    for number in range(3):
        VisitFactory.create(user=ann, customer__name=f"No. {number}", at=NOW + number * HOUR)
    with django_assert_num_queries(1):
        assert [str(one.customer) for one in recently_viewed(user=ann, limit=2)] == ["No. 2", "No. 1"]


def test_contacts_without_a_customer_are_counted_to_a_thousand_and_one(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    InteractionFactory.create()
    InteractionFactory.create_batch(3, customer=None, contact_value="x")
    assert unmatched(reader=ann) == 3
    monkeypatch.setattr("customers.page.home.MANY", 1)
    assert unmatched(reader=ann) == 2
