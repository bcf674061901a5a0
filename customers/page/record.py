"""The customer with what the cards of the page show: one query."""

from typing import Any

from django.http import HttpRequest

from customers.identity.access import get_customer
from customers.identity.overview import point_list
from customers.interactions.noting import pinned_list
from customers.models import Customer
from customers.registry.page import panels


def get_whole_record(request: HttpRequest, pk: int) -> Customer:
    """With the contact points, the pinned notes, and with what panels read of the customer."""
    read: dict[str, Any] = {"point_list": point_list(), "pinned_list": pinned_list()}
    for panel in panels(request.user):
        read |= panel.reads(request.user) if panel.reads else {}
    return get_customer(request, pk, **read)
