"""Customers who have something of everything, and all that stands in the database."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection
from psycopg.types.range import Range

from customers.models import Customer, Tier, TierAssignment
from tests.conftest import NOON
from tests.factories.accounts import NoticeFactory, UserFactory
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import AttachmentFactory, CustomerTagFactory, FollowFactory, NoteFactory, VisitFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.to_do import TaskFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, RepairFactory

# What is not the state of the company: who did what, what is still to be done.
APART = ("event", "mark", "merge", "mergedrow", "clock", "context", "session", "recomputerun", "rollupversion")
LEFT_OUT = ("updated_at",)
WRITTEN_ANEW = ("customers_groupmember",)  # under whatever number


def everything() -> dict[str, list[Any]]:
    """Every row of every table, field by field."""
    found = {}
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy and not (model._meta.model_name or "").endswith(APART):
            with connection.cursor() as cursor:
                table = model._meta.db_table
                left_out = [*LEFT_OUT, *(("id",) if table in WRITTEN_ANEW else ())]
                cursor.execute(f'SELECT (to_jsonb(t) - %s::text[])::text FROM "{table}" t ORDER BY 1', [left_out])
                found[table] = [row for (row,) in cursor.fetchall()]
    return {table: rows for table, rows in found.items() if rows}


def differing(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, tuple[list[Any], list[Any]]]:
    """By table: rows that were there only before, rows that are there only after."""
    tables = sorted({*before, *after})
    both = {table: (before.get(table, []), after.get(table, [])) for table in tables}
    return {
        table: ([row for row in was if row not in now], [row for row in now if row not in was])
        for table, (was, now) in both.items()
        if was != now
    }


def settled(name: str, **fields: Any) -> Customer:
    """A customer as a file makes one: what they are is their record's word."""
    customer = CustomerFactory.create(name=name, country="", **fields)
    payload = {"kind": customer.kind, "name": name}
    record = SourceRecordFactory.create(customer=customer, external_id=name, payload=payload)
    Customer.objects.filter(pk=customer.pk).update(
        link_key=f"rec:{record.system.key}/{name}", provenance={"kind": record.pk, "name": record.pk}
    )
    customer.refresh_from_db()
    return customer


def rich(name: str, **fields: Any) -> Customer:
    """With something of everything."""
    customer = settled(name, **fields)
    contact = ContactFactory.create(customer=customer, name=f"Eva of {name}", is_primary=True)
    ContactPointFactory.create(customer=customer, contact=contact)
    ContactPointFactory.create(customer=customer)
    day = date(2026, 1, 1)
    tier = Tier.objects.get(key="gold")
    TierAssignment.objects.create(customer=customer, tier=tier, valid=Range(day, None))
    Customer.objects.filter(pk=customer.pk).update(tier=tier)
    order = OrderFactory.create(customer=customer, placed_at=NOON - timedelta(days=40), lines=[("2", "10.00", "6.00")])
    InvoiceFactory.create(customer=customer, order=order, due_on=NOON.date() - timedelta(days=20), paid=Decimal(50))
    RepairFactory.create(customer=customer, opened_at=NOON - timedelta(days=9), closed_at=NOON - timedelta(days=2))
    for days in (1, 3, 30):
        InteractionFactory.create(customer=customer, occurred_at=NOON - timedelta(days=days))
    note = NoteFactory.create(customer=customer)
    AttachmentFactory.create(customer=customer, note=note)
    TaskFactory.create(customer=customer)
    SurveyAnswerFactory.create(customer=customer)
    for made in (CustomerTagFactory, FollowFactory, VisitFactory):
        made.create(customer=customer)
    NoticeFactory.create(user=UserFactory.create(), customer_id=customer.pk)
    customer.refresh_from_db()
    return customer
