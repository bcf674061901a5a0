"""The customer whose row stays as it is while somebody writes what is theirs."""

from typing import Final

from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.identity.merging.forest import find_survivor
from customers.models import Customer, SourceRecord

CUSTOMERS: Final = "customers"  # the kind of record


class CustomerGone(DomainError):
    """The customer has given all they had to another (`customers.identity.promotion`), or was removed."""

    def __init__(self) -> None:
        super().__init__(_("This customer has become one with another. Find that one, and enter there what you typed."))


class PersonErased(DomainError):
    """Nothing is kept with whoever asked to be forgotten."""

    def __init__(self) -> None:
        super().__init__(_("This person was erased on request: nothing can be kept with them any more."))


def refuse_erased(customer: Customer) -> None:
    """Raises PersonErased."""
    if customer.is_erased:
        raise PersonErased


def hold(customer: Customer) -> Customer:
    """Lock the row until the transaction ends, and give it as it is now; those that refer to it need not wait.

    Of one who becomes one with another while we wait for the row, or has done so: whoever has what was theirs. Raises
    CustomerGone, PersonErased.
    """
    records = SourceRecord.objects.filter(kind=CUSTOMERS)
    theirs = list(records.filter(customer=customer.pk).values_list("pk", flat=True))
    held = Customer.objects.select_for_update(no_key=True).filter(pk=customer.pk).first()
    if held is not None:
        refuse_erased(held)
        return held
    survivor = find_survivor(customer.pk)
    if survivor is not None:
        return hold(survivor)
    another = records.filter(pk__in=theirs, customer__isnull=False).select_related("customer").order_by("pk").first()
    if another is None or another.customer is None:
        raise CustomerGone
    return hold(another.customer)
