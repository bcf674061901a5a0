"""An erase beside imports, merges and writers, and killed with -9: it ends all the same."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from crm.common.errors import DomainError
from customers.identity.merging.absorbing import merge_customers
from customers.identity.privacy import asking, erasing
from customers.identity.privacy.subjects import find_subject
from customers.interactions.attaching import delete_attachment, restore_attachment
from customers.interactions.correcting import correct_interaction
from customers.interactions.noting import delete_note, restore_note
from customers.interactions.recording import log_interaction
from customers.models import Attachment, Customer, Interaction, Note, PrivacyRequest
from tests.beside import wait_until_somebody_waits
from tests.conftest import NOON, UserFor
from tests.customers.identity.privacy.world import HEADERS, ROW, found_in_database, found_in_files, zebulon
from tests.customers.importing.files import load, write_csv
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.reliability.conftest import Begin
from tests.reliability.test_merges import _until
from tests.threads import begin as beside
from tests.threads import end

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
    pytest.mark.usefixtures("in_november"),
]


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "uploads"


def confirmed(customer: Customer, user_for: UserFor) -> PrivacyRequest:
    by, subject = user_for("administrator"), find_subject(customer_id=customer.pk)
    request = asking.ask_erasure(subject=subject, reason="asked", reference="", by=by, now=NOON)
    return asking.confirm_erasure(request=request, number=str(customer.pk), by=by, now=NOON)


def confirmed_anew(request: PrivacyRequest, customer: Customer, by: User) -> None:
    """Where somebody became one with them first: whoever confirmed had to look again."""
    if request.state == "asked":
        assert request.error
        asking.confirm_erasure(request=request, number=str(customer.pk), by=by, now=NOON)
        erasing.run(pk=request.pk)
        request.refresh_from_db()


def test_killed_at_any_statement_it_goes_on(tmp_path: Path, begin: Begin, user_for: UserFor) -> None:
    customer = zebulon(tmp_path)
    request = confirmed(customer, user_for)
    for after in (5, 12, 30, 45, 60, 80, 120):
        process = begin(partial(_until, after, partial(erasing.run, pk=request.pk)))
        process.join(30)
        request.refresh_from_db()
        if request.state == "done":
            break
        assert process.exitcode == -9
        assert erasing.unfinished() == [request.pk]
    erasing.run(pk=request.pk)
    request.refresh_from_db()
    assert (request.state, request.step, erasing.unfinished()) == ("done", "", [])
    assert found_in_database() == []
    assert found_in_files() == []


def test_beside_files_merges_and_writers(tmp_path: Path, user_for: UserFor) -> None:
    customer, by = zebulon(tmp_path), user_for("service")
    others = [CustomerFactory.create(kind="person", name=f"Other {number}") for number in range(3)]
    InteractionFactory.create_batch(50, customer=customer, body="PLANTED-SECRET")
    request = confirmed(customer, user_for)

    def bring() -> None:
        for number in range(5):
            load("customers", write_csv(tmp_path / f"{number}.csv", HEADERS, [[*ROW[:-1], f"PLANTED-SECRET {number}"]]))

    def write() -> None:
        for _number in range(10):
            try:
                log_interaction(customer=customer, channel="phone", direction="in", by=by, now=NOON, notes="Zebulon")
            except DomainError:
                return

    def merge() -> None:
        for other in others:
            try:
                merge_customers(survivor=customer, absorbed=other, by=by, now=NOON)
            except DomainError:
                return

    threads = [beside(work) for work in (bring, write, merge)]
    erasing.run(pk=request.pk)
    for thread in threads:
        end(thread)
    request.refresh_from_db()
    confirmed_anew(request, customer, by)
    assert request.state == "done"
    assert found_in_database() == []
    customer.refresh_from_db()
    assert customer.name == f"Erased person {customer.pk}"
    assert Interaction.objects.filter(customer=customer).count() >= 51


@pytest.mark.parametrize("what", ["note", "file", "contact"])
def test_what_was_begun_waits_for_the_erase_and_is_refused(tmp_path: Path, user_for: UserFor, what: str) -> None:
    """Somebody puts back, or corrects, what they read before; the erase has the person's row and commits first."""
    customer, by = zebulon(tmp_path), user_for("administrator")
    delete_note(note=Note.objects.get())
    delete_attachment(attachment=Attachment.objects.get())
    events = {model: model.pgh_event_model.objects.get(pgh_label="delete") for model in (Note, Attachment)}  # type: ignore[attr-defined]
    spoken, refused = Interaction.objects.get(), []
    spoken.body = "PLANTED-SECRET again"
    work = {
        "note": lambda: restore_note(event=events[Note]),
        "file": lambda: restore_attachment(event=events[Attachment]),
        "contact": lambda: correct_interaction(interaction=spoken, by=by, now=NOON),
    }[what]

    def put_back() -> None:
        try:
            work()
        except DomainError as error:
            refused.append(error)

    request = confirmed(customer, user_for)
    with transaction.atomic():
        list(Customer.objects.select_for_update().filter(pk=customer.pk))
        list(Interaction.objects.select_for_update().all())
        thread = beside(put_back)
        wait_until_somebody_waits()
        Customer.objects.filter(pk=customer.pk).update(link_key=f"erased:{customer.pk}")
    end(thread)
    assert len(refused) == 1
    erasing.run(pk=request.pk)
    request.refresh_from_db()
    assert request.state == "done"
    assert found_in_database() == []


def test_two_workers_at_once(tmp_path: Path, user_for: UserFor) -> None:
    request = confirmed(zebulon(tmp_path), user_for)

    def run() -> None:
        try:
            erasing.run(pk=request.pk)
        except DomainError:
            return

    for thread in [beside(run) for _number in range(3)]:
        end(thread)
    request.refresh_from_db()
    assert request.state == "done"
    assert found_in_database() == []
