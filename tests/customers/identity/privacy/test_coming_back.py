"""By no way does an erased person come back: every way in which a customer or a contact person is made, or put back.

Files, feeds and the API share one (`test_suppressing`, `tests/customers/importing/api/test_erased.py`); here are
customers whom a row of something else makes, and what people put back.
"""

from pathlib import Path
from typing import Any

import pytest

from crm.common.audit.acting import acting
from crm.common.audit.models import AuditEntry
from crm.common.versions import version
from customers.identity.contacts import remove_contact, restore_contact
from customers.identity.editing import change_customer, create_customer
from customers.identity.holding import PersonErased
from customers.identity.hygiene.confirming import confirm_customer
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.privacy.suppressing import ErasedOnRequest
from customers.identity.releasing import put_back, release
from customers.identity.survivorship import FIELDS
from customers.interactions.attaching import delete_attachment, restore_attachment
from customers.interactions.correcting import correct_interaction
from customers.interactions.noting import delete_note, deleted_notes, restore_note
from customers.models import Attachment, Customer, ImportReject, Interaction, Note, Order, PrivacyRequest
from tests.conftest import NOON, UserFor
from tests.customers.identity.privacy.world import erased, found_in_database, zebulon
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import NoteFactory, kept_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
ZEB, MAIL, PHONE = "Zebulon Quixworth 祖布伦", "zeb.quix@planted.example", "+49 171 8765432"
STREET = "Quixotenweg 77"
ORDERS = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price,buyer,contact"
CALLED: dict[str, Any] = {"create_missing": {"customers": {"name": "buyer"}}}


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "uploads"


@pytest.fixture
def gone(tmp_path: Path, user_for: UserFor) -> Customer:
    customer = zebulon(tmp_path)
    erased(customer, user_for("administrator"))
    return customer


def ordered(folder: Path, *rows: tuple[str, str, str, str]) -> dict[str, int]:
    """Of each: number, customer, what the buyer is called, and what a column says that no field takes."""
    lines = [[number, who, "2026-01-01", "P", 1, 2, name, beside] for number, who, name, beside in rows]
    return counts(load("orders", write_csv(folder / "o.csv", ORDERS, lines), source="till", mapping=CALLED))


@pytest.mark.parametrize("beside", [MAIL, MAIL.upper(), "0171/8765432", STREET, "quixotenweg 77", "1961-07-23"])
def test_an_order_does_not_make_them_anew_under_another_number(tmp_path: Path, gone: Customer, beside: str) -> None:
    before, orders = Customer.objects.count(), Order.objects.count()
    made = ordered(tmp_path, ("o1", "n1", ZEB, beside), ("o2", "n2", "Ada Lovelace", "ada@x.example"))
    assert made == {"rows": 2, "created": 1, "rejected": 1}
    assert (Customer.objects.count(), Order.objects.count()) == (before + 1, orders + 1)
    reject = ImportReject.objects.latest("pk")
    assert (reject.reason, reject.row, reject.column) == ("erased on request", {}, "customer_external_id")
    assert found_in_database() == []


def test_of_the_lines_of_an_order_any_may_say_who_it_is(tmp_path: Path, gone: Customer) -> None:
    made = ordered(tmp_path, ("o1", "n1", ZEB, ""), ("o1", "n1", ZEB, MAIL), ("o2", "n2", "Ada", ""))
    assert made == {"rows": 3, "created": 1, "rejected": 2}
    assert found_in_database() == []


def test_a_contact_that_was_logged_does_not_either(tmp_path: Path, gone: Customer) -> None:
    headers = "external_id,customer_external_id,channel,occurred_at,contact_value,caller"
    rows = [["i1", "n1", "phone", "2026-01-01T10:00", "0171 8765432", ZEB]]
    mapping = {"create_missing": {"customers": {"name": "caller"}}}
    before = Customer.objects.count()
    batch = load("interactions", write_csv(tmp_path / "i.csv", headers, rows), source="till", mapping=mapping)
    assert (counts(batch), Customer.objects.count()) == ({"rows": 1, "rejected": 1}, before)


def test_a_faulty_order_that_would_is_not_kept(tmp_path: Path, gone: Customer) -> None:
    rows = [["o1", "n1", "never", "P", 1, 2, ZEB, MAIL]]
    load("orders", write_csv(tmp_path / "o.csv", ORDERS, rows), source="till", mapping=CALLED)
    assert (ImportReject.objects.latest("pk").reason, found_in_database()) == ("erased on request", [])


def test_a_namesake_orders(tmp_path: Path, gone: Customer) -> None:
    """A name alone is many people's; and whoever buys anew is a customer anew."""
    assert ordered(tmp_path, ("o1", "n1", ZEB, "other@x.example"), ("o2", "n2", ZEB, "")) == {"rows": 2, "created": 2}


