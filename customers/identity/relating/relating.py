"""Customers are said to belong together, and no longer."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import locks
from crm.common.errors import DomainError
from crm.common.retrying import retried
from customers.identity.holding import hold
from customers.identity.relating.regrouping import numbers_of, regroup
from customers.models import Customer, GroupMember, Merge, Relation

MOST: Final = 500
"""Customers of one group: what a page can show and one transaction can write."""
PERSON, ORGANIZATION = Customer.Kind.PERSON, Customer.Kind.ORGANIZATION
BETWEEN: Final = {
    Relation.Kind.PARENT: (ORGANIZATION,),
    Relation.Kind.HOUSEHOLD: (PERSON,),
    Relation.Kind.BUYER: (ORGANIZATION, PERSON),
}
"""Who can be in a group of a kind."""


# What one transaction did has one moment.
_ACT: Final = """
SELECT pgh_created_at, customer_id, to_id FROM customers_relationevent
WHERE pgh_obj_id = %(relation)s AND pgh_label = %(label)s ORDER BY pgh_id DESC LIMIT 1
"""
_ENDS: Final = "SELECT customer_id, to_id FROM customers_relationevent WHERE pgh_created_at = %(at)s"
_UNSAY: Final = """
DELETE FROM customers_relation r USING customers_relationevent e
WHERE e.pgh_created_at = %(at)s AND e.pgh_label = 'insert' AND r.id = e.pgh_obj_id
"""
_SAY_AGAIN: Final = """
INSERT INTO customers_relation (id, kind, customer_id, to_id, by_id, at)
SELECT e.pgh_obj_id, e.kind, e.customer_id, e.to_id, %(by)s, coalesce((
  SELECT min(i.pgh_created_at) FROM customers_relationevent i
  WHERE i.pgh_obj_id = e.pgh_obj_id AND i.pgh_label = 'insert'), e.pgh_created_at)
FROM customers_relationevent e WHERE e.pgh_created_at = %(at)s AND e.pgh_label = 'delete'
ORDER BY e.pgh_id ON CONFLICT DO NOTHING
"""


class RelatedToItself(DomainError):
    """A customer belongs to nobody by being themselves."""


class NotOfThatKind(DomainError):
    """Organizations have no household, people no subsidiaries."""


class RelatedAlready(DomainError):
    """They are in that group together."""


class IsBelow(DomainError):
    """A company cannot belong to one that belongs to it."""


class GroupTooLarge(DomainError):
    """More than `MOST` would be in it."""


class SaidOtherwise(DomainError):
    """Somebody has said something else of them since."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has changed this meanwhile."))


@dataclass(frozen=True, kw_only=True)
class Related:
    """`before_id`: the parent company that it had until now."""

    relation: Relation
    before_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Parted:
    """`other_id`: one whom the customer was related to; `relation_id`: a row that is gone, for `take_back`."""

    other_id: int
    relation_id: int


def relate(*, customer: Customer, to: Customer, kind: str, by: User | None, now: datetime) -> Related:
    """Say that a company belongs to another (instead of whom it belonged to), or that two share a household or buyer.

    Raises RelatedToItself, NotOfThatKind, RelatedAlready, IsBelow, GroupTooLarge, CustomerGone; `locks.Busy`.
    """
    return retried(_relate)(customer, to, Relation.Kind(kind), by, now)


def _relate(customer: Customer, to: Customer, kind: Relation.Kind, by: User | None, now: datetime) -> Related:
    with transaction.atomic(), connection.cursor() as cursor:
        below, above = _hold_both(customer, to)
        _check(below, above, kind)
        locks.take(cursor, exclusive=[locks.RELATIONS])
        if kind == Relation.Kind.PARENT:
            before = _part_from_parent(cursor, below, above)
        else:
            before = None
            _check_apart(below, above, kind)
        relation = Relation.objects.create(kind=kind, customer_id=below.pk, to_id=above.pk, by=by, at=now)
        regroup(cursor, [below.pk, above.pk, *([before] if before else [])], kinds=[kind])
        _check_size(below, kind)
    return Related(relation=relation, before_id=before)


def _check_size(customer: Customer, kind: Relation.Kind) -> None:
    """Of the group they are in now. One that merges have made larger can still be left."""
    theirs = GroupMember.objects.filter(kind=kind, customer_id=customer.pk).values("root_id")
    if GroupMember.objects.filter(kind=kind, root_id__in=theirs).count() > MOST:
        raise GroupTooLarge(_("A group has at most %(most)d customers.") % {"most": MOST})


def _hold_both(one: Customer, other: Customer) -> tuple[Customer, Customer]:
    """In the order in which all do. Whoever has become one with another meanwhile is that one."""
    held = {each.pk: hold(each) for each in sorted((one, other), key=lambda each: each.pk)}
    return held[one.pk], held[other.pk]


def _check(below: Customer, above: Customer, kind: Relation.Kind) -> None:
    if below.pk == above.pk:
        raise RelatedToItself(_("Choose another customer than this one."))
    if {below.kind, above.kind} - set(BETWEEN[kind]):
        words = {
            Relation.Kind.PARENT: _("Only organizations have a parent company."),
            Relation.Kind.HOUSEHOLD: _("Only people share a household."),
        }
        raise NotOfThatKind(words[kind])


