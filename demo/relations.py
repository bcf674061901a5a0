"""Which of the demo company's customers belong together: some groups of companies, some households, a buyer of two."""

from datetime import datetime
from itertools import groupby, pairwise
from typing import Final

from accounts.models import User
from customers.identity.relating.relating import relate
from customers.models import Customer, Relation
from demo import sign_ins

LARGE: Final = 8
HOUSEHOLDS: Final = 3
# Of the companies that buy most, who belongs to whom.
GROUPS: Final = ((1, 0), (2, 0), (3, 1), (5, 4), (6, 4))


def say_who_belongs_together(*, now: datetime) -> None:
    """Once: where anything is said already, nothing is."""
    if Relation.objects.exists():
        return
    by = User.objects.get(email=sign_ins.USERS["sales"])
    firms = list(
        Customer.objects.filter(kind=Customer.Kind.ORGANIZATION, figures__revenue__gt=0)
        .order_by("-figures__revenue", "pk")[:LARGE]
    )  # fmt: skip
    for below, above in GROUPS:
        if max(below, above) < len(firms):
            relate(customer=firms[below], to=firms[above], kind=Relation.Kind.PARENT, by=by, now=now)
    people = _of_one_street()
    for one, other in people:
        relate(customer=one, to=other, kind=Relation.Kind.HOUSEHOLD, by=by, now=now)
    if people and firms:
        relate(customer=people[0][0], to=firms[-1], kind=Relation.Kind.BUYER, by=by, now=now)


def _of_one_street() -> list[tuple[Customer, Customer]]:
    """Two people of one street each who are not called alike: two records of one person are no household."""
    people = Customer.objects.filter(kind=Customer.Kind.PERSON).exclude(address="").order_by("city", "address", "pk")
    streets = groupby(people, key=lambda one: (one.city, one.address.rstrip("0123456789 ,号")))
    of_each = ([pair for pair in pairwise(those) if not _alike(*pair)] for _street, those in streets)
    return [pairs[0] for pairs in of_each if pairs][:HOUSEHOLDS]


def _alike(one: Customer, other: Customer) -> bool:
    return not set(one.search.split()).isdisjoint(other.search.split())
