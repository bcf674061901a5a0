"""How views get a customer: the customer, if the user may see it, else 404."""

from django.http import Http404, HttpRequest

from customers.identity.overview import find_customer
from customers.models import Customer


def get_customer(request: HttpRequest, pk: int) -> Customer:
    """With tier and sources; one query."""
    customer = find_customer(pk=pk, user=request.user)
    if customer is None:
        raise Http404
    return customer