def _part_from_parent(cursor: CursorWrapper, below: Customer, above: Customer) -> int | None:
    """→ the parent it had. What is said of it and of whom it has absorbed goes."""
    parents = dict(
        GroupMember.objects.filter(
            kind=Relation.Kind.PARENT,
            root_id__in=GroupMember.objects.filter(kind=Relation.Kind.PARENT, customer_id=above.pk).values("root_id"),
        ).values_list("customer_id", "parent_id")
    )
    line: int | None = above.pk
    while line is not None:
        line = parents.get(line)
        if line == below.pk:
            raise IsBelow(_("“%(above)s” belongs to “%(below)s” itself.") % {"above": above.name, "below": below.name})
    before = _parent_of(below.pk)
    if before == above.pk:
        raise RelatedAlready(_("“%(above)s” is its parent company already.") % {"above": above.name})
    _rows_up(cursor, below.pk).delete()
    return before


def _check_apart(one: Customer, other: Customer, kind: Relation.Kind) -> None:
    roots = GroupMember.objects.filter(kind=kind, customer_id__in=[one.pk, other.pk]).values_list("root_id", flat=True)
    if len(found := list(roots)) == 2 and len(set(found)) == 1:
        raise RelatedAlready(_("The two are in that group already."))


def _parent_of(customer_id: int) -> int | None:
    member = GroupMember.objects.filter(kind=Relation.Kind.PARENT, customer_id=customer_id)
    return member.values_list("parent_id", flat=True).first()


def _rows_up(cursor: CursorWrapper, customer_id: int) -> QuerySet[Relation]:
    return Relation.objects.filter(kind=Relation.Kind.PARENT, customer_id__in=_numbers(cursor, customer_id))


def _numbers(cursor: CursorWrapper, customer_id: int) -> list[int]:
    return [customer_id, *numbers_of(cursor, [customer_id])]


def part(*, customer: Customer, kind: str, by: User | None, now: datetime) -> Parted | None:
    """A company belongs to its parent no longer, its own subsidiaries stay with it; or somebody leaves a household or
    the others with the same buyer, who stay together. None where there was nobody.

    Raises CustomerGone; `locks.Busy`.
    """
    return retried(_part)(customer, Relation.Kind(kind), by, now)


def _part(customer: Customer, kind: Relation.Kind, by: User | None, now: datetime) -> Parted | None:
    with transaction.atomic(), connection.cursor() as cursor:
        theirs = hold(customer)
        locks.take(cursor, exclusive=[locks.RELATIONS])
        rows = _rows_up(cursor, theirs.pk) if kind == Relation.Kind.PARENT else _rows_of(cursor, theirs.pk, kind)
        gone = list(rows)
        became = _became({end for row in gone for end in (row.customer_id, row.to_id)})
        others = sorted({became.get(end, end) for row in gone for end in (row.customer_id, row.to_id)} - {theirs.pk})
        rows.delete()
        if kind != Relation.Kind.PARENT:
            _keep_together(others, kind, by, now)
        regroup(cursor, [theirs.pk, *others], kinds=[kind])
    return Parted(other_id=others[0], relation_id=gone[0].pk) if others else None


def _rows_of(cursor: CursorWrapper, customer_id: int, kind: str) -> QuerySet[Relation]:
    numbers = _numbers(cursor, customer_id)
    return Relation.objects.filter(Q(customer_id__in=numbers) | Q(to_id__in=numbers), kind=kind)


def _keep_together(others: list[int], kind: str, by: User | None, now: datetime) -> None:
    """Who hung together by way of one who leaves still does."""
    for one, other in pairwise(others):
        if not Relation.objects.filter(kind=kind, customer_id=one, to_id=other).exists():
            Relation.objects.create(kind=kind, customer_id=one, to_id=other, by=by, at=now)


def _became(ids: set[int]) -> dict[int, int]:
    active = Merge.objects.filter(Merge.ACTIVE, absorbed_id__in=ids)
    return dict(active.values_list("absorbed_id", "root_id"))


def take_back(*, relation_id: int, customer: Customer, was_said: bool, by: User) -> None:
    """What somebody said of the customer, or that it no longer is so (not `was_said`), was not meant.

    What the same act took away is there again, of whom it was said, and what it put in its place is gone. Raises
    SaidOtherwise, CustomerGone; `locks.Busy`.
    """
    retried(_take_back)(relation_id, customer, was_said, by)


def _take_back(relation_id: int, customer: Customer, was_said: bool, by: User) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        numbers = _numbers(cursor, hold(customer).pk)
        locks.take(cursor, exclusive=[locks.RELATIONS])
        if Relation.objects.filter(pk=relation_id).exists() != was_said:
            raise SaidOtherwise
        cursor.execute(_ACT, {"relation": relation_id, "label": "insert" if was_said else "delete"})
        act = cursor.fetchone()
        if act is None or not {act[1], act[2]} & set(numbers):
            raise SaidOtherwise
        cursor.execute(_ENDS, {"at": act[0]})
        ends = {end for row in cursor.fetchall() for end in row}
        cursor.execute(_UNSAY, {"at": act[0]})
        cursor.execute(_SAY_AGAIN, {"at": act[0], "by": by.pk})
        regroup(cursor, ends)
