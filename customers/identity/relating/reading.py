"""Whom a customer belongs together with."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, JSONField, OuterRef, Subquery
from django.db.models.expressions import RawSQL
from django.http import HttpRequest

from customers.models import ContactPoint, Customer, GroupMember, Relation
from customers.registry.page import Reader

ORDER: Final = (Relation.Kind.PARENT, Relation.Kind.HOUSEHOLD, Relation.Kind.BUYER)
SUGGESTED: Final = 5
AN_OFFICE: Final = 20
"""An address that more customers have than that belongs to a block of flats or offices, and says nothing."""

# One probe of the members by customer, and for each kind one range of the index of its group.
_RELATED: Final = """
(SELECT jsonb_agg(jsonb_build_object(
   'kind', g.kind, 'parent_id', p.id, 'parent', p.name,
   'others', (SELECT count(*) - 1 FROM customers_groupmember x WHERE x.kind = g.kind AND x.root_id = g.root_id)))
 FROM customers_groupmember g LEFT JOIN customers_customer p ON p.id = g.parent_id
 WHERE g.customer_id = customers_customer.id)
"""


@dataclass(frozen=True, kw_only=True)
class Member:
    """`depth`: how far below the top, in a group of companies."""

    customer: Customer
    parent_id: int | None
    depth: int = 0


@dataclass(frozen=True, kw_only=True)
class Group:
    """`members`: each company with those below it, by name; of other groups all by name."""

    kind: Relation.Kind
    root_id: int
    members: list[Member]

    def below(self, customer_id: int) -> list[Member]:
        """The customer, and who stands below them in whatever line."""
        at = next((n for n, member in enumerate(self.members) if member.customer.pk == customer_id), None)
        if at is None:
            return []
        mine = self.members[at]
        after = self.members[at + 1 :]
        end = next((n for n, member in enumerate(after) if member.depth <= mine.depth), len(after))
        return [mine, *after[:end]]


def groups_of(customer_id: int, *, reader: Reader) -> list[Group]:
    """With the customers, their tiers and figures, as far as the reader may see them. Two queries."""
    members = GroupMember.objects.visible_to(reader)
    mine = members.filter(customer_id=customer_id, kind=OuterRef("kind"), root_id=OuterRef("root_id"))
    rows = list(members.filter(Exists(mine)).order_by("customer_id"))
    shown = Customer.objects.visible_to(reader).select_related("tier", "figures")
    there = shown.in_bulk([row.customer_id for row in rows])
    by_kind: defaultdict[str, list[GroupMember]] = defaultdict(list)
    for row in rows:
        if row.customer_id in there:
            by_kind[row.kind].append(row)
    return [
        Group(kind=kind, root_id=by_kind[kind][0].root_id, members=list(_in_order(by_kind[kind], there)))
        for kind in ORDER
        if by_kind[kind]
    ]


def _in_order(rows: list[GroupMember], there: Mapping[int, Customer]) -> Iterator[Member]:
    """The top first, whoever belongs to one right below it; whose parent was merged away just now stands at the top."""
    below: defaultdict[int | None, list[GroupMember]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: (there[one.customer_id].search, one.customer_id)):
        below[row.parent_id if row.parent_id in there else None].append(row)
    waiting = [(row, 0) for row in reversed(below[None])]
    while waiting:
        row, depth = waiting.pop()
        yield Member(customer=there[row.customer_id], parent_id=row.parent_id, depth=depth)
        waiting += [(one, depth + 1) for one in reversed(below[row.customer_id])]


def related_read(_reader: Reader) -> Mapping[str, Any]:
    """To be read with the customer."""
    return {"related_read": RawSQL(_RELATED, [], output_field=JSONField())}  # noqa: S611 - a constant


def related_panel(_request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """Nothing of who belongs to nobody."""
    read = customer.related_read  # type: ignore[attr-defined] # annotated
    kinds = {one["kind"]: one for one in read or ()}
    found = [{**kinds[kind], "label": kind.label} for kind in ORDER if kind in kinds]
    return {"customer": customer, "groups": found} if found else None


def at_the_same_address(customer: Customer, *, reader: Reader) -> list[Customer]:
    """Others who have an address of the customer's, unless that is one of many. One query."""
    addresses = ContactPoint.objects.filter(customer=customer.pk, contact=None, kind=ContactPoint.Kind.ADDRESS)
    same = ContactPoint.objects.filter(
        kind=ContactPoint.Kind.ADDRESS, normalised__in=addresses.exclude(normalised="").values("normalised")
    ).exclude(customer=customer.pk)
    ids = same.order_by("customer_id").values("customer_id").distinct()[: AN_OFFICE + 1]
    found = Customer.objects.visible_to(reader).select_related("tier").filter(pk__in=Subquery(ids))
    others = list(found.order_by("search", "pk"))
    return others if len(others) <= AN_OFFICE else []
