"""Customers as people name them in commands: by number, or `source/external_id`."""

from typing import Final

from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.identity.merging.absorbing import AlreadyAbsorbed
from customers.identity.merging.forest import find_survivor
from customers.models import Customer

LONGEST_NUMBER: Final = 18


class UnknownCustomer(DomainError):
    """There is no such customer; the message quotes what was named."""


def get_named(text: str) -> Customer:
    """Of an external id of somebody absorbed, the survivor. Raises UnknownCustomer; AlreadyAbsorbed for a number."""
    system, slash, external_id = text.partition("/")
    if slash:
        records = {"source_records__kind": "customers", "source_records__external_id": external_id}
        found = Customer.objects.filter(source_records__system__key=system.strip().lower(), **records).first()
    else:
        found = _by_number(text.strip())
    if found is None:
        raise UnknownCustomer(_("There is no customer “%(name)s”.") % {"name": text})
    return found


def _by_number(text: str) -> Customer | None:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        return None
    found = Customer.objects.filter(pk=int(text)).first()
    survivor = None if found else find_survivor(int(text))
    if survivor:
        raise AlreadyAbsorbed(customer_id=int(text), survivor=survivor)
    return found
