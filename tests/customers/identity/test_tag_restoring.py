from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from crm.common.audit.acting import acting
from crm.common.audit.models import AuditEntry
from crm.common.audit.restoring import NothingToPutBack
from customers.identity.tag_restoring import OtherIsGone, put_back_tag, removed_tags
from customers.identity.tagging import add_tag, delete_tag, merge_tags, remove_tag
from customers.models import Customer, CustomerTag, Tag
from tests.conftest import UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.notes import CustomerTagFactory, TagFactory

pytestmark = pytest.mark.django_db(transaction=True)  # what a transaction did is known by its moment


@pytest.fixture
def ann(user_for: UserFor) -> User:
    return user_for("manager")


def has() -> set[tuple[int, int]]:
    return set(CustomerTag.objects.values_list("customer", "tag"))


def removed() -> list[Any]:
    return removed_tags(now=timezone.now())


def test_a_merge_undone_is_as_before(ann: User) -> None:
    tag, into = TagFactory.create(name="vip", colour="red"), TagFactory.create(name="Key")
    both, one, other, gone = CustomerFactory.create_batch(4)
    for customer, its in ((both, tag), (both, into), (one, tag), (other, into), (gone, tag)):
        CustomerTagFactory.create(customer=customer, tag=its)
    before = has()
    with acting(user=ann.pk):
        assert merge_tags(tag=tag, into=into) == 3
    add_tag(customer=CustomerFactory.create(), name="Key", may_make=False)
    later = CustomerTag.objects.latest("pk")
    Customer.objects.filter(pk=gone.pk).delete()
    [event] = removed()
    assert (event.name, event.into, event.by) == ("vip", into, "Manager")
    assert put_back_tag(event=event, by=ann) == 2
    assert has() == {*before, (later.customer_id, into.pk)} - {(gone.pk, tag.pk)}
    assert list(Tag.objects.order_by("pk").values_list("name", "colour")) == [("vip", "red"), ("Key", "secondary")]
    entry = AuditEntry.objects.get(what="tags.put_back")
    assert (entry.user_id, entry.count, entry.details) == (ann.pk, 2, {"tag": tag.pk, "into": into.pk})
    assert removed() == []
    with pytest.raises(NothingToPutBack):
        put_back_tag(event=event, by=ann)


def test_what_was_done_since_the_merge_stays(ann: User) -> None:
    """Who lost the other tag meanwhile, and got it anew, has it from whoever gave it."""
    tag, into, customer = TagFactory.create(), TagFactory.create(), CustomerFactory.create()
    CustomerTagFactory.create(customer=customer, tag=tag)
    merge_tags(tag=tag, into=into)
    remove_tag(customer=customer, tag=into)
    add_tag(customer=customer, name=into.name, may_make=False)
    put_back_tag(event=removed()[0], by=ann)
    assert has() == {(customer.pk, tag.pk), (customer.pk, into.pk)}


def test_of_a_chain_the_last_is_undone_first(ann: User) -> None:
    first, second, third = TagFactory.create_batch(3)
    customer = CustomerTagFactory.create(tag=first).customer
    merge_tags(tag=first, into=second)
    [event] = removed()
    merge_tags(tag=second, into=third)
    assert [one.name for one in removed()] == [second.name]
    with pytest.raises(OtherIsGone, match="Put that back first"):
        put_back_tag(event=event, by=ann)
    put_back_tag(event=removed()[0], by=ann)
    assert has() == {(customer.pk, second.pk)}
    put_back_tag(event=removed()[0], by=ann)
    assert has() == {(customer.pk, first.pk)}


def test_a_deleted_one_comes_back_for_thirty_days(ann: User) -> None:
    tagged = CustomerTagFactory.create()
    delete_tag(tag=tagged.tag)
    [event] = removed()
    assert (event.into, removed_tags(now=timezone.now() + timedelta(days=30))) == (None, [])
    again = TagFactory.create(name=tagged.tag.name.upper())
    with pytest.raises(NothingToPutBack), transaction.atomic():
        put_back_tag(event=event, by=ann)
    again.delete()
    assert put_back_tag(event=event, by=ann) == 1
    assert has() == {(tagged.customer_id, tagged.tag_id)}
