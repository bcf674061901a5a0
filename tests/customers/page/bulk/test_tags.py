import pytest

from accounts.models import User
from customers.models import CustomerTag
from customers.page.bulk import tags
from tests.conftest import UserFor
from tests.customers.page.bulk.asked import begun, counts, done, taken_back, three
from tests.factories.notes import TagFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def tagged() -> str:
    return "".join(CustomerTag.objects.order_by("customer__name").values_list("customer__name", flat=True))


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("service")


def test_adds_it_to_whoever_has_it_not_and_takes_only_that_back(by: User) -> None:
    first, *_others = three()
    tag = TagFactory.create()
    CustomerTag.objects.create(customer=first, tag=tag)
    job = done(begun("add_tag", by, tag=tag.pk))
    assert (tagged(), counts(job)) == ("ABC", ("done", 3, 3, 2, 0))
    assert counts(taken_back(job, by)) == ("undone", 3, 2, 2, 0)
    assert tagged() == "A"


def test_what_was_taken_off_or_given_anew_since_stays_so(by: User) -> None:
    first, second, _third = three()
    tag = TagFactory.create()
    job = done(begun("add_tag", by, tag=tag.pk))
    CustomerTag.objects.filter(customer__in=[first, second]).delete()
    CustomerTag.objects.create(customer=first, tag=tag)
    assert counts(taken_back(job, by)) == ("undone", 3, 3, 3, 2)
    assert tagged() == "A"


def test_removes_it_from_whoever_has_it_and_gives_it_back(by: User) -> None:
    first, second, _third = three()
    tag, other = TagFactory.create(), TagFactory.create()
    for customer in (first, second):
        CustomerTag.objects.create(customer=customer, tag=tag)
    CustomerTag.objects.create(customer=first, tag=other)
    job = done(begun("remove_tag", by, tag=tag.pk))
    assert CustomerTag.objects.get().tag == other
    assert counts(job) == ("done", 3, 3, 2, 0)
    CustomerTag.objects.create(customer=first, tag=tag)
    assert counts(taken_back(job, by)) == ("undone", 3, 2, 2, 1)
    assert CustomerTag.objects.filter(tag=tag).count() == 2


@pytest.mark.parametrize("action", ["add_tag", "remove_tag"])
def test_a_tag_that_is_gone_is_said(action: str, by: User) -> None:
    customers = three()
    tag = TagFactory.create()
    if action == "remove_tag":
        CustomerTag.objects.bulk_create(CustomerTag(customer=each, tag=tag) for each in customers)
        job = done(begun(action, by, tag=tag.pk))
        tag.delete()
        job = taken_back(job, by)
    else:
        job = begun(action, by, tag=tag.pk)
        tag.delete()
        job = done(job)
    assert (job.state, job.error) == ("failed", "This tag is no longer there.")
    assert tagged() == ""


def test_who_has_as_many_as_one_may_have_gets_no_more(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "MOST_OF_ONE", 2)
    first, second, _third = three()
    for customer in (first, second):
        CustomerTag.objects.create(customer=customer, tag=TagFactory.create())
    CustomerTag.objects.create(customer=first, tag=TagFactory.create())
    tag = TagFactory.create()
    assert counts(done(begun("add_tag", by, tag=tag.pk))) == ("done", 3, 3, 2, 0)
    assert not CustomerTag.objects.filter(customer=first, tag=tag).exists()
