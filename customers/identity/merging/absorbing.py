"""Two customers are one: the survivor has all that the absorbed had, whose row is taken out until it is undone."""

from collections import Counter
from datetime import datetime
from typing import Final

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import locks
from crm.common.days import day_of
from crm.common.errors import DomainError
from crm.common.hooks import facts_changed
from crm.common.retrying import may_pass, retried
from customers.identity.holding import CustomerGone, refuse_erased
from customers.identity.merging import numbers, sharing
from customers.identity.merging.forest import find_survivor, merges_below
from customers.identity.merging.moving import give_all
from customers.identity.merging.settling import settle_both
from customers.identity.reviewing.following import follow
from customers.importing.sql import CREATE_TOUCHED
from customers.models import Customer, Merge
from customers.registry.movable import relations_in_order

PATIENCE_S: Final = 60.0  # of those who merge the same customer at once

# What nobody else gets lies in the merge. Each table by the index on its customer.
_KEEP: Final = """
UPDATE customers_merge m
SET link_key = c.link_key, snapshot = m.snapshot || jsonb_build_object('customer', to_jsonb(c) - 'search')
FROM customers_customer c WHERE m.id = %(merge)s AND c.id = %(old)s
"""
_KEEP_ROWS: Final = """
UPDATE customers_merge m SET snapshot = m.snapshot || jsonb_build_object('{table}', r.said)
FROM (SELECT jsonb_agg(to_jsonb(t)) AS said FROM {table} t WHERE t.{column} = %(old)s) r
WHERE m.id = %(merge)s AND r.said IS NOT NULL
"""
_DELETE_ROWS: Final = "DELETE FROM {table} WHERE {column} = %(old)s"
_DELETE: Final = "DELETE FROM customers_customer WHERE id = %(old)s"
_ROOTS: Final = "UPDATE customers_merge SET root_id = %(new)s WHERE root_id = %(old)s AND undone_at IS NULL"
_CHECK: Final = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


class SameCustomer(DomainError):
    """A customer cannot become one with itself."""


class OfTwoKinds(DomainError):
    """An organization and a person are two."""


class AlreadyAbsorbed(DomainError):
    """One of them has become one with another already; the message names that one."""

    def __init__(self, *, customer_id: int, survivor: Customer) -> None:
        super().__init__(
            _("Customer %(customer)d has become one with %(survivor)s (%(id)d) already.")
            % {"customer": customer_id, "survivor": survivor.name, "id": survivor.pk}
        )
        self.survivor = survivor


def merge_customers(
    *, survivor: Customer, absorbed: Customer, by: User | None, now: datetime, how: str = Merge.How.HAND
) -> Merge:
    """Give all that is `absorbed`'s to `survivor`; the former's addresses and external ids lead there from now on.

    `Merge.moved` says how many rows of each kind. `undo_merge` reverses it. Raises SameCustomer, OfTwoKinds,
    AlreadyAbsorbed, CustomerGone; `locks.Busy` where others are at the same customers for a minute.
    """
    if survivor.pk == absorbed.pk:
        raise SameCustomer(_("A customer cannot be merged with itself."))
    return retried(_merge, passing=_may_pass)(survivor.pk, absorbed.pk, by, now, how)


def _may_pass(error: DatabaseError) -> bool:
    """Somebody may have given the absorbed something after we looked; now we see that."""
    return isinstance(error, IntegrityError) or may_pass(error)


def _merge(new: int, old: int, by: User | None, now: datetime, how: str) -> Merge:
    with transaction.atomic(), connection.cursor() as cursor:
        alone = [locks.merging(new), locks.merging(old)]
        locks.take(cursor, exclusive=alone, shared=[locks.IDENTITY, locks.FACTS], wait_s=PATIENCE_S)
        survivor, absorbed = _both(new, old)
        if survivor.kind != absorbed.kind:
            raise OfTwoKinds(_("An organization and a person cannot be merged."))
        merge = Merge.objects.create(
            survivor_id=new, root_id=new, absorbed_id=old, name=absorbed.name, by=by, at=now, how=how
        )
        cursor.execute(CREATE_TOUCHED)
        shared = numbers.shared(cursor, customer=old)
        moved = _give(cursor, merge)
        numbers.match(cursor, shared, customers=[new])
        _take_out(cursor, merge)
        settle_both(cursor, [new], since=day_of(now))
        follow(merge)
        merge.moved = {kind: count for kind, count in sorted(moved.items()) if kind}
        merge.save(update_fields=["moved"])
        cursor.execute(_CHECK)
        transaction.on_commit(facts_changed)
    merge.refresh_from_db()
    return merge


def _both(new: int, old: int) -> tuple[Customer, Customer]:
    found = Customer.objects.in_bulk([new, old])
    for pk in (old, new):
        if pk not in found:
            raise_gone(pk)
        refuse_erased(found[pk])
    return found[new], found[old]


def raise_gone(customer_id: int) -> None:
    """Whoever is not there has become one with another, or was removed."""
    survivor = find_survivor(customer_id)
    if survivor is None:
        raise CustomerGone
    raise AlreadyAbsorbed(customer_id=customer_id, survivor=survivor)


def _give(cursor: CursorWrapper, merge: Merge) -> Counter[str]:
    """Facts first, then the customers' rows, as all who write both; what came until they were locked follows.

    Foreign keys are checked between them, row by row: as long nobody waits for the customers.
    """
    moved = _give_what_is_there(cursor, merge)
    cursor.execute(_CHECK)
    _lock(merge.survivor_id, merge.absorbed_id)
    return moved + _give_what_is_there(cursor, merge)


def _give_what_is_there(cursor: CursorWrapper, merge: Merge) -> Counter[str]:
    """Also of records that a file has linked to either meanwhile."""
    new, old = merge.survivor_id, merge.absorbed_id
    there = [one for one in merges_below(cursor, new) if one != merge.pk]
    below = [one for one in merges_below(cursor, old) if one in there]
    there = [one for one in there if one not in below]
    return give_all(cursor, merge=merge.pk, old=old, new=new, below=below, there=there)


def _lock(new: int, old: int) -> None:
    for pk in sorted((new, old)):
        if Customer.objects.select_for_update(no_key=pk == new).filter(pk=pk).first() is None:
            raise_gone(pk)


def _take_out(cursor: CursorWrapper, merge: Merge) -> None:
    """What is done one after the other is sent at once."""
    new, old = merge.survivor_id, merge.absorbed_id
    sharing.take_back(cursor, roots=[new, old])
    statements = [_KEEP]
    for relation in relations_in_order():
        if not relation.moves:
            names = {"table": relation.table, "column": relation.column}
            statements += [] if relation.is_derived else [_KEEP_ROWS.format(**names)]
            statements.append(_DELETE_ROWS.format(**names))
    cursor.execute(";".join([*statements, _DELETE, _ROOTS]), {"merge": merge.pk, "old": old, "new": new})
    sharing.share(cursor, roots=[new])
