"""Whose ledger is the company's, where several finance systems deliver one.

A system with a named share counts by it, in all its months. Of the others the most trusted one that delivers a month
counts whole, and the rest not at all. What that makes of each month the database derives (`ledger_as_counted`).
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Max, Min
from django.utils.translation import ngettext

from accounts.access import Reader
from accounts.models import User
from crm.common.hooks import facts_changed
from crm.common.versions import lock_as_seen
from metrics.models import LedgerMonth, LedgerShare

_DIFFERING = """
SELECT m.id FROM metrics_ledgermonth m JOIN ledger_as_counted c ON c.id = m.id
WHERE m.id >= %(first)s AND m.id < %(after)s AND m.share <> c.share"""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A ledger of which some months do not count, because a more trusted system has delivered them too."""

    system: str
    months: int
    first: date
    last: date

    @property
    def words(self) -> str:
        said = ngettext(
            "The ledger of %(system)s is not counted for %(months)d month (%(span)s): a more trusted system has "
            "delivered it too. If it is part of the company, an administrator names its share.",
            "The ledger of %(system)s is not counted for %(months)d months (%(span)s): a more trusted system has "
            "delivered them too. If it is part of the company, an administrator names its share.",
            self.months,
        )
        span = " – ".join(dict.fromkeys(f"{each:%Y-%m}" for each in (self.first, self.last)))
        return said % {"system": self.system, "months": self.months, "span": span}


def left_out(reader: Reader) -> list[LeftOut]:
    """By name of the system; one query. Who has a named share of nothing is left out on purpose, and not told."""
    silent = LedgerMonth.objects.visible_to(reader).filter(share=0)
    silent = silent.exclude(system__in=LedgerShare.objects.values("system")).order_by("system__name")
    rows = silent.values_list("system__name").annotate(months=Count("pk"), first=Min("month"), last=Max("month"))
    return [LeftOut(system=name, months=count, first=first, last=last) for name, count, first, last in rows]


def set_share(*, share: LedgerShare, by: User, seen: str | None = None) -> LedgerShare:
    """Name how far a system's ledger counts, in all its months. Raises ChangedMeanwhile unless it is as `seen`."""
    with transaction.atomic():
        lock_as_seen(share, seen)
        share.set_by = by
        share.save()
        transaction.on_commit(facts_changed)
    return share


def withdraw_share(*, share: LedgerShare) -> None:
    """The system is one among others again: the months in which it is the most trusted count whole, others not."""
    with transaction.atomic():
        share.delete()
        transaction.on_commit(facts_changed)


def find_shares(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    """Ledger months of a range of ids that do not count as they should."""
    cursor.execute(_DIFFERING, {"first": first, "after": after})
    return [pk for (pk,) in cursor.fetchall()]


def mend_shares(cursor: CursorWrapper, ids: list[int]) -> int:
    """There are few: all at once, as the triggers do it."""
    differing = find_shares(cursor, min(ids), max(ids) + 1)
    cursor.execute("SELECT crm_count_ledgers()")
    return len(differing)
