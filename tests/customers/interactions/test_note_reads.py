from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from customers.interactions.note_reads import customer_of, files_of, get_event, notes_of, with_files
from customers.models import Note
from tests.conftest import NOON, UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.notes import AttachmentFactory, NoteFactory, deleted

pytestmark = pytest.mark.django_db


def test_of_one_customer_the_newest_file_first_for_who_may_see_them(user_for: UserFor) -> None:
    customer, reader = CustomerFactory.create(), user_for("sales")
    note, _other = NoteFactory.create(customer=customer), NoteFactory.create()
    old, new = (AttachmentFactory.create(customer=customer, added_at=NOON + timedelta(hours=n)) for n in (0, 1))
    AttachmentFactory.create()
    assert list(notes_of(customer, reader)) == [note]
    assert list(files_of(customer, reader)) == [new, old]
    assert not notes_of(customer, AnonymousUser())
    assert not files_of(customer, AnonymousUser())


def test_each_note_has_its_own_files() -> None:
    first, second = NoteFactory.create_batch(2)
    mine, loose = AttachmentFactory.create(note=first), AttachmentFactory.create()
    with_files([first, second], [mine, loose])
    assert (first.files, second.files) == ([mine], [])


def test_a_deletion_is_found_by_its_row_or_is_not_there() -> None:
    events = [SimpleNamespace(pgh_obj_id=pk) for pk in (1, 2)]
    assert get_event(events, 2) is events[1]
    with pytest.raises(Http404):
        get_event(events, 3)


def test_whose_a_deleted_row_was() -> None:
    note = NoteFactory.create()
    customer = note.customer_id
    assert customer_of(Note, note.pk) == 0
    assert customer_of(Note, deleted(note)) == customer
