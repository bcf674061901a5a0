"""A customer's orders."""

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext_lazy as _

from crm.common.cells import dimmed, lines, together
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import NO_DATA, ago, money
from customers.models import Order, OrderLine

LINES_SHOWN = 4


def _bought(order: Order) -> object:
    """The first lines; `lines__product` comes with the orders."""
    bought = list(order.lines.all())
    more: list[object] = [dimmed("…")] if len(bought) > LINES_SHOWN else []
    return lines([*map(_line, bought[:LINES_SHOWN]), *more])


def _line(line: OrderLine) -> str:
    return f"{floatformat(line.quantity, '-3')} × {line.product or NO_DATA}"


ORDERS = Table[Order, None](
    key="trade.orders",
    caption=_("Orders"),
    columns=(
        Column(key="number", title=_("Order"), cell=lambda order: order.number),
        Column(key="placed", title=_("Placed"), cell=lambda order: ago(order.placed_at)),
        Column(key="state", title=_("State"), cell=lambda order: order.get_status_display()),
        Column(key="what", title=_("What"), cell=_bought),
        Column(key="amount", title=_("Amount"), cell=lambda order: money(order.amount, order.currency), align="end"),
    ),
    empty=Empty(
        title=_("No orders"), text=_("Orders appear here when the shop's file is imported."), icon="shopping-cart"
    ),
)


def _with_state(order: Order) -> object:
    """Its number; a state only where the order came to nothing."""
    undone = order.status in {Order.Status.CANCELLED, Order.Status.RETURNED}
    return together(order.number, dimmed(order.get_status_display()) if undone else "")


RECENT_ORDERS = Table[Order, None](
    key="trade.recent_orders",
    caption=_("Orders"),
    columns=(
        Column(key="number", title=_("Order"), cell=_with_state),
        Column(key="placed", title=_("Placed"), cell=lambda order: ago(order.placed_at)),
        Column(key="amount", title=_("Amount"), cell=lambda order: money(order.amount, order.currency), align="end"),
    ),
    dense=True,
    empty=Empty(text=_("Has not ordered yet.")),
)
