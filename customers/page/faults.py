"""Customers behind a number of the hygiene."""

from collections.abc import Collection

from django.db.models import Q

from customers.identity.hygiene.counting import stale_month
from customers.identity.hygiene.fields import FAULTS, FRESHNESS
from customers.models import CustomerHygiene


def having(faults: Collection[str]) -> Q:
    """Customers who have one of these faults, by their keys."""
    codes = [FAULTS[key].code for key in faults if key in FAULTS and key != FRESHNESS.key]
    found = Q(codes__overlap=codes) if codes else Q()
    if FRESHNESS.key in faults:
        found |= Q(confirmed__lte=stale_month())
    if not found:
        return Q(pk__in=[])
    return Q(pk__in=CustomerHygiene.objects.filter(found).values("customer_id"))
