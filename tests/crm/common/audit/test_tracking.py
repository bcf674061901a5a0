from typing import Any

import pytest
from django.db import models

from accounts.models import User
from crm.common.audit.tracking import event_models, of_customers, personal_fields
from customers.models import Contact, Customer, Interaction, SourceSystem
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.importing import SourceSystemFactory


def events(model: Any) -> list[tuple[str, str]]:
    return list(model.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", "name"))


@pytest.mark.django_db
def test_a_row_made_changed_and_removed_is_kept_as_it_was_before_each() -> None:
    system = SourceSystemFactory.create(name="Shop")
    SourceSystem.objects.filter(pk=system.pk).update(name="Web shop")
    SourceSystem.objects.filter(pk=system.pk).delete()
    assert events(SourceSystem) == [("insert", "Shop"), ("update", "Shop"), ("delete", "Web shop")]


@pytest.mark.django_db
def test_a_change_of_what_does_not_count_leaves_none() -> None:
    customer = CustomerFactory.create()
    Customer.objects.filter(pk=customer.pk).update(provenance={"name": 1})
    assert [label for label, _name in events(Customer)] == ["insert"]


@pytest.mark.django_db
def test_many_rows_of_one_statement_are_all_kept() -> None:
    for _ in range(3):
        ContactFactory.create(name="Ann")
    Contact.objects.update(name="Ben")
    assert events(Contact)[3:] == [("update", "Ann")] * 3


def speaks_of_customers(event: type[models.Model]) -> bool:
    related = {field.related_model for field in event._meta.fields if field.is_relation}
    return bool(related & {Customer, Contact})


def test_all_that_is_kept_of_customers_can_be_blanked() -> None:
    assert {event for event in event_models() if speaks_of_customers(event)} == set(of_customers())


def test_what_is_taken_for_personal() -> None:
    blanked = {event.__name__: [field.name for field in personal_fields(event)] for event in of_customers()}
    assert blanked == {
        "CustomerEvent": [
            "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "industry",
            "language", "birth_date",
        ],
        "ContactEvent": ["name", "job_title", "email", "phone"],
        "InteractionEvent": ["contact_value", "purpose", "subject", "body", "outcome"],
        "TaskEvent": ["what", "notes"],
        "NoteEvent": ["body"],
        "AttachmentEvent": ["name", "digest"],
        "CustomerTagEvent": [],
    }  # fmt: skip


def test_staff_are_tracked_as_well() -> None:
    assert {User.pgh_event_model, Interaction.pgh_event_model} <= set(event_models())  # type: ignore[attr-defined]
