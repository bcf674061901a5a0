"""Who is erased: with whom they absorbed; a contact person alone; and nobody else."""

from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from crm.common.audit.models import AuditEntry
from customers.identity.contacts import ContactGone, restore_contact
from customers.identity.editing import change_customer
from customers.identity.holding import PersonErased
from customers.identity.linking import link_key
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import MergedIntoErased, undo_merge
from customers.identity.privacy import asking, erasing, tasks
from customers.identity.privacy.subjects import NotAPerson, PersonGone, find_subject
from customers.interactions.recording import log_interaction
from customers.models import (
    Contact,
    Customer,
    GroupMember,
    Interaction,
    Match,
    Merge,
    Relation,
    SharedKey,
    SuppressedKey,
)
from tests.conftest import NOON, UserFor
from tests.customers.identity.privacy.world import PLANTED, erased, found_in_database, zebulon
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory
from tests.factories.interactions import InteractionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_whom_they_absorbed_goes_with_them_and_cannot_be_taken_apart(tmp_path: Path, user_for: UserFor) -> None:
    zeb, by = zebulon(tmp_path), user_for("administrator")
    other = CustomerFactory.create(kind="person", name="Ada Lovelace")
    merge = merge_customers(survivor=other, absorbed=zeb, by=by, now=NOON)
    erased(other, by)
    assert found_in_database((*PLANTED, "Lovelace")) == []
    with pytest.raises(MergedIntoErased):
        undo_merge(merge=merge, by=by, now=NOON)
    merge.refresh_from_db()
    assert (merge.name, merge.undone_at) == (f"Erased person {zeb.pk}", None)
    again = load("customers", write_csv(tmp_path / "a.csv", "external_id,name", [["zq-4711-id", "X"]]))
    assert counts(again) == {"rows": 1, "rejected": 1}


def test_whoever_became_another_after_it_was_confirmed_is_confirmed_again(user_for: UserFor) -> None:
    zeb, ada = (CustomerFactory.create(kind="person", name=name) for name in ("Zeb Quix", "Ada Lovelace"))
    by = user_for("administrator")
    subject = find_subject(customer_id=zeb.pk)
    asked = asking.ask_erasure(subject=subject, reason="asked", reference="", by=by, now=NOON)
    asking.confirm_erasure(request=asked, number=str(zeb.pk), by=by, now=NOON)
    merge = merge_customers(survivor=ada, absorbed=zeb, by=by, now=NOON)
    erasing.run(pk=asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.confirmed_by, asked.confirmed_at, asked.step) == ("asked", None, None, "")
    assert "confirm it again" in asked.error
    ada.refresh_from_db()
    assert (ada.name, ada.is_erased) == ("Ada Lovelace", False)
    assert not SuppressedKey.objects.exists()
    undo_merge(merge=merge, by=by, now=NOON)
    asking.confirm_erasure(request=asked, number=str(zeb.pk), by=by, now=NOON)
    erasing.run(pk=asked.pk)
    asked.refresh_from_db()
    ada.refresh_from_db()
    assert (asked.state, asked.error, ada.name) == ("done", "", "Ada Lovelace")


def test_who_is_gone_is_not_tried_for_ever(user_for: UserFor) -> None:
    zeb, by = CustomerFactory.create(kind="person"), user_for("administrator")
    subject = find_subject(customer_id=zeb.pk)
    asked = asking.ask_erasure(subject=subject, reason="asked", reference="", by=by, now=NOON)
    asking.confirm_erasure(request=asked, number=str(zeb.pk), by=by, now=NOON)
    Customer.objects.filter(pk=zeb.pk).update(kind="organization")
    tasks.resume_privacy()
    asked.refresh_from_db()
    assert (asked.state, asked.step) == ("failed", "refuse")
    assert "not a person" in asked.error
    assert erasing.unfinished() == []


def test_a_record_that_was_linked_goes_and_its_key_names_nobody(tmp_path: Path, user_for: UserFor) -> None:
    rows = [["zq-4711-id", "person", "Zebulon Quixworth", "zeb.quix@planted.example"]]
    for source in ("shop", "till"):
        load("customers", write_csv(tmp_path / "p.csv", "external_id,kind,name,email", rows), source=source)
    link = Merge.objects.get()
    erased(Customer.objects.get(), user_for("administrator"))
    assert found_in_database() == []
    link.refresh_from_db()
    assert (link.key, link.how) == (f"erased:{link.pk}", "link")


def test_nothing_is_kept_with_them_any_more(user_for: UserFor) -> None:
    customer, by = CustomerFactory.create(kind="person"), user_for("administrator")
    erased(customer, by)
    customer.refresh_from_db()
    with pytest.raises(PersonErased):
        log_interaction(customer=customer, channel="phone", direction="in", by=by, now=NOON, notes="Ada rang")
    with pytest.raises(PersonErased):
        change_customer(customer=customer, fields={"name": "Ada"}, seen="")
    with pytest.raises(PersonErased):
        merge_customers(survivor=CustomerFactory.create(kind="person"), absorbed=customer, by=by, now=NOON)
    with pytest.raises(asking.ErasedAlready):
        asking.ask_erasure(
            subject=find_subject(customer_id=customer.pk), reason="asked", reference="", by=by, now=NOON
        )  # fmt: skip


def test_an_organization_or_nobody_is_no_subject() -> None:
    with pytest.raises(NotAPerson):
        find_subject(customer_id=CustomerFactory.create().pk)
    for missing in ({"customer_id": 0}, {"customer_id": 0, "contact_id": 0}):
        with pytest.raises(PersonGone):
            find_subject(**missing)


