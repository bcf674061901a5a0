"""Which customers are meant: those picked by id, or all that a list shows."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from accounts.access import Reader
from customers.models import Customer
from customers.page.filters import CustomerFilter
from customers.querysets.customers import CustomerQuerySet

Selection = Mapping[str, Any]
"""{"ids": [...]}, or {"query": the query string of the list}: all that it shows, on whatever page."""


def customers_of(selection: Selection, user: Reader) -> CustomerQuerySet[Customer]:
    """Those that the user may see; of what means nothing, nobody."""
    visible = Customer.objects.visible_to(user)
    if "ids" in selection:
        return visible.filter(pk__in=selection["ids"])
    if "query" not in selection:
        return visible.none()
    filtered = CustomerFilter(QueryDict(selection["query"]), queryset=visible)
    found: CustomerQuerySet[Customer] = filtered.qs if filtered.is_valid() else visible.none()
    return found


def in_brief(selection: Selection) -> dict[str, Any]:
    """For the record: how many were picked, or which filters were set; never what was searched for."""
    if "ids" in selection:
        return {"picked": len(selection["ids"])}
    return {"filters": sorted(name for name, value in QueryDict(selection.get("query", "")).items() if value)}
