from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from crm.common.audit.acting import acting
from customers.models import BulkChange, Customer
from customers.page.bulk import running
from customers.page.bulk.sentences import result
from tests import plans
from tests.conftest import UserFor
from tests.customers.page.bulk.asked import begun, counts, done, taken_back, three
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.notes import TagFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def owners() -> list[tuple[Any, Any]]:
    return list(Customer.objects.order_by("name").values_list("owner", "team"))


def changed_by(user: User, customer: Customer, **values: Any) -> None:
    with acting(user=user.pk):
        Customer.objects.filter(pk=customer.pk).update(**values)


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("sales")


def test_sets_what_is_asked_and_notes_what_was(by: User) -> None:
    owner, team = UserFactory.create(), TeamFactory.create()
    _first, second, _third = three()
    Customer.objects.filter(pk=second.pk).update(owner=owner, team=team)
    job = done(begun("assign_owner", by, owner_id=owner.pk))
    assert owners() == [(owner.pk, None), (owner.pk, team.pk), (owner.pk, None)]
    assert counts(job) == ("done", 3, 3, 2, 0)
    assert [(change.before, change.after) for change in BulkChange.objects.all()] == [
        ({"owner_id": None}, {"owner_id": owner.pk})
    ] * 2


def test_the_planner_knows_at_once_that_many_have_the_owner(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """It took an owner for one of no customers and went through the list's other table once for each of them."""

    def expected() -> int:
        (node, *_rest) = plans.nodes("SELECT FROM customers_customer WHERE owner_id = %s", [by.pk])
        return int(node["Plan Rows"])

    three()
    CustomerFactory.create_batch(57)
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_analyse('customers_customer')")
    assert expected() <= 1
    done(begun("assign_owner", by, owner_id=by.pk))
    assert expected() <= 1, "few are not worth it"
    monkeypatch.setattr(running, "ANALYSED", 60)
    team = TeamFactory.create()
    job = done(begun("assign_owner", by, team_id=team.pk))
    assert expected() == 60
    Customer.objects.update(owner=None)
    taken_back(job, by)
    assert expected() <= 1


def test_takes_owner_and_team_away(by: User) -> None:
    three()
    Customer.objects.update(owner=by, team=TeamFactory.create())
    done(begun("assign_owner", by, owner_id=None, team_id=None))
    assert owners() == [(None, None)] * 3


def test_whom_somebody_else_has_given_away_since_it_was_asked_for_stays_theirs(by: User) -> None:
    """Neither one's own changes are in the way, nor those of before, nor another's of something else."""
    owner, other, colleague = UserFactory.create_batch(3)
    theirs, mine, moved = three()
    changed_by(colleague, moved, owner=other)
    job = begun("assign_owner", by, owner_id=owner.pk)
    changed_by(colleague, theirs, owner=other)
    changed_by(by, mine, owner=other)
    changed_by(colleague, moved, city="Rome")
    job = done(job)
    assert owners() == [(other.pk, None), (owner.pk, None), (owner.pk, None)]
    assert (counts(job), job.overtaken) == (("done", 3, 3, 2, 0), 1)
    assert result(job)[-1] == "1 was changed by somebody else meanwhile and stays as it is."


def test_a_tag_takes_nothing_from_whom_somebody_changed(by: User) -> None:
    first, *_others = three()
    job = begun("add_tag", by, tag=TagFactory.create().pk)
    changed_by(UserFactory.create(), first, owner=by)
    job = done(job)
    assert (counts(job), job.overtaken) == (("done", 3, 3, 3, 0), 0)


def test_undo_gives_everybody_what_they_had(by: User) -> None:
    before, owner = UserFactory.create(), UserFactory.create()
    first, *_others = three()
    Customer.objects.filter(pk=first.pk).update(owner=before)
    was = owners()
    job = taken_back(done(begun("assign_owner", by, owner_id=owner.pk)), by)
    assert owners() == was == [(before.pk, None), (None, None), (None, None)]
    assert counts(job) == ("undone", 3, 3, 3, 0)


def test_undo_leaves_whom_somebody_gave_away_since(by: User) -> None:
    owner, other, team = UserFactory.create(), UserFactory.create(), TeamFactory.create()
    first, second, _third = three()
    job = done(begun("assign_owner", by, owner_id=owner.pk))
    Customer.objects.filter(pk=first.pk).update(owner=other)
    Customer.objects.filter(pk=second.pk).update(team=team)  # not what the job set
    assert counts(taken_back(job, by)) == ("undone", 3, 3, 3, 1)
    assert owners() == [(other.pk, None), (None, team.pk), (None, None)]


def test_an_owner_who_left_the_company_does_not_come_back(by: User) -> None:
    before = UserFactory.create()
    three()
    Customer.objects.update(owner=before)
    job = done(begun("assign_owner", by, owner_id=by.pk))
    before.delete()
    assert counts(taken_back(job, by)) == ("undone", 3, 3, 3, 3)
    assert owners() == [(by.pk, None)] * 3
