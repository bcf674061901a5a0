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


@dataclass(frozen=True, kw_only=True)
class Related:
    """`before_id`: the parent company that it had until now."""

    relation: Relation
    before_id: int | None = None


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
        seeds = [below.pk, above.pk, *([before] if before else [])]
        if regroup(cursor, seeds, kinds=[kind]) > MOST:
            raise GroupTooLarge(_("A group has at most %(most)d customers.") % {"most": MOST})
    return Related(relation=relation, before_id=before)


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


def part(*, customer: Customer, kind: str, by: User | None, now: datetime) -> int | None:
    """A company belongs to its parent no longer, its own subsidiaries stay with it; or somebody leaves a household or
    the others with the same buyer, who stay together. → one whom it was related to; None where there was nobody.

    Raises CustomerGone; `locks.Busy`.
    """
    return retried(_part)(customer, Relation.Kind(kind), by, now)


def _part(customer: Customer, kind: Relation.Kind, by: User | None, now: datetime) -> int | None:
    with transaction.atomic(), connection.cursor() as cursor:
        theirs = hold(customer)
        locks.take(cursor, exclusive=[locks.RELATIONS])
        if kind == Relation.Kind.PARENT:
            others = [parent] if (parent := _parent_of(theirs.pk)) else []
            _rows_up(cursor, theirs.pk).delete()
        else:
            others = _step_out(cursor, theirs.pk, kind, by, now)
        regroup(cursor, [theirs.pk, *others], kinds=[kind])
    return others[0] if others else None


def _step_out(cursor: CursorWrapper, customer_id: int, kind: str, by: User | None, now: datetime) -> list[int]:
    """→ those they were together with by what was said; who hung together by way of them still does."""
    numbers = _numbers(cursor, customer_id)
    rows = Relation.objects.filter(Q(customer_id__in=numbers) | Q(to_id__in=numbers), kind=kind)
    ends = {end for row in rows for end in (row.customer_id, row.to_id)} - set(numbers)
    became = _became(ends)
    others = sorted({became.get(end, end) for end in ends} - {customer_id})
    rows.delete()
    for one, other in pairwise(others):
        if not Relation.objects.filter(kind=kind, customer_id=one, to_id=other).exists():
            Relation.objects.create(kind=kind, customer_id=one, to_id=other, by=by, at=now)
    return others


def _became(ids: set[int]) -> dict[int, int]:
    active = Merge.objects.filter(Merge.ACTIVE, absorbed_id__in=ids)
    return dict(active.values_list("absorbed_id", "root_id"))


def take_back(*, relation_id: int, customer: Customer, before: Customer | None, by: User, now: datetime) -> None:
    """What somebody said was not meant; a company belongs to whom it belonged `before`. Nothing where it is gone.

    Raises what `relate` does.
    """
    retried(_take_back)(relation_id, customer, before, by, now)


def _take_back(relation_id: int, customer: Customer, before: Customer | None, by: User, now: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[locks.RELATIONS])
        said = Relation.objects.filter(pk=relation_id).first()
        if said is None:
            return
        said.delete()
        regroup(cursor, [said.customer_id, said.to_id], kinds=[said.kind])
        if before is not None and said.kind == Relation.Kind.PARENT:
            _relate(customer, before, Relation.Kind.PARENT, by, now)
