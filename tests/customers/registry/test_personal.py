"""Whatever is about a person says what an export and an erase do with it."""

from django.apps import apps

from crm.common.audit.tracking import of_customers
from customers.models import Contact, Customer
from customers.registry.movable import movable_relations
from customers.registry.personal import holdings

NAMES_NOBODY = {
    "customers_customerspelling": "worked out of the name by triggers, and goes with it",
    "customers_privacyrequest": "the proof that stays; it names nobody",
}


def about_a_person() -> set[str]:
    """Tables with a key to a customer or a contact person, or with a number of one."""
    found = set()
    for model in apps.get_models():
        if not hasattr(model, "pgh_tracked_model") and model._meta.managed and not model._meta.proxy:
            fields = model._meta.local_fields
            if any(field.related_model in (Customer, Contact) or field.column == "customer_id" for field in fields):
                found.add(model._meta.db_table)
    return found


def test_every_table_about_a_person_is_registered_or_says_why_not() -> None:
    registered = {holding.table for holding in holdings()}
    assert about_a_person() - registered == set(NAMES_NOBODY)
    assert {one.table for one in movable_relations()} <= registered


def test_what_stays_and_what_an_export_leaves_out_says_why() -> None:
    assert [one.table for one in holdings() if not (one.goes or one.because)] == []
    assert [one.table for one in holdings() if not (one.exported or one.because)] == []


def test_what_is_deleted_is_not_blanked_and_texts_of_what_stays_are() -> None:
    assert [one.table for one in holdings() if one.goes and one.blanks] == []


def test_every_event_of_a_customers_row_belongs_to_a_table_that_is_registered() -> None:
    tracked = {event.pgh_tracked_model._meta.db_table for event in of_customers()}  # type: ignore[attr-defined]
    assert tracked <= {holding.table for holding in holdings()}
