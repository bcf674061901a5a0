"""Orders, invoices and payments as entries of a customer's timeline."""

from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from crm.common.cells import url_of
from crm.common.templatetags.figures import day, money
from customers.models import Order
from customers.registry.page import EntryRows, Happened, Reader, TimelineEntry
from customers.trade.invoices import late_words, overdue_words
from customers.trade.orders import UNDONE


def order(row: Happened, _reader: Reader) -> TimelineEntry:
    facts = row.facts
    status, amount = Order.Status(facts["status"]), facts["amount"]
    said = _("Ordered for %(amount)s") if amount >= 0 else _("Returned goods for %(amount)s")
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon="shopping-cart" if amount >= 0 else "truck-return",
        colour="orange",
        title=said % {"amount": money(abs(amount), facts["currency"])},
        notes=(facts["number"], str(status.label)),
        url=url_of("customers:order", row.pk),
        is_bad=status in UNDONE,
    )


ORDERS: Final = EntryRows(
    table="customers_order f",
    at="f.placed_at",
    facts={"number": "f.number", "status": "f.status", "amount": "f.amount", "currency": "f.currency"},
    found="f.number ILIKE %(pattern)s",
    entry=order,
)


def invoice(row: Happened, _reader: Reader) -> TimelineEntry:
    facts = row.facts
    said = _("Invoice over %(amount)s") if facts["amount"] > 0 else _("Credit note over %(amount)s")
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon="file-invoice" if facts["amount"] > 0 else "receipt-refund",
        colour="indigo",
        title=said % {"amount": money(abs(facts["amount"]), facts["currency"])},
        notes=(facts["number"], *_standing(facts)),
        url=url_of("customers:invoice", row.pk),
        is_day=True,
        is_bad=facts["is_overdue"],
    )


def _standing(facts: dict[str, Any]) -> tuple[str, ...]:
    """What an open one still asks for."""
    if not facts["is_open"]:
        return ()
    due = date.fromisoformat(facts["due_on"])
    owed = _("%(amount)s open") % {"amount": money(facts["open"], facts["currency"])}
    if not facts["is_overdue"]:
        return owed, _("due on %(day)s") % {"day": day(due)}
    return owed, overdue_words(facts["days_late"])


INVOICES: Final = EntryRows(
    table="customers_invoice f",
    at="f.issued_on",
    is_day=True,
    facts={
        "number": "f.number",
        "amount": "f.amount",
        "currency": "f.currency",
        "due_on": "f.due_on",
        "open": "f.amount - f.paid",
        "is_open": "s.is_open",
        "is_overdue": "s.is_overdue",
        "days_late": "%(today)s - f.due_on",
    },
    joins="""JOIN customers_invoice whole ON whole.id = f.id
CROSS JOIN LATERAL crm_invoice_standing(whole, %(today)s) s""",
    found="f.number ILIKE %(pattern)s",
    entry=invoice,
)


def payment(row: Happened, _reader: Reader) -> TimelineEntry:
    facts = row.facts
    said = _("Paid %(amount)s") if facts["amount"] >= 0 else _("Paid back %(amount)s")
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon="cash",
        colour="green",
        title=said % {"amount": money(abs(facts["amount"]), facts["currency"])},
        notes=(facts["invoice"], late_words(facts["days_late"])),
        url=url_of("customers:invoice", facts["invoice_id"]),
        is_day=True,
    )


PAYMENTS: Final = EntryRows(
    table="customers_payment f",
    at="f.paid_on",
    is_day=True,
    facts={
        "amount": "f.amount",
        "currency": "i.currency",
        "invoice": "i.number",
        "invoice_id": "i.id",
        "days_late": "f.paid_on - i.due_on",
    },
    joins="JOIN customers_invoice i ON i.id = f.invoice_id",
    found="(SELECT i.number FROM customers_invoice i WHERE i.id = f.invoice_id) ILIKE %(pattern)s",
    entry=payment,
)
