"""A customer's repairs."""

from typing import Final

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import note, together
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import dated, money
from crm.common.templatetags.look import status_badge
from customers.models import Repair
from customers.trade.repairs import duration_words


def state(repair: Repair) -> object:
    if repair.closed_at is None:
        return status_badge(pgettext("repair", "open"), "azure", "hourglass")
    return status_badge(pgettext("repair", "closed"), "green", "check")


def _closed(repair: Repair) -> object:
    if repair.closed_at is None:
        return ""
    return together(dated(repair.closed_at), note(duration_words(repair.opened_at, repair.closed_at)))


def _warranty(repair: Repair) -> object:
    return status_badge(gettext("under warranty"), "secondary", "shield-check") if repair.under_warranty else ""


REPAIRS: Final = Table[Repair, None](
    key="trade.repairs",
    caption=_("Repairs"),
    columns=(
        Column(key="number", title=_("Repair"), cell=lambda repair: repair.number, sort="number"),
        Column(
            key="opened", title=_("Opened"), cell=lambda repair: dated(repair.opened_at), sort="opened",
            order_by="opened_at", css="line-plain",
        ),
        Column(key="closed", title=_("Closed"), cell=_closed),
        Column(key="state", title=_("State"), cell=lambda repair: together(state(repair), _warranty(repair)),
               css="line-plain"),
        Column(key="product", title=_("Product"), cell=lambda repair: repair.product or "", css="line-plain"),
        Column(
            key="description", title=_("Description"), cell=lambda repair: repair.description, width="long",
            css="line-plain line-last",
        ),
        Column(
            key="cost", title=_("Cost"), cell=lambda repair: "" if repair.cost is None else money(repair.cost),
            align="end", css="line-first",
        ),
    ),
    css="table-lines",
    empty=Empty(text=_("No repairs. They appear here when after-sales' file is imported.")),
)  # fmt: skip
