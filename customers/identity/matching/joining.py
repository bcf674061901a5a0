"""Merges what is as good as certain, by rule: each pair in a transaction of its own, so that a run may end anywhere."""

from collections.abc import Iterable

from django.utils import timezone

from crm.common import locks
from customers.identity.holding import CustomerGone
from customers.identity.matching.grouping import Scored
from customers.identity.matching.records import customers_of
from customers.identity.merging.absorbing import AlreadyAbsorbed, merge_customers
from customers.models import Customer, Merge


def join(found: Iterable[Scored]) -> int:
    """Merge the customers of the records of each pair, the most probable first; the one who is here longest survives.

    Returns how many merges. Whom somebody is at, or merged meanwhile, is left to the next run; who was taken apart
    again are left alone.
    """
    pairs = sorted(found, key=lambda pair: (-pair[2], pair))
    owners = customers_of(sorted({record for left, right, _score in pairs for record in (left, right)}))
    apart = _apart()
    absorbed: dict[int, int] = {}
    merged = 0
    for left, right, _score in pairs:
        two = {_root(absorbed, owners.get(record, 0)) for record in (left, right)}
        if len(two) < 2 or frozenset(two) in apart:
            continue
        survivor, other = sorted(two)
        if survivor and _merge(survivor, other):
            absorbed[other] = survivor
            merged += 1
    return merged


def _apart() -> set[frozenset[int]]:
    """Customers that were one until somebody undid it."""
    undone = Merge.objects.exclude(Merge.ACTIVE).values_list("survivor_id", "absorbed_id")
    return {frozenset(two) for two in undone}


def _root(absorbed: dict[int, int], customer: int) -> int:
    while customer in absorbed:
        customer = absorbed[customer]
    return customer


def _merge(survivor: int, other: int) -> bool:
    there = Customer.objects.in_bulk([survivor, other])
    if len(there) < 2:
        return False
    try:
        merge_customers(
            survivor=there[survivor], absorbed=there[other], by=None, now=timezone.now(), how=Merge.How.RULE
        )
    except (AlreadyAbsorbed, CustomerGone, locks.Busy):
        return False
    return True
