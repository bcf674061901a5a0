from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from crm.common.audit.acting import acting
from crm.common.audit.forgetting import forget_person
from crm.common.audit.models import AuditEntry
from customers.models import Contact, Customer, Interaction
from tests.conftest import UserFor
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory

pytestmark = pytest.mark.django_db
REASON = "asked for by the person"


def known() -> Customer:
    """A customer of whom the audit knows something in every table."""
    customer: Customer = CustomerFactory.create(name="Ada", email="ada@b.example", birth_date=date(1815, 12, 10))
    Customer.objects.filter(pk=customer.pk).update(name="Ada Lovelace", email="")
    contact = ContactFactory.create(customer=customer, name="Charles", phone="+44 1")
    Contact.objects.filter(pk=contact.pk).update(name="Charles B.")
    InteractionFactory.create(customer=customer, body="Called about the engine", agent_name="SIP/101").delete()
    return customer


def words_of(customer_id: int) -> str:
    """Everything that events say of the customer, as one text."""
    found = [
        *Customer.pgh_event_model.objects.filter(pgh_obj_id=customer_id).values_list("name", "email", "birth_date"),  # type: ignore[attr-defined]
        *Contact.pgh_event_model.objects.filter(customer_id=customer_id).values_list("name", "phone"),  # type: ignore[attr-defined]
        *Interaction.pgh_event_model.objects.filter(customer_id=customer_id).values_list("subject", "body"),  # type: ignore[attr-defined]
    ]
    return " ".join(str(value) for values in found for value in values if value not in ("", None))


def test_what_events_say_of_the_person_is_blanked_and_of_nobody_else(user_for: UserFor) -> None:
    ada, other = known(), known()

    blanked = forget_person(customer_id=ada.pk, reason=REASON, by=user_for("administrator"))

    assert blanked == 6
    assert words_of(ada.pk) == ""
    assert "Called about the engine" in words_of(other.pk)


def test_what_happened_when_and_by_whom_stays(user_for: UserFor) -> None:
    with acting(user=5):
        ada = known()
    forget_person(customer_id=ada.pk, reason=REASON, by=user_for("administrator"))

    events = Interaction.pgh_event_model.objects.filter(customer_id=ada.pk).order_by("pgh_id")  # type: ignore[attr-defined]
    assert [(event.pgh_label, event.channel, event.agent_name, event.pgh_context.metadata) for event in events] == [
        ("insert", "phone", "SIP/101", {"user": 5}),
        ("delete", "phone", "SIP/101", {"user": 5}),
    ]


def test_it_leaves_a_row_that_says_that_and_who_and_nothing_of_what(user_for: UserFor) -> None:
    ada, by = known(), user_for("administrator")
    forget_person(customer_id=ada.pk, reason=REASON, by=by)

    entry = AuditEntry.objects.get(what="person.forgotten")
    assert (entry.user_id, entry.count, entry.details) == (by.pk, 6, {"customer": ada.pk, "reason": REASON})


def test_asked_twice_it_finds_nothing_and_says_so(user_for: UserFor) -> None:
    ada = known()
    forget_person(customer_id=ada.pk, reason=REASON, by=user_for("administrator"))
    assert forget_person(customer_id=ada.pk, reason=REASON, by=user_for("administrator")) == 0
    assert AuditEntry.objects.filter(what="person.forgotten").count() == 2


@pytest.mark.parametrize(("customer", "reason", "by"), [(None, REASON, 1), (1, " ", 1), (1, REASON, None)])
def test_nobody_forgets_without_saying_whom_why_and_who(customer: int, reason: str, by: int) -> None:
    ada = known()
    with pytest.raises(DatabaseError, match="must be given"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT crm_forget_person(%s, %s, %s)", [customer and ada.pk, reason, by])
    assert "Ada" in words_of(ada.pk)
