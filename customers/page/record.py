"""The customer as every tab's head shows it, and what its cards show: one query."""

from typing import Any, Final

from django.db.models import JSONField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest

from crm.common.days import today
from customers.identity.access import get_customer
from customers.identity.overview import point_list
from customers.interactions.noting import pinned_list
from customers.models import Customer
from customers.registry.page import panels

# One probe of the index of open invoices.
_OWED: Final = "(SELECT to_jsonb(owed) FROM crm_owed(%s) owed WHERE owed.customer_id = customers_customer.id)"


def get_record(request: HttpRequest, pk: int, **annotations: Any) -> Customer:
    """With `owed` ({open, overdue, …} in the company's currency, None where nothing is open)."""
    owed = RawSQL(_OWED, [today()], output_field=JSONField())  # noqa: S611 - a constant
    return get_customer(request, pk, owed=owed, **annotations)


def get_whole_record(request: HttpRequest, pk: int) -> Customer:
    """Also with the contact points, the pinned notes, and with what panels read of the customer."""
    read: dict[str, Any] = {"point_list": point_list(), "pinned_list": pinned_list()}
    for panel in panels(request.user):
        read |= panel.reads(request.user) if panel.reads else {}
    return get_record(request, pk, **read)
