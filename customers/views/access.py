"""How views get their objects: the object, if the user may see it, else 404."""

from django.http import Http404, HttpRequest

from accounts.models import User
from customers.identity.overview import find_customer
from customers.models import Customer


def signed_in(request: HttpRequest) -> User:
    """Staff; views behind a permission have one."""
    assert isinstance(request.user, User)
    return request.user


def get_customer(request: HttpRequest, pk: int) -> Customer:
    """With tier and sources; one query."""
    customer = find_customer(pk=pk, user=request.user)
    if customer is None:
        raise Http404
    return customer
