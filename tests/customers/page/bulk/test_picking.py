import pytest

from accounts.models import SavedViewRow, User
from tests.conftest import UserFor
from tests.customers.page.bulk.asked import begun, counts, done, taken_back, three
from tests.factories.accounts import SavedViewFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("sales")


def picked() -> list[int]:
    return list(SavedViewRow.objects.order_by("row_id").values_list("row_id", flat=True))


def test_puts_them_into_the_view_and_takes_back_those_it_put(by: User) -> None:
    first, second, third = (customer.pk for customer in three())
    view = SavedViewFactory.create(owner=by, is_picked=True)
    view.rows.create(row_id=first)
    job = done(begun("add_to_view", by, view=view.pk))
    assert (picked(), counts(job)) == ([first, second, third], ("done", 3, 3, 2, 0))
    view.rows.filter(row_id=second).delete()
    assert counts(taken_back(job, by)) == ("undone", 3, 2, 2, 1)
    assert picked() == [first]


def test_a_view_that_is_gone_is_said(by: User) -> None:
    three()
    view = SavedViewFactory.create(owner=by, is_picked=True)
    job = begun("add_to_view", by, view=view.pk)
    view.delete()
    assert done(job).error == "This view is no longer there."
