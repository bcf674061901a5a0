import pytest
from django.apps import apps
from django.db import connection

from customers.models import ContactPoint, Customer
from customers.registry.movable import movable_relations, move_all
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory
from tests.factories.trade import OrderFactory


def columns_with_a_customer() -> set[tuple[str, str]]:
    """Every foreign key to a customer, in whichever app."""
    return {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.related_model is Customer and not model._meta.proxy and not hasattr(model, "pgh_tracked_model")
    }


def test_everything_that_names_a_customer_says_how_it_moves() -> None:
    """History is not rewritten: the events of pghistory stay as they were."""
    without_a_key = {("accounts_notice", "customer_id")}
    named = {(one.table, one.column) for one in movable_relations()}
    assert named == columns_with_a_customer() | without_a_key


@pytest.mark.django_db
def test_what_is_the_ones_becomes_the_others_and_nothing_is_doubled() -> None:
    old, new = CustomerFactory.create(), CustomerFactory.create()
    order = OrderFactory.create(customer=old)
    record = SourceRecordFactory.create(customer=old)
    for customer in (old, new):
        ContactPointFactory(
            customer=customer,
            kind="email",
            raw="a@b.example",
            normalised="a@b.example",
            contact=None,
            source_record=None,
        )
    ContactPointFactory(customer=old, kind="phone", raw="+49 30 1", normalised="49301", source_record=None)

    with connection.cursor() as cursor:
        moved = move_all(cursor, old=old.pk, new=new.pk)

    order.refresh_from_db()
    record.refresh_from_db()
    assert (order.customer_id, record.customer_id) == (new.pk, new.pk)
    assert (moved["customers_order"], moved["customers_sourcerecord"], moved["customers_contactpoint"]) == (1, 1, 1)
    assert sorted(ContactPoint.objects.filter(customer=new).values_list("normalised", flat=True)) == [
        "49301",
        "a@b.example",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("receiver_has_one", "remains"), [(True, "new"), (False, "old")])
def test_what_is_true_of_one_row_stays_the_receivers(receiver_has_one: bool, remains: str) -> None:
    old, new = CustomerFactory.create(), CustomerFactory.create()
    ContactFactory.create(customer=old, name="old", is_primary=True)
    ContactFactory.create(customer=new, name="new", is_primary=receiver_has_one)
    with connection.cursor() as cursor:
        move_all(cursor, old=old.pk, new=new.pk)
    assert new.contacts.count() == 2
    assert new.contacts.get(is_primary=True).name == remains
