"""The lists of all orders and of all invoices."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import dimmed, link, url_of
from crm.common.kinds import label_of
from crm.common.lists.pages import ListPage, View
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import dated, day, money
from crm.common.templatetags.look import tier_badge
from customers.models import Invoice, Order
from customers.trade.list_filters import INVOICE_FIELDS, ORDER_FIELDS
from customers.trade.tables import invoice_state, numbered, open_of, order_state, what_was_bought

MINE = {"field": "owner", "op": "is", "value": ["me"]}


def _customer(row: Order | Invoice) -> object:
    if row.customer_id is None:
        return dimmed(gettext("walk-in"))
    return link(url_of("customers:detail", row.customer_id), row.customer)


def _customers_name(row: Order | Invoice) -> object:
    return row.customer or ""


def _team(row: Order | Invoice) -> object:
    return row.team or ""


def _tier(row: Order | Invoice) -> object:
    return tier_badge(row.tier)


def _order_of(invoice: Invoice) -> object:
    return link(url_of("customers:order", invoice.order.pk), invoice.order.number) if invoice.order else ""


ALL_ORDERS = Table[Order, None](
    key="trade.order_list",
    caption=_("Orders"),
    columns=(
        Column(
            key="number", title=_("Order"), cell=numbered, whole=lambda one: one.number, sort="number",
            share=12,
        ),
        Column(
            key="customer", title=_("Customer"), cell=_customer, whole=_customers_name, sort="customer",
            order_by="customer__search", share=22, css="line-plain",
        ),
        Column(
            key="placed", title=_("Placed"), cell=lambda one: dated(one.placed_at), sort="placed",
            order_by="placed_at", share=13, css="line-plain",
        ),
        Column(
            key="state", title=_("State"), cell=order_state, whole=lambda one: label_of(Order.Status, one.status),
            share=11, css="line-plain",
        ),
        Column(key="what", title=_("What"), cell=what_was_bought, share=25, shown="wide", css="line-last"),
        Column(
            key="amount", title=_("Amount"), hint=_("Sorted by what it is in the company’s currency"),
            cell=lambda one: money(one.amount, one.currency), sort="amount", order_by="amount_company", align="end",
            share=14, css="line-first",
        ),
        Column(key="team", title=_("Team"), cell=_team, share=12, chosen=False),
        Column(key="tier", title=_("Tier"), hint=_("On the day"), cell=_tier, share=9, chosen=False),
    ),
    cut=True,
    css="table-lines",
    empty=Empty(
        title=_("No orders"), text=_("They appear here when the shop's file is imported."), icon="shopping-cart"
    ),
)  # fmt: skip
ORDER_LIST = ListPage(
    table=ALL_ORDERS,
    url_name="customers:order_list",
    permission="customers.view_customer",
    fields=ORDER_FIELDS,
    sort="-placed",
    views=(
        View(key="all", name=_("All orders")),
        View(key="mine", name=_("My customers'"), conditions={"all": [MINE]}),
        View(
            key="recent", name=_("Last 30 days"),
            conditions={"all": [{"field": "placed", "op": "within", "value": "30"}]},
        ),
        View(
            key="undone", name=_("Cancelled and returned"),
            conditions={"all": [{"field": "state", "op": "is", "value": ["cancelled", "returned"]}]},
        ),
    ),
)  # fmt: skip

ALL_INVOICES = Table[Invoice, None](
    key="trade.invoice_list",
    caption=_("Invoices"),
    columns=(
        Column(
            key="number", title=_("Invoice"), cell=numbered, whole=lambda one: one.number, sort="number",
            share=12,
        ),
        Column(
            key="customer", title=_("Customer"), cell=_customer, whole=_customers_name, sort="customer",
            order_by="customer__search", share=22, narrow=24, css="line-plain",
        ),
        Column(
            key="issued", title=_("Issued"), cell=lambda one: dated(one.issued_on), sort="issued",
            order_by="issued_on", share=14, shown="wide",
        ),
        Column(
            key="due", title=_("Due"), cell=lambda one: dated(one.due_on), sort="due", order_by="due_on", share=14,
            narrow=17,
        ),
        Column(key="state", title=_("State"), cell=invoice_state, share=17, narrow=22, css="line-plain"),
        Column(
            key="amount", title=_("Amount"), hint=_("Sorted by what it is in the company’s currency"),
            cell=lambda one: money(one.amount, one.currency), sort="amount", order_by="amount_company", align="end",
            share=12, narrow=13, css="line-first",
        ),
        Column(
            key="open", title=_("Open"), hint=_("Sorted by what it is in the company’s currency"), cell=open_of,
            sort="open", order_by="open_company", align="end", share=12, narrow=13,
        ),
        Column(
            key="paid", title=_("Paid"), cell=lambda one: money(one.paid, one.currency), align="end", share=12,
            chosen=False,
        ),
        Column(
            key="settled", title=_("Settled"), cell=lambda one: day(one.settled_on) if one.settled_on else "",
            sort="settled", order_by="settled_on", share=11, chosen=False,
        ),
        Column(key="order", title=_("Order"), cell=_order_of, share=12, chosen=False),
        Column(key="team", title=_("Team"), cell=_team, share=12, chosen=False),
        Column(key="tier", title=_("Tier"), hint=_("On the day"), cell=_tier, share=9, chosen=False),
    ),
    cut=True,
    css="table-lines",
    empty=Empty(
        title=_("No invoices"), text=_("They appear here when the books' file is imported."), icon="file-invoice"
    ),
)  # fmt: skip
INVOICE_LIST = ListPage(
    table=ALL_INVOICES,
    url_name="customers:invoice_list",
    permission="customers.view_customer",
    fields=INVOICE_FIELDS,
    sort="-issued",
    views=(
        View(key="all", name=_("All invoices")),
        View(
            key="open", name=_("Open"), conditions={"all": [{"field": "state", "op": "is", "value": ["open"]}]},
            sort="due",
        ),
        View(
            key="overdue", name=_("Overdue"),
            conditions={"all": [{"field": "state", "op": "is", "value": ["overdue"]}]}, sort="due",
        ),
        View(
            key="mine", name=_("Overdue, my customers'"),
            conditions={"all": [MINE, {"field": "state", "op": "is", "value": ["overdue"]}]}, sort="due",
        ),
    ),
)  # fmt: skip

NOTHING_FITS = Empty(
    title=_("None fits"),
    text=_("None fits the filters. Try fewer of them."),
    icon="file-search",
    action=_("Clear filters"),
    action_url="?view=all",
)
