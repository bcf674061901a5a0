"""The audit forgets a person's rows whomever they were with at the time; and tells nobody else's."""

import pytest

from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.privacy.gathering import gather_history
from customers.identity.privacy.subjects import find_subject
from customers.models import Customer, Interaction, Note
from tests.conftest import NOON, UserFor
from tests.customers.identity.privacy.world import erased, found_in_database
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import NoteFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
SECRET = ("PLANTED-SECRET",)


def taken_apart(user_for: UserFor) -> tuple[Customer, Customer]:
    """Who was merged into whom, and was not the same; each has a note."""
    by = user_for("administrator")
    survivor, absorbed = (CustomerFactory.create(kind="person") for _ in range(2))
    NoteFactory.create(customer=absorbed, body="PLANTED-SECRET")
    NoteFactory.create(customer=survivor, body="of the survivor")
    undo_merge(merge=merge_customers(survivor=survivor, absorbed=absorbed, by=by, now=NOON), by=by, now=NOON)
    return survivor, Customer.objects.get(pk=absorbed.pk)


def test_what_was_with_somebody_else_while_the_two_were_one_is_forgotten(user_for: UserFor) -> None:
    survivor, absorbed = taken_apart(user_for)
    erased(absorbed, user_for("administrator"))
    assert found_in_database(SECRET) == []
    kept = Note.pgh_event_model.objects.filter(customer_id=survivor.pk)  # type: ignore[attr-defined]
    assert "of the survivor" in set(kept.values_list("body", flat=True))


def test_what_was_theirs_alone_while_the_two_were_one_is_not_told(user_for: UserFor) -> None:
    survivor, absorbed = taken_apart(user_for)
    told = dict(gather_history(find_subject(customer_id=survivor.pk)))
    assert {row["body"] for row in told["customers_noteevent"]} == {"of the survivor"}
    told = dict(gather_history(find_subject(customer_id=absorbed.pk)))
    assert {row["body"] for row in told["customers_noteevent"]} == {"PLANTED-SECRET"}


def test_of_a_contact_person_whose_organization_became_another(user_for: UserFor) -> None:
    by = user_for("administrator")
    eva = ContactFactory.create()
    InteractionFactory.create(customer=eva.customer, contact=eva, body="PLANTED-SECRET")
    InteractionFactory.create(customer=eva.customer, contact=eva, body="PLANTED-SECRET, taken back").delete()
    merge_customers(survivor=CustomerFactory.create(), absorbed=eva.customer, by=by, now=NOON)
    eva.refresh_from_db()
    erased(eva.customer, by, eva)
    assert found_in_database(SECRET) == []


def test_of_a_contact_person_who_was_named_later(user_for: UserFor) -> None:
    eva = ContactFactory.create()
    spoken = InteractionFactory.create(customer=eva.customer, body="PLANTED-SECRET")
    Interaction.objects.filter(pk=spoken.pk).update(contact=eva)
    InteractionFactory.create(customer=eva.customer, body="with others")
    erased(eva.customer, user_for("administrator"), eva)
    assert found_in_database(SECRET) == []
    events = Interaction.pgh_event_model.objects.values_list("body", flat=True)  # type: ignore[attr-defined]
    assert "with others" in set(events)
