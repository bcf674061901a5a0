"""The customer with what the cards of the page show: one query."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from customers.identity.access import get_customer
from customers.identity.overview import point_list
from customers.interactions.noting import pinned_list
from customers.models import Customer
from customers.registry.page import Reader, read_for_panels


def get_whole_record(request: HttpRequest, pk: int) -> Customer:
    """With the contact points, the pinned notes, and with what panels read of the customer."""
    return get_customer(request, pk, _beside, *read_for_panels(request.user))


def _beside(_reader: Reader) -> Mapping[str, Any]:
    return {"point_list": point_list(), "pinned_list": pinned_list()}
