"""How views get a customer: the customer, if the user may see it, else 404. Who became one with another leads there."""

from django.http import Http404, HttpRequest

from customers.identity.merging.forest import find_root
from customers.identity.merging.leading import BecameAnother
from customers.identity.overview import find_customer
from customers.models import Customer
from customers.registry.page import Reads, read_for_head


def get_customer(request: HttpRequest, pk: int, *reads: Reads) -> Customer:
    """With tier and sources, what the head of the page shows, and what else is to be read; one query."""
    customer = find_customer(pk=pk, user=request.user, reads=(*read_for_head(), *reads))
    if customer is not None:
        return customer
    survivor = Customer.objects.visible_to(request.user).filter(pk=find_root(pk) or 0).first()
    if survivor is None:
        raise Http404
    raise BecameAnother(customer_id=pk, survivor=survivor)
