"""The company's time zone as the database knows it: literal in `crm_day`, on which every stored `day` is built.

A change replaces the function first, so that whatever is written from then on gets its day in the new zone, and then
cuts the stored days anew, and lets tasks be due when the new clock says, some thousand rows at a time, each chunk a
transaction of a tenth of a second: nobody waits. A job of its own looks at the months of the hygiene once more.
Until it has ended pages show days of both zones, and say so. Killed, it is gone on with by the sweeper; begun by an
administrator, likewise: the company's row is the queue.
"""

import re
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import DataError, connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common import locks
from crm.common.chunks import by_id_ranges
from crm.common.company.current import refresh
from crm.common.company.models import Company
from crm.common.errors import DomainError
from crm.common.hooks import facts_changed
from crm.common.sqlfunctions import CrmDay
from customers.identity.hygiene.following import look_at_everybody
from customers.interactions.to_do.zone import follow_zone
from customers.models import ImportBatch
from customers.registry.tiered_facts import TieredFact, tiered_facts

UNFINISHED = (ImportBatch.State.QUEUED, ImportBatch.State.STAGING, ImportBatch.State.APPLYING)

STORED_ZONE = "SELECT prosrc FROM pg_proc WHERE proname = 'crm_day'"
# Tables and columns come from the models and the registry. Cost: a look at each row of the range.
RECUT = """
UPDATE {table} f SET "{column}" = f."{column}"{tier}
WHERE f.id >= %(first)s AND f.id < %(after)s AND f.day IS DISTINCT FROM crm_day(f."{column}")"""
TIER_OF_DAY = """, tier_id = (
  SELECT tier.tier_id FROM {source}crm_tier_on({customer}, crm_day(f."{column}")) tier{join})"""


class UnknownZone(DomainError):
    """No time zone has this name."""


class ImportsUnderWay(DomainError):
    """A file that is being read means its times in the zone it began with."""


class ZoneChangeUnderWay(DomainError):
    """Another process is cutting the days anew."""


@dataclass(frozen=True, slots=True)
class DayTable:
    """A table whose `day` is generated from `column`; `fact`: how its tier of the day is found, if it has one."""

    table: str
    column: str
    fact: TieredFact | None

    @property
    def recut(self) -> str:
        return RECUT.format(table=connection.ops.quote_name(self.table), column=self.column, tier=self._tier)

    @property
    def _tier(self) -> str:
        if self.fact is None:
            return ""
        return TIER_OF_DAY.format(
            customer=self.fact.customer,
            column=self.column,
            source=f"{self.fact.source}, " if self.fact.source else "",
            join=f" WHERE {self.fact.join}" if self.fact.join else "",
        )


def stored_zone() -> str:
    """The zone in which the database cuts its days."""
    with connection.cursor() as cursor:
        cursor.execute(STORED_ZONE)
        found = re.search(r"AT TIME ZONE '([^']+)'", cursor.fetchone()[0])
    assert found, "crm_day names its zone"
    return found[1]


def change_time_zone(*, zone: str) -> int:
    """Make `zone` the company's and cut every stored day anew; returns the rows whose day moved.

    The tier of a fact is that of its new day. KPI marks follow by the triggers. Asked again for the present zone it
    finishes what was begun. Raises UnknownZone, ImportsUnderWay, ZoneChangeUnderWay.
    """
    _refuse_unknown(zone)
    with _alone():
        if zone != refresh().time_zone or zone != stored_zone():
            _begin(zone)
        return _recut_all()


def refuse_zone_change(zone: str) -> None:
    """Raises UnknownZone, ZoneChangeUnderWay, ImportsUnderWay where a change to `zone` cannot begin now."""
    _refuse_unknown(zone)
    if refresh().zone_is_changing:
        raise ZoneChangeUnderWay(_("The time zone is being changed already. Wait until that has ended."))
    _refuse_beside_imports()


def begin_zone_change(*, zone: str) -> None:
    """Make `zone` the company's, for somebody who does not wait: `resume_zone_change` cuts the days anew.

    Raises as `refuse_zone_change`. Nobody else begins or ends a change before this transaction has ended.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if not locks.take_if_free(cursor, locks.ZONE_CHANGE):
            raise ZoneChangeUnderWay(_("The time zone is being changed by another process."))
        refuse_zone_change(zone)
        _begin(zone)


def resume_zone_change() -> int:
    """Go on with a change that was left to a job, or whose process died; returns the rows whose day moved."""
    if not refresh().zone_is_changing:
        return 0
    with _alone():
        return _recut_all()


@contextmanager
def _alone() -> Iterator[None]:
    with locks.held(locks.ZONE_CHANGE) as free:
        if not free:
            raise ZoneChangeUnderWay(_("The time zone is being changed by another process."))
        yield


def _refuse_unknown(zone: str) -> None:
    if zone not in zoneinfo.available_timezones():
        raise UnknownZone(_("“%(zone)s” is no time zone; they are named like Europe/Berlin.") % {"zone": zone})


def _refuse_beside_imports() -> None:
    _refuse_beside(_("Wait until these imports have ended: %(files)s. Their times are meant in the present zone."))


def _refuse_beside(words: str) -> None:
    """Raises ImportsUnderWay in these words, in which `files` stands for the names of some."""
    names = ImportBatch.objects.filter(state__in=UNFINISHED).order_by("pk").values_list("filename", flat=True)[:5]
    if names:
        raise ImportsUnderWay(words % {"files": ", ".join(names)})


def refuse_currency_change() -> None:
    """Raises ImportsUnderWay: amounts of a file that names no currency are in the one it began with."""
    _refuse_beside(
        _("Wait until these imports have ended: %(files)s. Their amounts are meant in the present currency.")
    )


def _begin(zone: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[locks.ZONE])
        _refuse_beside_imports()
        Company.objects.update_or_create(pk=1, defaults={"time_zone": zone, "zone_changing_since": timezone.now()})
        _set_zone(cursor, zone)
    refresh()


def _set_zone(cursor: CursorWrapper, zone: str) -> None:
    try:
        with transaction.atomic():
            cursor.execute("SELECT crm_set_zone(%s)", [zone])
    except DataError as error:  # PostgreSQL has a list of zones of its own
        raise UnknownZone(_("“%(zone)s” is no time zone that the database knows.") % {"zone": zone}) from error


def _recut_all() -> int:
    moved = sum(_recut(table) for table in day_tables())
    follow_zone()
    look_at_everybody()
    Company.objects.filter(pk=1).update(zone_changing_since=None)
    refresh()
    facts_changed()
    return moved


def day_tables() -> list[DayTable]:
    """Every table with a day of its own, in whichever app."""
    facts = {fact.table: fact for fact in tiered_facts()}
    found = [(model._meta.db_table, _day_column(model)) for model in apps.get_models()]  # noqa: SLF001 - Meta is API
    return [DayTable(table, column, facts.get(table)) for table, column in found if column]


def _day_column(model: type[models.Model]) -> str:
    day = next((field for field in model._meta.local_fields if field.name == "day"), None)  # noqa: SLF001 - Meta is API
    expression = getattr(day, "expression", None)
    return str(expression.get_source_expressions()[0].name) if isinstance(expression, CrmDay) else ""


def _recut(table: DayTable) -> int:
    def recut_range(cursor: CursorWrapper, first: int, after: int) -> int:
        locks.take(cursor, shared=[locks.FACTS])
        cursor.execute(table.recut, {"first": first, "after": after})
        return int(cursor.rowcount)

    return by_id_ranges(table.table, recut_range)
