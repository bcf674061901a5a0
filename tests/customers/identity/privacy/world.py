"""A person with something of everything, whose values are easily told from others; and where they are looked for."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from accounts.models import User
from crm.common.outbox.models import OutboxMail
from customers.identity.privacy import asking, erasing
from customers.identity.privacy.needles import folded
from customers.identity.privacy.subjects import find_subject
from customers.interactions import attaching
from customers.models import Contact, Customer, ImportReject, Match, Note, ParkedRow, PrivacyRequest
from tests.conftest import NOON
from tests.customers.importing.files import load, write_csv
from tests.factories.accounts import NoticeFactory, UserFactory
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import ImportBatchFactory, SourceRecordFactory, SourceSystemFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import AttachmentFactory, CustomerTagFactory, FollowFactory, NoteFactory, VisitFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import CallEventFactory, CallFactory
from tests.factories.to_do import TaskFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, RepairFactory

PLANTED: Final = (
    "Zebulon Quixworth", "Zebulon", "quixworth", "zeb.quix@planted.example", "zebquix@planted.example",
    "0171 8765432", "491718765432", "8765432", "Quixotenweg 77", "DE811907980", "祖布伦", "zubulun", "PLANTED-SECRET",
    "zq-4711-id", "1961-07-23",
)  # fmt: skip
HEADERS: Final = "external_id,kind,name,tax_id,email,phone,address,birth_date,nickname"
ROW: Final = [
    "zq-4711-id", "person", "Zebulon Quixworth 祖布伦", "DE811907980", "zeb.quix@planted.example", "0171 8765432",
    "Quixotenweg 77", "1961-07-23", "PLANTED-SECRET",
]  # fmt: skip


def zebulon(folder: Path) -> Customer:
    """As a file brings them, and then all that people and files add."""
    load("customers", write_csv(folder / "people.csv", HEADERS, [ROW]))
    customer = Customer.objects.get(name__startswith="Zebulon")
    add_everything(customer)
    return customer


def add_everything(customer: Customer) -> None:
    system = SourceSystemFactory.create(key="desk")
    says = "PLANTED-SECRET says Zebulon"
    friend = ContactFactory.create(customer=customer, name="Quixworth junior", email="zeb.quix@planted.example")
    ContactPointFactory.create(customer=customer, contact=friend, raw="0171 8765432", normalised="491718765432")
    order = OrderFactory.create(customer=customer, placed_at=NOON - timedelta(days=40), lines=[("2", "10", "6")])
    SourceRecordFactory.create(system=system, kind="orders", object_id=order.pk, customer=None, payload={"to": says})
    InvoiceFactory.create(customer=customer, order=order, paid=Decimal(50))
    RepairFactory.create(customer=customer, description=says)
    spoken = InteractionFactory.create(
        customer=customer, subject=says, body=says, contact_value="0171 8765432", contact_normalised="491718765432",
        contact=friend, channel="phone",
    )  # fmt: skip
    SourceRecordFactory.create(system=system, kind="interactions", object_id=spoken.pk, customer=None, payload=None)
    call = CallFactory.create(interaction=spoken, caller="0171 8765432", system=system)
    CallEventFactory.create(
        system=system, callid=call.callid, event="ENTERQUEUE", params=["", "0171 8765432", "1"], digest=uuid4()
    )
    SurveyAnswerFactory.create(customer=customer, comment=says)
    note = NoteFactory.create(customer=customer, body=says)
    Note.objects.filter(pk=note.pk).update(body=f"{says} again")
    _file_of(customer)
    TaskFactory.create(customer=customer, what=says, notes=says)
    for made in (CustomerTagFactory, FollowFactory, VisitFactory):
        made.create(customer=customer)
    NoticeFactory.create(user=UserFactory.create(), customer_id=customer.pk, data={"name": "Zebulon Quixworth"})
    _elsewhere(customer, system)


def _file_of(customer: Customer) -> None:
    attachment = AttachmentFactory.create(customer=customer, name="Quixworth.pdf")
    path = attaching.path_of(attachment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("PLANTED-SECRET")


def _elsewhere(customer: Customer, system: Any) -> None:
    """Where no column says whose it is."""
    other = CustomerFactory.create(kind="person", name="Somebody Else")
    left, right = sorted((customer.pk, other.pk))
    evidence = [{"key": "name", "level": "near", "weight": 1, "left": "Zebulon Quixworth", "right": "somebody else"}]
    Match.objects.create(left_id=left, right_id=right, kind="person", score=0.9, evidence=evidence, proposed_at=NOON)
    batch = ImportBatchFactory.create(state="done")
    ImportReject.objects.create(batch=batch, line=3, reason="“Zebulon Quixworth” is no date", row={"a": "x"})
    ImportReject.objects.create(batch=batch, line=4, reason="is required", row={"tel": "+49 (171) 876-5432"})
    ImportReject.objects.create(batch=batch, line=5, reason="is required", row={"tel": "030 1"})
    rows = [{"name": "ZEBULON QUIXWORTH"}]
    ParkedRow.objects.create(
        system=system, kind="contacts", external_id="p1", rows=rows, waits_for_kind="customers", waits_for_id="none"
    )
    OutboxMail.objects.create(kind="x", to="a@b.example", subject="On Zebulon Quixworth", created_at=NOON)
    LogEntry.objects.create(
        user=UserFactory.create(), content_type=ContentType.objects.get_for_model(Customer), action_flag=2,
        object_id=str(customer.pk), object_repr="Zebulon Quixworth", change_message="[]",
    )  # fmt: skip


def erased(customer: Customer, by: User, contact: Contact | None = None) -> PrivacyRequest:
    """In both steps, and run to its end."""
    subject = find_subject(customer_id=customer.pk, contact_id=contact and contact.pk)
    asked = asking.ask_erasure(subject=subject, reason="asked", reference="", by=by, now=timezone.now())
    asking.confirm_erasure(request=asked, number=str(subject.number), by=by, now=timezone.now())
    erasing.run(pk=asked.pk)
    asked.refresh_from_db()
    return asked


def columns() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.table_schema || '.' || quote_ident(c.table_name), quote_ident(c.column_name)
            FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE t.table_type = 'BASE TABLE' AND c.table_schema IN ('public', 'staging')
            AND (c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY', 'date', 'uuid'))
            ORDER BY 1, 2"""
        )
        yield from cursor.fetchall()


def found_in_database(planted: tuple[str, ...] = PLANTED) -> list[str]:
    """Where a planted value stands, in whichever table and column."""
    found = []
    with connection.cursor() as cursor:
        for table, column in columns():
            cursor.execute(f"SELECT {column}::text FROM {table} WHERE {column} IS NOT NULL")
            texts = [text for (text,) in cursor.fetchall()]
            found += [f"{table}.{column}: {text[:80]}" for text in texts if is_planted(text, planted)]
    return found


def is_planted(text: str, planted: tuple[str, ...] = PLANTED) -> bool:
    low = folded(text)
    return any(folded(value) in low for value in planted)


def found_in_files(planted: tuple[str, ...] = PLANTED) -> list[str]:
    folders = {Path(settings.VAR_DIR), Path(settings.MEDIA_ROOT)}
    paths = {
        path for folder in folders for path in folder.rglob("*") if path.is_file() and "postgres" not in path.parts
    }
    return [str(path) for path in sorted(paths) if is_planted(path.read_bytes().decode("utf-8", "replace"), planted)]