def test_a_contact_person_goes_alone(tmp_path: Path, user_for: UserFor) -> None:
    firm = CustomerFactory.create(name="Acme", email="info@acme.example")
    eva = ContactFactory.create(customer=firm, name="Zebulon Quixworth", email="zeb.quix@planted.example")
    SourceRecordFactory.create(
        kind="contacts",
        customer=firm,
        object_id=eva.pk,
        external_id="zq-4711-id",
        payload={"name": "Zebulon Quixworth"},
    )
    ContactPointFactory.create(customer=firm, contact=eva, kind="phone", raw="0171 8765432", normalised="491718765432")
    Contact.objects.filter(pk=eva.pk).update(job_title="PLANTED-SECRET")
    InteractionFactory.create(customer=firm, contact=eva, body="Zebulon said", contact_value="0171 8765432")
    InteractionFactory.create(customer=firm, body="Acme rang")
    request = erased(firm, user_for("administrator"), eva)
    assert request.state == "done"
    assert found_in_database() == []
    firm.refresh_from_db()
    eva.refresh_from_db()
    assert (firm.name, firm.email, eva.name) == ("Acme", "info@acme.example", f"Erased person {eva.pk}")
    assert set(Interaction.objects.values_list("body", "contact_id")) == {("", eva.pk), ("Acme rang", None)}
    history = Customer.pgh_event_model.objects.filter(name="Acme")  # type: ignore[attr-defined]
    assert history.exists()
    with pytest.raises(ContactGone):
        restore_contact(contact=eva)
    assert AuditEntry.objects.get(what="person.forgotten").details["contact"] == eva.pk


def test_what_was_logged_with_a_contact_person_where_they_were_before_goes_too(
    tmp_path: Path, user_for: UserFor
) -> None:
    """A file moved them to another organization; the first has become one with a third since."""
    by = user_for("administrator")
    for number in ("a", "b"):
        load("customers", write_csv(tmp_path / "c.csv", "external_id,name", [[number, f"Firm {number}"]]))
    at, headers = "external_id,customer_external_id,name,email", "zeb.quix@planted.example"
    load("contacts", write_csv(tmp_path / "k.csv", at, [["zq-4711-id", "a", "Zebulon Quixworth", headers]]))
    eva, first = Contact.objects.get(), Customer.objects.get(name="Firm a")
    InteractionFactory.create(customer=first, contact=eva, body="Zebulon said", contact_value="0171 8765432")
    InteractionFactory.create(customer=first, body="Firm a said")
    load("contacts", write_csv(tmp_path / "k.csv", at, [["zq-4711-id", "b", "Zebulon Quixworth", headers]]))
    eva.refresh_from_db()
    assert eva.customer.name == "Firm b"
    merge_customers(survivor=CustomerFactory.create(name="Third"), absorbed=first, by=by, now=NOON)
    request = erased(eva.customer, by, eva)
    assert request.counts["customers_interaction"] == 1
    assert found_in_database() == []
    assert set(Interaction.objects.values_list("body", flat=True)) == {"", "Firm a said"}


def test_they_leave_their_household_and_their_pairs(user_for: UserFor) -> None:
    zeb, ada, bob = (CustomerFactory.create(kind="person", name=name) for name in ("Zeb", "Ada", "Bob"))
    for one, other in ((zeb, ada), (ada, bob)):
        Relation.objects.create(kind="household", customer_id=one.pk, to_id=other.pk, at=NOON)
    for one in (zeb, ada, bob):
        GroupMember.objects.create(kind="household", customer_id=one.pk, root_id=zeb.pk)
    Match.objects.create(left_id=zeb.pk, right_id=ada.pk, kind="person", score=0.9, proposed_at=NOON)
    erased(zeb, user_for("administrator"))
    assert set(GroupMember.objects.values_list("customer_id", "root_id")) == {(ada.pk, ada.pk), (bob.pk, ada.pk)}
    assert Match.objects.get().state == "different"


def test_a_key_that_too_many_shared_and_the_log_of_their_people_go(tmp_path: Path, user_for: UserFor) -> None:
    zeb = zebulon(tmp_path)
    friend = Contact.objects.get(customer=zeb)
    LogEntry.objects.create(
        user=user_for("administrator"), content_type=ContentType.objects.get_for_model(Contact), action_flag=2,
        object_id=str(friend.pk), object_repr="Quixworth junior", change_message="[]",
    )  # fmt: skip
    said = {"name": "Zebulon Quixworth 祖布伦", "email": "zeb.quix@planted.example"}
    for kind in ("person", ""):
        SharedKey.objects.create(key=link_key(**said, kind=kind, record="x"), at=NOON)
    SharedKey.objects.create(key="mail:office@acme.example|acme", at=NOON)
    assert "zebulon" in SharedKey.objects.earliest("pk").key
    request = erased(zeb, user_for("administrator"))
    assert found_in_database() == []
    assert request.counts["customers_sharedkey"] == 2
    assert SharedKey.objects.get().key == "mail:office@acme.example|acme"


def test_who_shares_an_address_keeps_it(tmp_path: Path, user_for: UserFor) -> None:
    zeb = zebulon(tmp_path)
    wife = CustomerFactory.create(
        kind="person", name="Ada Other", email="zeb.quix@planted.example", phone="0171 8765432"
    )
    before = InteractionFactory.create(customer=wife, body="I am Ada", contact_value="0171 8765432")
    erased(zeb, user_for("administrator"))
    wife.refresh_from_db()
    before.refresh_from_db()
    assert (wife.email, before.body, before.contact_value) == ("zeb.quix@planted.example", "I am Ada", "0171 8765432")
