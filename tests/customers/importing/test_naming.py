from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from customers.importing import batches
from customers.models import Contact, Customer, ImportBatch, Interaction, ParkedRow, Purpose
from customers.tasks import run_import
from tests.conftest import UserFor
from tests.customers.importing.files import load, write_csv
from tests.factories.importing import SourceSystemFactory

pytestmark = pytest.mark.django_db
CUSTOMERS = "external_id,name"
CONTACTS = "external_id,customer_external_id,channel,occurred_at"


def events(model: Any) -> list[tuple[str, dict[str, Any]]]:
    found = model.pgh_event_model.objects.select_related("pgh_context").order_by("pgh_id")
    return [(event.pgh_label, event.pgh_context.metadata if event.pgh_context else {}) for event in found]


def queued(path: Path, *, kind: str = "customers", by: User | None = None) -> ImportBatch:
    system = batches.find_or_make_system(name="shop")
    batch = batches.create_batch(file=path, system=system, kind=kind, by=by)
    batches.enqueue(batch=batch, mapping={}, dry_run=False)
    return batch


def test_a_customer_from_a_file_names_the_import_and_who_brought_it(tmp_path: Path, user_for: UserFor) -> None:
    ann = user_for("manager")
    batch = queued(write_csv(tmp_path / "c.csv", CUSTOMERS, [["1", "Ada"]]), by=ann)

    run_import(batch_id=batch.pk)

    ((label, who),) = events(Customer)
    assert (label, who) == ("insert", {"job": "import", "user": ann.pk, "batch": batch.pk})


def test_what_an_import_changes_names_it_too(tmp_path: Path, user_for: UserFor) -> None:
    load("customers", write_csv(tmp_path / "c.csv", CUSTOMERS, [["1", "Ada"]]))
    batch = queued(write_csv(tmp_path / "d.csv", CUSTOMERS, [["1", "Ada Lovelace"]]), by=user_for("manager"))

    run_import(batch_id=batch.pk)

    assert events(Customer)[-1] == ("update", {"job": "import", "user": user_for("manager").pk, "batch": batch.pk})


def test_an_import_from_the_command_line_names_the_command_and_its_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "operator")
    path = write_csv(tmp_path / "c.csv", CUSTOMERS, [["1", "Ada"]])

    call_command("import_file", "customers", str(path), source="shop")

    batch = ImportBatch.objects.get()
    by_hand = {"command": "import_file", "account": "operator"}
    assert events(Customer) == [("insert", {**by_hand, "user": None, "batch": batch.pk, "job": "import"})]
    assert events(ImportBatch)[0] == ("insert", by_hand)


def test_facts_in_bulk_have_the_import_for_their_record(tmp_path: Path) -> None:
    load("customers", write_csv(tmp_path / "c.csv", CUSTOMERS, [["1", "Ada"]]))
    load("interactions", write_csv(tmp_path / "i.csv", CONTACTS, [["1", "1", "phone", "2026-01-01T10:00:00Z"]]))
    rows = [["1", "1", "Charles", "c@b.example"]]
    load("contacts", write_csv(tmp_path / "p.csv", "external_id,customer_external_id,name,email", rows))

    assert (Interaction.objects.count(), Contact.objects.count()) == (1, 1)
    assert (events(Interaction), events(Contact)) == ([], [])


def test_a_row_that_waited_names_the_import_that_brought_it(tmp_path: Path, user_for: UserFor) -> None:
    ann, ben = user_for("manager"), user_for("administrator")
    contacts = "external_id,customer_external_id,name"
    load("customers", write_csv(tmp_path / "c.csv", CUSTOMERS, [["1", "Ada"]]))
    load("contacts", write_csv(tmp_path / "p.csv", contacts, [["p1", "1", "Charles"]]))
    waiting = queued(write_csv(tmp_path / "q.csv", contacts, [["p1", "2", "Charles B."]]), kind="contacts", by=ann)
    run_import(batch_id=waiting.pk)
    assert ParkedRow.objects.count() == 1

    run_import(batch_id=queued(write_csv(tmp_path / "d.csv", CUSTOMERS, [["2", "Mary"]]), by=ben).pk)

    assert not ParkedRow.objects.exists()
    assert events(Contact)[-1] == ("update", {"job": "import", "user": ann.pk, "batch": waiting.pk})
    assert events(Customer)[-1][1]["user"] == ben.pk


def test_what_is_done_after_an_import_is_not_the_imports(tmp_path: Path, user_for: UserFor) -> None:
    ann = user_for("manager")
    first = queued(write_csv(tmp_path / "c.csv", CUSTOMERS, [["1", "Ada"]]), by=ann)
    second = queued(write_csv(tmp_path / "d.csv", CUSTOMERS, [["2", "Mary"]]))
    run_import(batch_id=first.pk)
    run_import(batch_id=second.pk)

    assert [who["user"] for _label, who in events(Customer)] == [ann.pk, None]


def test_a_state_of_the_import_names_who_started_it(user_for: UserFor, tmp_path: Path) -> None:
    batch = queued(write_csv(tmp_path / "c.csv", CUSTOMERS, [["1", "Ada"]]), by=user_for("manager"))
    run_import(batch_id=batch.pk)

    states = ImportBatch.pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [(event.pgh_label, event.state, event.created_by) for event in states] == [
        (label, state, user_for("manager"))
        for label, state in (
            ("insert", "uploaded"), ("update", "uploaded"), ("update", "queued"), ("update", "staging"),
            ("update", "applying"),
        )
    ]  # fmt: skip


def test_sources_and_words_a_person_makes_are_noted_even_beside_an_import() -> None:
    SourceSystemFactory.create()
    Purpose.objects.create(key="x", name="X")
    assert [label for label, _who in events(Purpose)[-1:]] == ["insert"]
