"""A customer's orders, invoices and payments."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import dimmed, link, note, together, url_of
from crm.common.kinds import label_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import NO_DATA, dated, money, percent
from crm.common.templatetags.look import status_badge
from customers.models import Invoice, Order, OrderLine, Payment
from customers.trade.invoices import late_words, open_amount, overdue_words
from customers.trade.orders import LINES_SHOWN, UNDONE, Margin


def what_was_bought(order: Order) -> object:
    """Of an order `with_bought`."""
    bought = order.bought  # type: ignore[attr-defined]
    more = [_whole(order)] if len(bought) > LINES_SHOWN else []
    return together(*map(_line, bought[:LINES_SHOWN]), *more, by=", ")


def _whole(order: Order) -> object:
    """Underlined, as it stands in the middle of text."""
    return SafeString(f'<a class="text-decoration-underline" href="{_address(order)}">…</a>')


def _line(line: dict[str, Any]) -> str:
    return f"{_quantity(line['quantity'], get_language())} × {line['product'] or NO_DATA}"


@lru_cache(maxsize=2_000)
def _quantity(quantity: Any, _language: str | None) -> str:
    return str(floatformat(quantity, "-3"))


def _address(row: Order | Invoice) -> str:
    return url_of("customers:order" if isinstance(row, Order) else "customers:invoice", row.pk)


def numbered(row: Order | Invoice) -> object:
    return link(_address(row), row.number)


def order_state(order: Order) -> object:
    return status_badge(label_of(Order.Status, order.status), "red" if order.status in UNDONE else "secondary")


ORDERS = Table[Order, None](
    key="trade.orders",
    caption=_("Orders"),
    columns=(
        Column(key="number", title=_("Order"), cell=numbered, sort="number"),
        Column(
            key="placed",
            title=_("Placed"),
            cell=lambda order: dated(order.placed_at),
            sort="placed",
            order_by="placed_at",
            css="line-plain",
        ),
        Column(key="state", title=_("State"), cell=order_state, css="line-plain"),
        Column(key="what", title=_("What"), cell=what_was_bought, width="long", css="line-plain line-last"),
        Column(
            key="amount",
            title=_("Amount"),
            cell=lambda order: money(order.amount, order.currency),
            align="end",
            sort="amount",
            order_by="amount_company",
            css="line-first",
        ),
    ),
    css="table-lines",
    empty=Empty(text=_("No orders. They appear here when the shop's file is imported.")),
)


def invoice_state(invoice: Invoice) -> object:
    """How it stands and how late; of one `with_standing`."""
    late: int | None = invoice.days_late  # type: ignore[attr-defined]
    if invoice.is_overdue:  # type: ignore[attr-defined]
        return status_badge(overdue_words(late or 0), "red", "alert-circle")
    if invoice.is_open:  # type: ignore[attr-defined]
        return status_badge(pgettext("invoice", "open"), "azure", "hourglass")
    if invoice.amount <= 0:
        return status_badge(gettext("credit note"), "secondary", "receipt-refund")
    paid = status_badge(gettext("paid"), "green", "check")
    if not late:
        return paid
    return together(paid, dimmed(late_words(late)))


def open_of(invoice: Invoice) -> object:
    owed = open_amount(invoice)
    return money(owed, invoice.currency) if owed else ""


INVOICES = Table[Invoice, None](
    key="trade.invoices",
    caption=_("Invoices"),
    columns=(
        Column(key="number", title=_("Invoice"), cell=numbered, sort="number"),
        Column(
            key="issued",
            title=_("Issued"),
            cell=lambda invoice: dated(invoice.issued_on),
            sort="issued",
            order_by="issued_on",
        ),
        Column(key="due", title=_("Due"), cell=lambda invoice: dated(invoice.due_on), sort="due", order_by="due_on"),
        Column(
            key="amount",
            title=_("Amount"),
            cell=lambda invoice: money(invoice.amount, invoice.currency),
            align="end",
            sort="amount",
            order_by="amount_company",
            css="line-first",
        ),
        Column(
            key="paid",
            title=_("Paid"),
            cell=lambda invoice: money(invoice.paid, invoice.currency),
            align="end",
            shown="wide",
            css="line-none",
        ),
        Column(key="open", title=_("Open"), cell=open_of, align="end", sort="open", order_by="open_company"),
        Column(key="late", title=_("State"), cell=invoice_state, css="line-plain"),
    ),
    css="table-lines",
    empty=Empty(text=_("No invoices. They appear here when the books' file is imported.")),
)
NONE_FITS = Empty(text=_("None of the invoices."))


def _late(payment: Payment, invoice: Invoice) -> object:
    return late_words((payment.paid_on - invoice.due_on).days)


def _payments(invoice: Invoice) -> Sequence[Column[Payment]]:
    return (
        Column(key="paid", title=_("Paid on"), cell=lambda payment: dated(payment.paid_on), foot=gettext("Total")),
        Column(key="late", title=_("Against the due date"), cell=lambda payment: _late(payment, invoice)),
        Column(
            key="amount", title=_("Amount"), cell=lambda payment: money(payment.amount, invoice.currency), align="end",
            foot=money(invoice.paid, invoice.currency),
        ),
    )  # fmt: skip


PAYMENTS = Table[Payment, Invoice](
    key="trade.payments",
    caption=_("Payments"),
    columns=_payments,
    empty=Empty(text=_("Nothing has been paid yet.")),
)

Seen = tuple[Order, Margin | None]


def _product(line: OrderLine) -> object:
    if line.product is None:
        return NO_DATA
    group = f" · {line.product.group}" if line.product.group else ""
    return together(line.product, note(f"{line.product.code}{group}"))


def _lines(about: Seen) -> Sequence[Column[OrderLine]]:
    """Without a margin the reader may not see what goods cost."""
    order, margin = about
    shown: tuple[Column[OrderLine], ...] = (
        Column(key="product", title=_("Product"), cell=_product, foot=gettext("Total")),
        Column(key="quantity", title=_("Quantity"), cell=lambda line: floatformat(line.quantity, "-3"), align="end"),
        Column(
            key="price", title=_("Unit price"), cell=lambda line: money(line.unit_price, order.currency), align="end"
        ),
        Column(
            key="amount", title=_("Amount"), cell=lambda line: money(line.quantity * line.unit_price, order.currency),
            align="end", foot=money(order.amount, order.currency),
        ),
    )  # fmt: skip
    return (*shown, *_costs(margin)) if margin else shown


def _costs(margin: Margin) -> tuple[Column[OrderLine], ...]:
    return (
        Column(
            key="cost", title=_("Cost"), cell=lambda line: money(line.cost_company), align="end",
            foot=money(margin.cost),
        ),
        Column(
            key="margin", title=_("Margin"), cell=_margin, align="end",
            foot=together(money(margin.margin), note(percent(margin.share)) if margin.share is not None else ""),
        ),
    )  # fmt: skip


def _margin(line: OrderLine) -> object:
    return None if line.cost_company is None else money(line.amount_company - line.cost_company)


LINES = Table[OrderLine, Seen](
    key="trade.order_lines",
    caption=_("Lines"),
    columns=_lines,
    empty=Empty(text=_("This order has no lines.")),
)
