"""A copy holds all that is held, in whatever script, and is gone after a week."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.privacy import asking, documents, exporting, gathering
from customers.identity.privacy.files import folder
from customers.identity.privacy.subjects import find_subject
from customers.models import Customer, Match, PrivacyRequest, SourceRecord
from tests.conftest import NOON, UserFor
from tests.customers.identity.privacy.world import erased, zebulon
from tests.customers.importing.files import load, write_csv
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.telephony import CallEventFactory, CallFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def exported(customer: Customer, user_for: UserFor, contact_id: int | None = None) -> PrivacyRequest:
    subject = find_subject(customer_id=customer.pk, contact_id=contact_id)
    request = asking.ask_export(subject=subject, by=user_for("administrator"), now=NOON)
    exporting.run(pk=request.pk)
    request.refresh_from_db()
    return request


def said(request: PrivacyRequest) -> Any:
    path = exporting.find_file(request, "person.json", now=timezone.now())
    assert path is not None
    return json.loads(path.read_text(encoding="utf-8"))


def test_all_that_is_held_stands_in_it(tmp_path: Path, user_for: UserFor) -> None:
    request = exported(zebulon(tmp_path), user_for)
    copy = said(request)
    assert (request.state, copy["format"], request.total) == ("done", "baseline-crm/person/1", request.done)
    full = {table for table, one in copy["tables"].items() if one["rows"]}
    assert full >= {
        "customers_customer", "customers_contact", "customers_contactpoint", "customers_sourcerecord",
        "customers_order", "customers_orderline", "customers_invoice", "customers_repair", "customers_interaction",
        "customers_call", "customers_callevent", "service_surveyanswer", "customers_note", "customers_attachment",
        "customers_task", "customers_customertag", "customers_match",
    }  # fmt: skip
    assert copy["tables"]["customers_customer"]["rows"][0]["birth_date"] == "1961-07-23"
    records = copy["tables"]["customers_sourcerecord"]["rows"]
    assert [(one["system"], one["external_id"], one["payload"]["extra"]) for one in records] == [
        ("shop", "zq-4711-id", {"nickname": "PLANTED-SECRET"})
    ]
    assert [one["body"] for one in copy["history"]["customers_noteevent"]][-1] == "PLANTED-SECRET says Zebulon"
    assert "agent" not in copy["tables"]["customers_interaction"]["rows"][0]
    archive = exporting.find_file(request, "files.zip", now=timezone.now())
    assert archive is not None
    with zipfile.ZipFile(archive) as opened:
        assert opened.namelist() == ["1-Quixworth.pdf"]


def test_the_document_sets_any_script_and_its_text_can_be_found(user_for: UserFor) -> None:
    customer = CustomerFactory.create(kind="person", name="李雷 Müller")
    InteractionFactory.create(customer=customer, subject="สวัสดี नमस्ते مرحبا", body="Привет Ελλάδα 日本語 한국어")
    request = exported(customer, user_for)
    path = exporting.find_file(request, "person.pdf", now=timezone.now())
    assert path is not None
    data = path.read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Font") > len(documents.FONTS)
    assert data.count(b"/ToUnicode") >= len(documents.FONTS)


def test_the_document_says_moments_as_people_do() -> None:
    said = documents._told(
        {"at": "2026-11-15T12:30:00.123456+00:00", "on": "2026-11-15", "in": ["2026-11-15T12:30:00"]}, {}
    )
    assert said == (["At: 11/15/2026 12:30 p.m.", "On: 2026-11-15", "In: 11/15/2026 12:30 p.m."], [])


def test_of_very_many_the_document_shows_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST", 2)
    count, newest = documents._newest({"id": number} for number in range(5))
    assert (count, [row["id"] for row in newest]) == (5, [4, 3])


def test_many_are_read_some_at_a_time(monkeypatch: pytest.MonkeyPatch, user_for: UserFor) -> None:
    monkeypatch.setattr(gathering, "ROWS", 2)
    monkeypatch.setattr(exporting, "TOLD_EVERY", 1)
    customer = CustomerFactory.create(kind="person")
    InteractionFactory.create_batch(5, customer=customer)
    assert len(said(exported(customer, user_for))["tables"]["customers_interaction"]["rows"]) == 5


def test_a_contact_persons_copy_holds_what_is_theirs_alone(user_for: UserFor) -> None:
    eva = ContactFactory.create(name="Eva")
    InteractionFactory.create(customer=eva.customer, contact=eva, body="with Eva")
    InteractionFactory.create(customer=eva.customer, body="with others")
    copy = said(exported(eva.customer, user_for, eva.pk))
    tables = copy["tables"]
    assert [row["name"] for row in tables["customers_contact"]["rows"]] == ["Eva"]
    assert [row["body"] for row in tables["customers_interaction"]["rows"]] == ["with Eva"]
    assert tables["customers_customer"]["rows"] == []
    assert [row["name"] for row in copy["history"]["customers_contactevent"]] == ["Eva"]


def test_others_are_not_in_it_neither_who_was_taken_for_them_nor_staff(tmp_path: Path, user_for: UserFor) -> None:
    by = user_for("administrator")
    load("customers", write_csv(tmp_path / "p.csv", "external_id,kind,name", [["a", "person", "Ada"]]))
    ada, bob = (
        Customer.objects.get(),
        CustomerFactory.create(kind="person", name="Bob Bystander", email="bob@b.example"),
    )
    merge = merge_customers(survivor=ada, absorbed=bob, by=by, now=NOON)
    undo_merge(merge=merge, by=by, now=NOON)
    evidence = [{"key": "name", "level": "near", "weight": 1, "left": "Ada", "right": "Bob Bystander"}]
    left, right = sorted((ada.pk, bob.pk))
    Match.objects.create(left_id=left, right_id=right, kind="person", score=0.9, evidence=evidence, proposed_at=NOON)
    spoken = InteractionFactory.create(customer=ada, agent_name="Staff Stanley", channel="phone")
    call = CallFactory.create(interaction=spoken, agent_name="Staff Stanley")
    CallEventFactory.create(
        system=call.system, callid=call.callid, event="ENTERQUEUE", params=["", "1", "1"], agent="Staff Stanley"
    )
    SourceRecord.objects.update(typed_by={"name": 77123}, released={"name": {"by": 77123}})
    text = json.dumps(said(exported(ada, user_for)))
    assert [word for word in ("Bystander", "bob@b", "Stanley", "77123") if word in text] == []
    assert f'"survivor_id": {ada.pk}' in text


def test_it_is_kept_for_a_week_and_goes_with_the_person(tmp_path: Path, user_for: UserFor) -> None:
    customer = zebulon(tmp_path)
    request = exported(customer, user_for)
    assert exporting.find_file(request, "person.json", now=NOON + timedelta(days=6)) is not None
    assert exporting.find_file(request, "person.json", now=NOON + timedelta(days=8)) is None
    erased(customer, user_for("administrator"))
    assert list(folder().rglob("*.json")) == []


def test_who_is_gone_has_no_copy(user_for: UserFor) -> None:
    customer = CustomerFactory.create(kind="person")
    request = asking.ask_export(
        subject=find_subject(customer_id=customer.pk), by=user_for("administrator"), now=NOON
    )  # fmt: skip
    customer.delete()
    with pytest.raises(Exception, match="no such person"):
        exporting.run(pk=request.pk)
    request.refresh_from_db()
    assert (request.state, request.stored, list(folder().glob("*"))) == ("failed", "", [])


def test_no_copy_is_made_while_they_are_erased(tmp_path: Path, user_for: UserFor) -> None:
    customer, by = zebulon(tmp_path), user_for("administrator")
    subject = find_subject(customer_id=customer.pk)
    queued = asking.ask_export(subject=subject, by=by, now=NOON)
    asked = asking.ask_erasure(subject=subject, reason="asked", reference="", by=by, now=NOON)
    asking.confirm_erasure(request=asked, number=str(customer.pk), by=by, now=NOON)
    with pytest.raises(asking.EraseOpen):
        asking.ask_export(subject=subject, by=by, now=NOON)
    with pytest.raises(asking.EraseOpen):
        exporting.run(pk=queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.stored) == ("failed", "")


@pytest.mark.parametrize("is_done", [True, False], ids=["done meanwhile", "under way"])
def test_a_copy_that_was_being_made_is_not_given_out(
    tmp_path: Path, user_for: UserFor, monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    customer, by, write = zebulon(tmp_path), user_for("administrator"), exporting._write_files

    def meanwhile(subject: Any, path: Path) -> None:
        write(subject, path)
        if is_done:
            erased(customer, by)
            assert list(folder().rglob("*.json")) == []
        else:
            asked = asking.ask_erasure(subject=subject, reason="asked", reference="", by=by, now=NOON)
            asking.confirm_erasure(request=asked, number=str(customer.pk), by=by, now=NOON)

    monkeypatch.setattr(exporting, "_write_files", meanwhile)
    with pytest.raises(asking.EraseOpen):
        exported(customer, user_for)
    request = PrivacyRequest.objects.get(what="export")
    assert (request.state, request.stored, list(folder().glob("*"))) == ("failed", "", [])
