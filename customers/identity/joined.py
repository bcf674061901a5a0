"""How the records of a customer came to be one, and which were taken apart again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.apps import apps
from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.identity.linking import PERSON
from customers.identity.merging.forest import RECORDS, merges_below
from customers.identity.merging.former import count_former
from customers.identity.survivorship import TYPED
from customers.models import Customer, Merge, MergedRow, SourceRecord
from customers.registry.movable import movable_relations

BY_KEY: Final[dict[str, Promise]] = {
    "tax": gettext_lazy("same tax ID"),
    "mail": gettext_lazy("same name and e-mail"),
    "phone": gettext_lazy("same name and phone"),
}
SHOWN: Final = 50
_GOES: Final = """
SELECT relation, count(*) FROM customers_mergedrow
WHERE merge_id = ANY(%s) AND NOT is_aside GROUP BY relation ORDER BY relation
"""


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A record, and the merge that brought it; None for one that was here from the beginning."""

    record: SourceRecord
    merge: Merge | None

    @property
    def how(self) -> str:
        if self.merge:
            return how_in_words(self.merge)
        return _("typed in here") if self.record.system.key == TYPED else _("the first")

    @property
    def is_linked(self) -> bool:
        """It came by its key, and can be split off."""
        return self.merge is not None and self.merge.how == Merge.How.LINK

    @property
    def at(self) -> datetime:
        return self.merge.at if self.merge else self.record.first_seen_at


def how_in_words(merge: Merge) -> str:
    """By which key a record came, or who merged."""
    if merge.how == Merge.How.LINK:
        kind = (merge.key or "").removeprefix(PERSON).partition(":")[0]
        key = str(BY_KEY.get(kind) or _("same key"))
        return key if merge.record_id else _("%(key)s, typed in all the same") % {"key": key}
    if merge.how == Merge.How.RULE:
        return _("merged by a rule: %(name)s") % {"name": merge.name}
    who = merge.by or _("a command")
    return _("merged by %(who)s: %(name)s") % {"who": who, "name": merge.name}


def joined(records: Sequence[SourceRecord]) -> list[Joined]:
    """In the order of the records, whose `system` is there. One query."""
    entries = MergedRow.objects.filter(relation=RECORDS, row_id__in=[record.pk for record in records])
    merges = {entry.row_id: entry.merge for entry in entries.select_related("merge__by")}
    return [Joined(record=record, merge=merges.get(record.pk)) for record in records]


def taken_apart(customer: Customer) -> list[Merge]:
    """What the customer was one with, or a part of, until somebody undid it; the newest first. One query."""
    once = Q(survivor_id=customer.pk) | Q(absorbed_id=customer.pk)
    undone = Merge.objects.filter(once, undone_at__isnull=False).select_related("undone_by")
    return list(undone.order_by("-undone_at", "-pk")[:SHOWN])


def find_merge(customer: Customer, pk: int) -> Merge | None:
    """One by which somebody is one with the customer now."""
    return Merge.objects.filter(Merge.ACTIVE, pk=pk, root_id=customer.pk).select_related("by").first()


def what_goes(merge: Merge) -> list[tuple[str, int]]:
    """How many rows of each kind go when it is undone, beside what goes with them or is known by their numbers."""
    names = {relation.table: relation for relation in movable_relations() if relation.kind}
    with connection.cursor() as cursor:
        cursor.execute(_GOES, [[merge.pk, *merges_below(cursor, merge.absorbed_id)]])
        found = Counter(dict(cursor.fetchall()))
        found.update(count_former(cursor, merge=merge.pk))
    return [(_called(table, count), count) for table, count in sorted(found.items()) if table in names]


def _called(table: str, count: int) -> str:
    model = next(one for one in apps.get_models() if one._meta.db_table == table)  # noqa: SLF001 - Django's documented name
    words = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural  # noqa: SLF001
    return capfirst(str(words))
