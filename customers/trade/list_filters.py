"""What the lists of orders and of invoices can be narrowed to."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.list_fields import person_field, team_field
from crm.common.days import today
from crm.common.lists.conditions import NOTHING
from crm.common.lists.fields import Field
from crm.common.lists.options import Asking, Fixed, Rows
from customers.identity.choosing_filters import customer_field
from customers.models import Order, Tier
from customers.trade.invoices import STATES, stands

_TIER = Field(
    key="tier", label=_("Tier"), kind="choice", path="tier", is_id=True,
    options=Rows(rows=lambda _asking: Tier.objects.all(), search="name"),
)  # fmt: skip
_OWNER = person_field(key="owner", label=_("Owner of the customer"), path="customer__owner")
_AMOUNT = Field(key="amount", label=_("Amount"), kind="money", path="amount_company", only=("at_least", "at_most"))


def _stands(op: str, value: Any, _asking: Asking) -> Q:
    fits = reduce(or_, (stands(one, on=today()) if one in STATES else NOTHING for one in value))
    return fits if op == "is" else ~fits


ORDER_FIELDS = (
    Field(key="number", label=_("Order"), kind="code", path="number"),
    customer_field(),
    Field(
        key="state", label=_("State"), kind="choice", path="status", options=Fixed(choices=Order.Status.choices),
        only=("is", "is_not"),
    ),
    Field(
        key="placed", label=_("Placed"), kind="date", path="placed_at", is_moment=True,
        only=("within", "older", "from", "before"),
    ),
    _AMOUNT,
    _OWNER,
    team_field(path="team"),
    _TIER,
)  # fmt: skip
INVOICE_FIELDS = (
    Field(key="number", label=_("Invoice"), kind="code", path="number"),
    customer_field(),
    Field(
        key="state", label=_("State"), kind="choice", holds=_stands, options=Fixed(choices=tuple(STATES.items())),
        only=("is", "is_not"),
    ),
    Field(
        key="issued", label=_("Issued"), kind="date", path="issued_on", only=("within", "older", "from", "before")
    ),
    Field(key="due", label=_("Due"), kind="date", path="due_on", only=("from", "before", "older")),
    _AMOUNT,
    _OWNER,
    team_field(path="team"),
    _TIER,
)  # fmt: skip
