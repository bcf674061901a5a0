import pytest

from tests.conftest import NOON, UserFor
from tests.customers.timelines import told
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.notes import AttachmentFactory, NoteFactory

pytestmark = pytest.mark.django_db


def test_a_note_is_told_with_who_wrote_it(user_for: UserFor) -> None:
    customer, ada = CustomerFactory.create(), UserFactory.create(name="Ada")
    note = NoteFactory.create(
        customer=customer, body="They move.", created_by=ada, created_at=NOON, edited_at=NOON, is_pinned=True
    )
    NoteFactory.create(customer=customer, body="Other", created_by=None)
    (entry,) = told(customer, user_for("sales"), kind="notes", text="MOVE")
    assert (entry.at, entry.pk, entry.title, entry.text, entry.notes) == (
        NOON, note.pk, "Note", "They move.", ("Ada", "pinned", "edited"),
    )  # fmt: skip
    assert [(action.url, action.posts) for action in entry.actions] == [(f"/notes/{note.pk}/", False)]
    assert [len(one.notes) for one in told(customer, user_for("sales"), kind="notes", text="Other")] == [0]


def test_a_file_is_told_with_its_size_and_fetched_from_there(user_for: UserFor) -> None:
    customer = CustomerFactory.create()
    file = AttachmentFactory.create(
        customer=customer, name="合同.png", content_type="image/png", size=2048, added_by=UserFactory.create(name="Ada")
    )
    (entry,) = told(customer, user_for("service"), kind="files", text="合同")
    assert (entry.title, entry.icon, entry.notes, entry.url) == (
        "合同.png", "photo", ("2.0\xa0KB", "Ada"), f"/files/{file.pk}/",
    )  # fmt: skip
    AttachmentFactory.create(customer=customer, added_by=None)
    assert len(told(customer, user_for("service"), kind="files")) == 2
