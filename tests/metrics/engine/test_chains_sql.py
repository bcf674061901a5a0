"""Which contacts are one issue, and that building it again touches only what differs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from customers.models import Customer, Interaction, Tier
from metrics.engine import chains_sql
from metrics.models import Issue, IssueMark
from tests import plans
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def customer() -> Customer:
    made: Customer = CustomerFactory.create(pk=5)
    return made


def contact(customer: Customer | None, after: timedelta = timedelta(0), **fields: Any) -> Interaction:
    made: Interaction = InteractionFactory.create(
        **{"customer": customer, "occurred_at": AT + after, "channel": "email", **fields}
    )
    return made


def run(statement: str, **parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"repeat_hours": 24, "first": 0, "after": 100, **parameters})
        return cursor.fetchone()[0] if cursor.description else cursor.rowcount


def build() -> int:
    """All issues, anew; how many differed."""
    return int(run(chains_sql.REBUILD_ISSUES_OF))


def chains() -> list[tuple[timedelta, timedelta, int]]:
    """When each begins and ends after the start, and of how many contacts it is."""
    found = Issue.objects.order_by("first_at", "purpose").values_list("first_at", "last_at", "contacts")
    return [(first - AT, last - AT, contacts) for first, last, contacts in found]


NOTHING = timedelta(0)


class TestChains:
    def test_a_gap_of_the_whole_window_is_none_and_a_second_more_is_one(self, customer: Customer) -> None:
        for after in (NOTHING, DAY, 2 * DAY + SECOND, 3 * DAY, 4 * DAY + SECOND):
            contact(customer, after)
        assert build() == 3
        assert chains() == [
            (NOTHING, DAY, 2), (2 * DAY + SECOND, 3 * DAY, 2), (4 * DAY + SECOND, 4 * DAY + SECOND, 1),
        ]  # fmt: skip

    def test_a_chain_of_many_has_its_ends_and_its_number(self, customer: Customer) -> None:
        for hours in (0, 20, 40, 60, 60, 80):
            contact(customer, timedelta(hours=hours))
        build()
        assert chains() == [(NOTHING, timedelta(hours=80), 6)]

    def test_customers_and_purposes_are_apart(self, customer: Customer) -> None:
        contact(customer)
        contact(customer, SECOND, purpose="order")
        contact(CustomerFactory.create(pk=6), 2 * SECOND)
        build()
        assert chains() == [(NOTHING, NOTHING, 1), (SECOND, SECOND, 1), (2 * SECOND, 2 * SECOND, 1)]

    def test_what_is_no_incoming_contact_of_a_customer_is_passed_over(self, customer: Customer) -> None:
        contact(customer)
        contact(customer, SECOND, direction="out")
        contact(customer, SECOND, is_contact=False)
        contact(None, SECOND)
        assert build() == 1
        assert chains() == [(NOTHING, NOTHING, 1)]

    def test_day_team_channel_and_tier_are_those_of_the_first(self, customer: Customer) -> None:
        team, tier = TeamFactory.create(), Tier.objects.earliest("pk")
        first = contact(customer, timedelta(hours=3, minutes=59), channel="chat", team=team)
        Interaction.objects.filter(pk=first.pk).update(tier=tier)
        contact(customer, DAY)
        contact(customer, 9 * DAY, purpose="order")
        build()
        found = Issue.objects.order_by("first_at").values_list("day", "team_id", "channel", "tier_id")
        assert list(found) == [(date(2026, 3, 2), team.pk, "chat", tier.pk), (date(2026, 3, 11), 0, "email", 0)]


class TestTouched:
    @pytest.fixture(autouse=True)
    def two(self, customer: Customer) -> None:
        """Issues of a question and of an order."""
        contact(customer)
        contact(customer, purpose="order")
        build()

    def rows(self) -> list[tuple[int, str, int]]:
        return list(Issue.objects.order_by("purpose").values_list("pk", "purpose", "contacts"))

    def test_what_stands_is_left_alone_and_what_differs_keeps_its_row(self, customer: Customer) -> None:
        before = self.rows()
        assert (build(), self.rows()) == (0, before)
        contact(customer, DAY)
        assert build() == 1
        assert self.rows() == [before[0], (before[1][0], "question", 2)]

    def test_what_no_contact_gives_any_more_goes(self) -> None:
        Interaction.objects.filter(purpose="order").delete()
        assert build() == 1
        assert [purpose for _pk, purpose, _contacts in self.rows()] == ["question"]

    def test_other_customers_and_their_marks_are_left_alone(self) -> None:
        for number in (99, 100):
            CustomerFactory.create(pk=number)
            Issue.objects.create(customer_id=number, purpose="x", first_at=AT, last_at=AT, day=AT.date(), contacts=1)
            IssueMark.objects.create(customer_id=number, purpose="x")
        assert build() == 1
        assert list(Issue.objects.filter(purpose="x").values_list("customer_id", flat=True)) == [100]
        assert list(IssueMark.objects.filter(purpose="x").values_list("customer_id", flat=True)) == [100]

    def test_of_marked_ones_those_alone_are_built_each_once(self, customer: Customer) -> None:
        Issue.objects.update(contacts=7)
        for _ in range(2):
            IssueMark.objects.create(customer_id=customer.pk, purpose="order")
        assert run(chains_sql.REBUILD_MARKED_ISSUES) == 1
        assert [contacts for _pk, _purpose, contacts in self.rows()] == [1, 7]
        assert not IssueMark.objects.exists()
        assert run(chains_sql.REBUILD_MARKED_ISSUES) == 0

    def test_whose_differ_is_marked_once_and_not_again(self) -> None:
        assert run(chains_sql.MARK_DIFFERING_ISSUES) == 0
        Issue.objects.filter(purpose="order").delete()
        Issue.objects.filter(purpose="question").update(last_at=AT + DAY)
        assert run(chains_sql.MARK_DIFFERING_ISSUES, after=5) == 0
        assert [run(chains_sql.MARK_DIFFERING_ISSUES) for _ in range(2)] == [2, 0]
        assert sorted(IssueMark.objects.values_list("customer_id", "purpose")) == [(5, "order"), (5, "question")]


STATEMENTS = [chains_sql.REBUILD_ISSUES_OF, chains_sql.REBUILD_MARKED_ISSUES]


def written(plan: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What writes issues, each with the nodes beneath it."""
    return [node for node in plan if node["Node Type"] == "ModifyTable" and node["Relation Name"] == "metrics_issue"]


def beneath(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(found for child in node.get("Plans", ()) for found in beneath(child))]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_write_compares_all_that_differ_with_all_there_are(statement: str) -> None:
    """As the planner did with a table it had seen empty while that was being filled: minutes for 1,000 contacts."""
    plan = plans.nodes(statement, {"repeat_hours": 24, "first": 0, "after": 100})
    writes = written(plan)
    assert [node["Operation"] for node in writes] == ["Delete", "Insert", "Insert"]
    for node in writes:
        assert not [one for one in beneath(node) if "Join" in one["Node Type"] or one["Node Type"] == "Nested Loop"]


def test_a_range_without_issues_gets_those_it_would_get_by_comparing(customer: Customer) -> None:
    for after in (NOTHING, DAY, 3 * DAY):
        contact(customer, after)
        contact(customer, after, purpose="order")
    IssueMark.objects.create(customer_id=customer.pk, purpose="order")
    IssueMark.objects.create(customer_id=100, purpose="order")
    run(chains_sql.BUILD_ISSUES_OF)
    assert Issue.objects.count() == 4
    assert list(IssueMark.objects.values_list("customer_id", flat=True)) == [100]
    assert build() == 0
