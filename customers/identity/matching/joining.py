"""Merges what is as good as certain, by rule: each pair in a transaction of its own, so that a run may end anywhere."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from crm.common.errors import DomainError
from customers.identity.matching.grouping import Scored
from customers.identity.matching.records import customers_of
from customers.identity.merging.absorbing import merge_customers
from customers.identity.reviewing.apart import Apart
from customers.models import Customer, Merge

Note = Callable[[Merge, float], None]


def join(found: Iterable[Scored], note: Note) -> int:
    """Merge the customers of the records of each pair, the most probable first; the one who is here longest survives.

    `note` is told of each merge and its probability, in its transaction. Returns how many merges. Whom somebody is at,
    or merged meanwhile, is left to the next run; who was taken apart again, or said not to be the same, is left alone.
    """
    pairs = sorted(found, key=lambda pair: (-pair[2], pair))
    owners = customers_of(sorted({record for left, right, _score in pairs for record in (left, right)}))
    apart = Apart.for_rules()
    absorbed: dict[int, int] = {}
    for left, right, score in pairs:
        survivor, other = sorted(_root(absorbed, owners.get(record, 0)) for record in (left, right))
        if not survivor or survivor == other or apart.holds(survivor, other):
            continue
        if _merge(survivor, other, score, note):
            absorbed[other] = survivor
            apart.unite(survivor, other)
    return len(absorbed)


def _root(absorbed: dict[int, int], customer: int) -> int:
    while customer in absorbed:
        customer = absorbed[customer]
    return customer


def _merge(survivor: int, other: int, score: float, note: Note) -> bool:
    there = Customer.objects.in_bulk([survivor, other])
    if len(there) < 2:
        return False
    try:
        with transaction.atomic():
            merge = merge_customers(
                survivor=there[survivor], absorbed=there[other], by=None, now=timezone.now(), how=Merge.How.RULE
            )
            note(merge, score)
    except DomainError:  # somebody was faster, is at them, or one of them is nobody any more
        return False
    return True
