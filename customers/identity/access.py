"""How views get a customer: the customer, if the user may see it, else 404."""

from typing import Any

from django.http import Http404, HttpRequest

from customers.identity.overview import find_customer
from customers.models import Customer
from customers.registry.page import read_for_head


def get_customer(request: HttpRequest, pk: int, **annotations: Any) -> Customer:
    """With tier and sources, what the head of the page shows, and what else is asked for by name; one query."""
    customer = find_customer(pk=pk, user=request.user, annotations={**read_for_head(), **annotations})
    if customer is None:
        raise Http404
    return customer
