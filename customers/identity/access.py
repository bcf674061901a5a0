"""How views get a customer: the customer, if the user may see it, else 404."""

from django.http import Http404, HttpRequest

from customers.identity.overview import find_customer
from customers.models import Customer
from customers.registry.page import Reads, read_for_head


def get_customer(request: HttpRequest, pk: int, *reads: Reads) -> Customer:
    """With tier and sources, what the head of the page shows, and what else is to be read; one query."""
    customer = find_customer(pk=pk, user=request.user, reads=(*read_for_head(), *reads))
    if customer is None:
        raise Http404
    return customer
