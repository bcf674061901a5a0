"""How views get a customer: the customer, if the user may see it, else 404."""

from typing import Any

from django.http import Http404, HttpRequest

from customers.identity.overview import find_customer
from customers.models import Customer


def get_customer(request: HttpRequest, pk: int, **annotations: Any) -> Customer:
    """With tier and sources, and what else is asked for by name; one query."""
    customer = find_customer(pk=pk, user=request.user, annotations=annotations)
    if customer is None:
        raise Http404
    return customer
