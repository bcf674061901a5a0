from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from crm.common.audit.acting import acting
from customers.interactions.attaching import delete_attachment
from customers.interactions.noting import add_note, change_note, delete_note, deleted_notes, pin_note, restore_note
from customers.models import Attachment, Customer, Note
from tests.conftest import NOON, UserFor
from tests.customers.histories import said, told
from tests.factories.customers import CustomerFactory
from tests.factories.notes import AttachmentFactory, NoteFactory

pytestmark = pytest.mark.django_db


def urls(customer: Customer, source: str, reader: User) -> list[str]:
    return [one.undo_url for one in told(customer, source, reader)]


def test_it_tells_who_wrote_changed_pinned_and_deleted_a_note(user_for: UserFor) -> None:
    customer, ann = CustomerFactory.create(), user_for("sales")
    NoteFactory.create()
    with acting(user=ann.pk):
        note = add_note(customer=customer, body="Pays\nlate " * 20, by=ann, now=NOON)
        change_note(note=note, body="Pays in time", is_pinned=False, by=ann, now=NOON)
        pin_note(note=note, is_pinned=True)
        pin_note(note=note, is_pinned=False)
        delete_note(note=note)
    late = ("Pays late " * 20)[:139] + "…"
    assert said(customer, "notes") == [
        ("Sales", "Note deleted: “Pays in time”"),
        ("Sales", "Note no longer pinned: “Pays in time”"),
        ("Sales", "Note pinned: “Pays in time”"),
        ("Sales", f"Note changed; before: “{late}”"),
        ("Sales", f"Note written: “{late}”"),
    ]


def test_what_was_deleted_lately_leads_to_where_it_can_be_put_back(user_for: UserFor) -> None:
    customer, reader = CustomerFactory.create(), user_for("manager")
    note, where = NoteFactory.create(customer=customer), f"/customers/{customer.pk}/notes/?deleted=1"
    delete_attachment(attachment=AttachmentFactory.create(customer=customer))
    delete_note(note=note)
    for source in ("notes", "files"):
        assert urls(customer, source, reader) == [where, ""]
        with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
            assert urls(customer, source, reader) == ["", ""]
    restore_note(event=deleted_notes(customer, now=timezone.now())[0])
    assert urls(customer, "notes", reader) == ["", "", ""]


def test_files_are_told_by_name_with_what_became_of_their_note(user_for: UserFor) -> None:
    customer = CustomerFactory.create()
    said_of: dict[str, Any] = {"customer": customer, "name": "offer.pdf"}
    with acting(user=user_for("sales").pk):
        file = AttachmentFactory.create(note=NoteFactory.create(customer=customer), **said_of)
        Note.objects.get().delete()
        Attachment.objects.filter(pk=file.pk).update(note=NoteFactory.create(customer=customer))
        Attachment.objects.filter(pk=file.pk).update(customer=CustomerFactory.create())
    assert said(customer, "files") == [
        ("Sales", "File given to another customer: offer.pdf"),
        ("Sales", "File with its note again: offer.pdf"),
        ("Sales", "File kept without its note: offer.pdf"),
        ("Sales", "File added: offer.pdf"),
    ]