def test_a_name_at_its_street_is_who_they_are(tmp_path: Path, gone: Customer) -> None:
    rows = [["n1", ZEB, STREET.upper(), ""], ["n2", "Ada", STREET, ""], ["n3", ZEB, "Berlin", ""]]
    batch = load("customers", write_csv(tmp_path / "c.csv", "external_id,name,address,email", rows), source="till")
    assert counts(batch) == {"rows": 3, "created": 2, "rejected": 1}


def test_a_contact_person_who_was_removed_is_not_put_back(gone: Customer) -> None:
    removed = ContactFactory.create(name=ZEB, email=MAIL, removed_at=NOON)
    with pytest.raises(ErasedOnRequest):
        restore_contact(contact=removed)
    other = ContactFactory.create(name=ZEB)
    remove_contact(contact=other, now=NOON)
    assert restore_contact(contact=other).removed_at is None


def test_a_merge_does_not_give_them_back(tmp_path: Path, user_for: UserFor) -> None:
    by, ada = user_for("administrator"), CustomerFactory.create(kind="person", name="Ada")
    double = CustomerFactory.create(kind="person", name=ZEB, email=MAIL)
    merge = merge_customers(survivor=ada, absorbed=double, by=by, now=NOON)
    erased(zebulon(tmp_path), by)
    with pytest.raises(ErasedOnRequest):
        undo_merge(merge=merge, by=by, now=NOON)
    merge.refresh_from_db()
    assert (merge.undone_at, Customer.objects.filter(pk=double.pk).exists()) == (None, False)


def test_what_was_released_is_not_put_back(gone: Customer, user_for: UserFor) -> None:
    by = user_for("administrator")
    PrivacyRequest.objects.get().keys.all().delete()
    ada = create_customer(fields={"kind": "person", "name": ZEB, "city": "Rome", "email": MAIL})
    release(customer=ada, field="email", seen=version(ada, FIELDS), by=by, now=NOON)
    erased(create_customer(fields={"kind": "person", "name": ZEB, "email": MAIL}), by)
    with pytest.raises(ErasedOnRequest):
        put_back(customer=ada, field="email", by=by)
    ada.refresh_from_db()
    assert ada.email == ""


def test_nothing_that_was_begun_before_is_said_of_them_afterwards(user_for: UserFor) -> None:
    zeb, by = CustomerFactory.create(kind="person"), user_for("administrator")
    spoken = InteractionFactory.create(customer=zeb, agent=by)
    delete_note(note=NoteFactory.create(customer=zeb, body="PLANTED-SECRET"))
    file = kept_file()
    Attachment.objects.filter(pk=file.pk).update(customer=zeb)
    delete_attachment(attachment=file)
    (note,) = deleted_notes(zeb, now=NOON)
    kept = Attachment.pgh_event_model.objects.get(pgh_label="delete")  # type: ignore[attr-defined]
    erased(zeb, by)
    spoken.body = "PLANTED-SECRET"
    for write in (
        lambda: restore_note(event=note),
        lambda: correct_interaction(interaction=spoken, by=by, now=NOON),
        lambda: confirm_customer(customer=zeb, by=by, now=NOON, seen=""),
    ):
        with pytest.raises(PersonErased):
            write()
    with pytest.raises(Exception, match="no longer be put back"):
        restore_attachment(event=kept)
    assert (Note.objects.exists(), Attachment.objects.exists(), Interaction.objects.get().body) == (False, False, "")


def test_who_tries_leaves_a_row_and_is_told_only_if_they_may_know(gone: Customer, user_for: UserFor) -> None:
    fields = {"kind": "person", "name": ZEB, "email": MAIL}
    request = PrivacyRequest.objects.get()
    for role, is_told in (("service", False), ("administrator", True)):
        with acting(user=user_for(role).pk), pytest.raises(ErasedOnRequest) as refused:
            create_customer(fields=fields)
        assert ("erased" in str(refused.value), f"#{request.pk}" in str(refused.value)) == (is_told, is_told)
    ada = CustomerFactory.create(kind="person", name=ZEB)
    with acting(user=user_for("sales").pk), pytest.raises(ErasedOnRequest):
        change_customer(customer=ada, fields={"email": MAIL}, seen=version(ada, FIELDS))
    rows = AuditEntry.objects.filter(what="privacy.refused").order_by("pk").values_list("user_id", "details")
    who = [user_for(role).pk for role in ("service", "administrator", "sales")]
    assert list(rows) == [(pk, {"requests": [request.pk]}) for pk in who]
