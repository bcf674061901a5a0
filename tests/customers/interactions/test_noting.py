from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.domain.notices import words_of
from accounts.models import Notice, User
from crm.common.audit.restoring import NothingToPutBack
from crm.common.versions import ChangedMeanwhile, version
from customers.identity.holding import CustomerGone
from customers.interactions.attaching import folder
from customers.interactions.noting import (
    COMPARED,
    NoteGone,
    add_note,
    change_note,
    delete_note,
    deleted_notes,
    pin_note,
    pinned_list,
    restore_note,
)
from customers.interactions.sniffing import SaysOtherwise
from customers.models import Attachment, Customer, Note
from tests.conftest import NOON, UserFor
from tests.customers.interactions.attachments import EXE, uploaded
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.notes import AttachmentFactory, NoteFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create(name="Acme")


@pytest.fixture
def user() -> User:
    return UserFactory.create(name="Ada")


def test_a_note_tells_the_colleagues_it_names(customer: Customer, user: User, user_for: UserFor) -> None:
    sally = user_for("sales")  # called Sales
    UserFactory.create(name="Outside")  # who may see no customers
    body = " @Sales, @Ada and @Outside: they move to Rome."
    note = add_note(customer=customer, body=body, by=user, now=NOON, is_pinned=True)
    note.refresh_from_db()
    assert (note.customer, note.body, note.created_by, note.created_at, note.is_pinned) == (
        customer, body.strip(), user, NOON, True,
    )  # fmt: skip
    notice = Notice.objects.get()
    assert (notice.user, notice.customer_id, notice.url) == (sally, customer.pk, f"/customers/{customer.pk}/")
    assert words_of(notice) == f"Ada named you in a note on Acme: {body.strip()}"


def test_with_its_file_or_not_at_all(customer: Customer, user: User) -> None:
    note = add_note(customer=customer, body="Signed.", by=user, now=NOON, file=uploaded())
    assert Attachment.objects.get().note == note
    with pytest.raises(SaysOtherwise):
        add_note(customer=customer, body="@Ada", by=user, now=NOON, file=uploaded(content=EXE))
    assert (Note.objects.get(), len(list(folder().glob("*")))) == (note, 1)


def test_changed_it_says_when_and_tells_whom_it_names_now(customer: Customer, user: User, user_for: UserFor) -> None:
    note = NoteFactory.create(customer=customer, body="Old", created_at=NOON)
    later, seen = NOON + timedelta(hours=1), version(note, COMPARED)
    assert change_note(note=note, body="Old ", is_pinned=False, by=user, now=later).edited_at is None
    assert change_note(note=note, body="Old", is_pinned=True, by=user, now=later).edited_at is None
    user_for("sales")
    for hours in (1, 2):
        text = f"@Sales {hours}"
        changed = change_note(note=note, body=text, is_pinned=True, by=user, now=NOON + timedelta(hours=hours))
        assert (changed.body, changed.edited_at) == (text, NOON + timedelta(hours=hours))
    assert Notice.objects.count() == 1
    with pytest.raises(ChangedMeanwhile):
        change_note(note=note, body="Mine", is_pinned=False, by=user, now=later, seen=seen)
    delete_note(note=note)
    with pytest.raises(NoteGone):
        change_note(note=note, body="Mine", is_pinned=False, by=user, now=later)


def test_pinned_ones(customer: Customer) -> None:
    ada = UserFactory.create(name="Ada")
    old, new = (NoteFactory.create(customer=customer, created_at=NOON + timedelta(days=day)) for day in (1, 2))
    NoteFactory.create(is_pinned=True)
    Note.objects.filter(pk=new.pk).update(created_by=ada)

    def shown() -> list[dict[str, Any]]:
        return list(Customer.objects.annotate(found=pinned_list()).values_list("found", flat=True).get(pk=customer.pk))

    for note in (old, new):
        pin_note(note=note, is_pinned=True)
    assert [note["id"] for note in shown()] == [new.pk, old.pk]
    assert shown()[0] == {"id": new.pk, "body": new.body, "by": "Ada"}
    pin_note(note=new, is_pinned=False)
    assert [note["id"] for note in shown()] == [old.pk]
    delete_note(note=old)
    with pytest.raises(NoteGone):
        pin_note(note=old, is_pinned=False)


def test_deleted_it_can_be_put_back(customer: Customer, user: User) -> None:
    note = add_note(customer=customer, body="Signed.", by=user, now=NOON, is_pinned=True, file=uploaded())
    delete_note(note=note)
    assert (Note.objects.count(), Attachment.objects.get().note) == (0, None)
    (event,) = deleted_notes(customer, now=NOON)
    restore_note(event=event)
    assert Note.objects.values_list("pk", "body", "is_pinned", "created_by", "created_at").get() == (
        note.pk, "Signed.", True, user.pk, NOON,
    )  # fmt: skip
    assert deleted_notes(customer, now=NOON) == []
    assert Attachment.objects.get().note == note


def test_it_comes_back_with_the_files_that_are_still_there_and_no_others_note(customer: Customer) -> None:
    note, other = NoteFactory.create_batch(2, customer=customer)
    kept, gone, given, moved = AttachmentFactory.create_batch(4, customer=customer, note=note)
    AttachmentFactory.create(customer=customer)
    delete_note(note=note)
    gone.delete()
    Attachment.objects.filter(pk=given.pk).update(note=other)
    Attachment.objects.filter(pk=moved.pk).update(customer=CustomerFactory.create())
    (event,) = deleted_notes(customer, now=NOON)
    restore_note(event=event)
    assert list(Attachment.objects.filter(note=note)) == [kept]


def test_after_thirty_days_or_without_a_customer_it_cannot(customer: Customer) -> None:
    delete_note(note=NoteFactory.create(customer=customer))
    (event,) = deleted_notes(customer, now=NOON)
    assert deleted_notes(customer, now=event.pgh_created_at + timedelta(days=30, seconds=1)) == []
    assert deleted_notes(CustomerFactory.create(), now=NOON) == []
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(NothingToPutBack):
        restore_note(event=event)


def test_with_a_customer_who_is_no_more_nothing_is_noted(customer: Customer, user: User) -> None:
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(CustomerGone):
        add_note(customer=customer, body="Hello", by=user, now=NOON)
    assert not Note.objects.exists()
