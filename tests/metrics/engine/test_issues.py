"""Issues are built where contacts changed, or all anew, and what is built says by which window."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from metrics.engine import chains_sql, issues
from metrics.engine.rules import USUAL
from metrics.models import Clock, Issue, IssueMark
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY_WINDOW = {**USUAL, "repeat_window_hours": 24}


def contact(**fields: Any) -> Any:
    return InteractionFactory.create(**{"channel": "email", "occurred_at": AT, **fields})


def keys() -> set[str]:
    return set(Clock.objects.values_list("key", flat=True))


@pytest.fixture
def built() -> Any:
    """One issue, built by the window of a week, which then is told a lie that only building it anew would mend."""
    made = contact()
    issues.rebuild(rules=USUAL)
    Issue.objects.update(contacts=7)
    return made


def contacts() -> list[int]:
    return list(Issue.objects.order_by("first_at").values_list("contacts", flat=True))


class TestRebuild:
    def test_the_first_time_builds_all_and_says_by_which_window(self) -> None:
        contact()
        assert (issues.is_built(USUAL), issues.is_waiting()) == (False, True)
        issues.rebuild(rules=USUAL)
        assert (issues.is_built(USUAL), issues.is_built(DAY_WINDOW), issues.is_waiting()) == (True, False, False)
        assert (contacts(), keys()) == ([1], {"issues:168"})

    @pytest.mark.usefixtures("built")
    def test_without_marks_nothing_is_built(self) -> None:
        issues.rebuild(rules=USUAL)
        assert contacts() == [7]

    @pytest.mark.usefixtures("built")
    def test_with_marks_what_is_marked_is(self) -> None:
        contact(occurred_at=AT + timedelta(days=30))
        issues.rebuild(rules=USUAL)
        assert (contacts(), issues.is_waiting()) == ([7, 1], False)

    def test_a_mark_of_the_same_customer_and_purpose_builds_all_their_issues(self, built: Any) -> None:
        contact(customer=built.customer, occurred_at=AT + timedelta(days=30))
        issues.rebuild(rules=USUAL)
        assert contacts() == [1, 1]

    @pytest.mark.usefixtures("built")
    @pytest.mark.parametrize(("rules", "full", "key"), [(USUAL, True, "issues:168"), (DAY_WINDOW, False, "issues:24")])
    def test_all_are_where_that_is_asked_or_the_window_is_another(
        self, rules: dict[str, int], full: bool, key: str
    ) -> None:
        issues.rebuild(rules=rules, full=full)
        assert (contacts(), keys()) == ([1], {key})

    @pytest.mark.usefixtures("built")
    def test_all_are_where_reading_all_once_is_cheaper_than_so_many_marks(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(issues, "has_many_marks", lambda: True)
        issues.rebuild(rules=USUAL)
        assert contacts() == [1]


class TestManyMarks:
    @pytest.fixture(autouse=True)
    def ten_issues(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As the planner would estimate; two marks are few whatever the number of issues."""
        monkeypatch.setattr(issues, "AT_LEAST", 2)
        monkeypatch.setattr(chains_sql, "ESTIMATED_ISSUES", "SELECT 10::real")

    @pytest.mark.parametrize(("marks", "many"), [(0, False), (3, False), (4, True)])
    def test_are_more_than_three_in_ten_issues(self, marks: int, many: bool) -> None:
        IssueMark.objects.bulk_create(IssueMark(customer_id=number) for number in range(marks))
        assert issues.has_many_marks() is many

    def test_are_at_least_so_many_that_it_matters(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(issues, "AT_LEAST", 4)
        IssueMark.objects.bulk_create(IssueMark(customer_id=number) for number in range(4))
        assert issues.has_many_marks() is False


class TestRanges:
    def test_without_contacts_and_issues_there_are_none(self) -> None:
        contact(direction="out")
        assert list(issues.customer_ranges()) == []

    def test_they_hold_every_customer_with_contacts_or_issues(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(issues, "CUSTOMERS_AT_ONCE", 10)
        for number in (20, 39):
            contact(customer=CustomerFactory.create(pk=number))
        assert list(issues.customer_ranges()) == [20, 30]
        for number in (19, 40):
            Issue.objects.create(customer_id=number, first_at=AT, last_at=AT, day=AT.date(), contacts=1)
        assert list(issues.customer_ranges()) == [10, 20, 30, 40]

    def test_all_of_them_are_rebuilt_each_in_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(issues, "CUSTOMERS_AT_ONCE", 10)
        for number in (19, 20, 40):
            contact(customer=CustomerFactory.create(pk=number))
        Issue.objects.create(customer_id=31, first_at=AT, last_at=AT, day=AT.date(), contacts=1)
        IssueMark.objects.all().delete()
        issues.rebuild_all(hours=168)
        assert list(Issue.objects.order_by("customer_id").values_list("customer_id", flat=True)) == [19, 20, 40]


def test_marks_stay_where_the_table_is_built_under_another_window() -> None:
    issues.rebuild(rules=USUAL)
    contact()
    issues.rebuild_marked(hours=24)
    assert (issues.is_waiting(), contacts()) == (True, [])
    issues.rebuild_marked(hours=168)
    assert (issues.is_waiting(), contacts()) == (False, [1])
