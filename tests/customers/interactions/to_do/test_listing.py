from datetime import date, timedelta

import pytest

from crm.common.paging import keyset_page
from customers.interactions.to_do import listing
from customers.models import Task
from tests.conftest import NOON
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
HOUR = timedelta(hours=1)


def named(tasks: listing.Tasks) -> set[str]:
    return set(tasks.values_list("what", flat=True))


def test_overdue_ones_rise_then_priority_then_when() -> None:
    for what, hours, priority in (
        ("later", 5, 2),
        ("low and late", -2, 3),
        ("high", 9, 1),
        ("soon", 1, 2),
        ("late", -1, 2),
        ("later still", -3, 3),
    ):
        TaskFactory.create(what=what, due_at=NOON + hours * HOUR, priority=priority)
    TaskFactory.create(what="some day", due_on=None, due_at=None)
    page = keyset_page(listing.by_urgency(Task.objects.all(), now=NOON), sort="urgency", size=4)
    after = keyset_page(
        listing.by_urgency(Task.objects.all(), now=NOON), sort="urgency", size=4, cursor=page.next_cursor
    )
    assert [task.what for task in page.rows + after.rows] == [
        "late", "later still", "low and late", "high", "soon", "later", "some day",
    ]  # fmt: skip


def test_of_the_team_are_those_that_nobody_has_taken() -> None:
    me, team = UserFactory.create(team=TeamFactory.create()), TeamFactory.create()
    other = UserFactory.create()
    TaskFactory.create(what="to a team", assignee=None, team=team, created_by=me)
    TaskFactory.create(what="ours", assignee=None, team=me.team)
    TaskFactory.create(what="taken", assignee=other, team=me.team)
    tasks = Task.objects.all()
    assert named(listing.of_team(tasks, me)) == {"ours"}
    assert named(listing.of_team(tasks, other)) == set()


def test_states() -> None:
    TaskFactory.create(what="open")
    TaskFactory.create(what="back again", snoozed_until=NOON)
    TaskFactory.create(what="put off", snoozed_until=NOON + HOUR)
    TaskFactory.create(what="done", done_at=NOON, due_on=date(2026, 11, 1))
    assert named(listing.in_state(Task.objects.all(), "open", now=NOON)) == {"open", "back again"}
    assert named(listing.in_state(Task.objects.all(), "snoozed", now=NOON)) == {"put off"}
    assert named(listing.in_state(Task.objects.all(), "done", now=NOON)) == {"done"}
