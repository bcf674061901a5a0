"""Which customers are meant: those picked by id, or all that a list shows."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from accounts.access import Reader
from accounts.domain.views import state_of
from customers.models import Customer
from customers.page.listing import meant
from customers.page.tables import CUSTOMER_LIST
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
    query = QueryDict(selection["query"], mutable=True)
    query.setdefault("view", CUSTOMER_LIST.views[0].key)  # not the one that somebody happens to have open
    return meant(state_of(CUSTOMER_LIST, user, query), user)


def in_brief(selection: Selection) -> dict[str, Any]:
    """For the record: how many were picked, or which filters were set; never what was searched for."""
    if "ids" in selection:
        return {"picked": len(selection["ids"])}
    return {"filters": sorted(name for name, value in QueryDict(selection.get("query", "")).items() if value)}
