"""Where invoices stand: open, overdue, paid; and how late."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import BooleanField, F, IntegerField, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Invoice
from customers.models.trade import OPEN_IN_COMPANY
from customers.querysets.trade import InvoiceQuerySet

WHICH: Final = ("all", "open", "overdue")
# One probe of the index of open invoices.
_NARROWED: Final = {
    "open": """SELECT i.id FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, %s) s
               WHERE i.customer_id = %s AND s.is_open""",
    "overdue": """SELECT i.id FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, %s) s
                  WHERE i.customer_id = %s AND s.is_overdue""",
}
# An open call or chat is another word in Chinese.
STATES: Final = {
    "open": pgettext_lazy("invoice", "open"),
    "overdue": _("overdue"),
    "paid": _("paid"),
    "credit": _("credit note"),
}
_STANDING: Final = "(SELECT s.{} FROM crm_invoice_standing(customers_invoice, %s) s)"
# Days past its day: of an unpaid one until today, of one that was paid until then; null for one in time.
_LATE: Final = """(SELECT nullif(greatest(0, CASE WHEN s.is_overdue THEN %s - customers_invoice.due_on
  WHEN customers_invoice.settled_on IS NOT NULL THEN customers_invoice.settled_on - customers_invoice.due_on END), 0)
  FROM crm_invoice_standing(customers_invoice, %s) s)"""


def with_standing(invoices: InvoiceQuerySet[Invoice], *, on: date) -> InvoiceQuerySet[Any]:
    """Annotate `is_open`, `is_overdue` and `days_late` (None: in time) as of the day; and `open_company`, which is none
    where nothing is open.
    """
    return invoices.annotate(
        is_open=_standing("is_open", on),
        is_overdue=_standing("is_overdue", on),
        open_company=OPEN_IN_COMPANY,
        days_late=RawSQL(_LATE, [on, on], output_field=IntegerField()),  # noqa: S611 - a constant
    )


def stands(which: str, *, on: date) -> Q:
    """Of STATES. What `crm_invoice_standing` says of open ones is asked where the index of unpaid invoices leads."""
    if which == "credit":
        return Q(amount__lte=0)
    if which == "paid":
        return Q(amount__gt=0, paid__gte=F("amount"))
    unpaid = Q(paid__lt=F("amount"))
    if which == "open":
        return unpaid & Q(_standing("is_open", on))
    return unpaid & Q(due_on__lt=on) & Q(_standing("is_overdue", on))


def _standing(column: str, on: date) -> RawSQL:
    return RawSQL(_STANDING.format(column), [on], output_field=BooleanField())  # noqa: S611 - a constant


def narrowed(
    invoices: InvoiceQuerySet[Invoice], *, which: str, customer: Customer, on: date
) -> InvoiceQuerySet[Invoice]:
    """A customer's invoices; `which` is one of WHICH."""
    of_customer = invoices.filter(customer=customer)
    if which not in _NARROWED:
        return of_customer
    return of_customer.filter(pk__in=RawSQL(_NARROWED[which], [on, customer.pk]))  # noqa: S611 - a constant


def open_amount(invoice: Invoice) -> Decimal:
    """In the invoice's currency; of one annotated by `with_standing`."""
    is_open: bool = invoice.is_open  # type: ignore[attr-defined]
    return invoice.amount - invoice.paid if is_open else Decimal(0)


def overdue_words(days: int) -> str:
    """Of what is unpaid so many days past its day."""
    return ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}


def late_words(days: int) -> str:
    """Of what was paid so many days past its day; none or fewer is in time."""
    return (
        ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days} if days > 0 else gettext("in time")
    )
