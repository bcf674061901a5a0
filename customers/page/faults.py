"""Customers behind a number of the hygiene."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from customers.identity.hygiene.counting import stale_month
from customers.identity.hygiene.fields import FAULTS, FRESHNESS
from customers.models import CustomerHygiene


def rows_having(faults: Collection[str]) -> QuerySet[CustomerHygiene]:
    """What is kept of customers who have one of these faults."""
    codes = [FAULTS[key].code for key in faults if key in FAULTS and key != FRESHNESS.key]
    found = Q(codes__overlap=codes) if codes else Q()
    if FRESHNESS.key in faults:
        found |= Q(confirmed__lte=stale_month())
    return CustomerHygiene.objects.filter(found) if found else CustomerHygiene.objects.none()


def having(faults: Collection[str]) -> Q:
    """Such customers, by their keys."""
    return Q(pk__in=rows_having(faults).values("customer_id"))
