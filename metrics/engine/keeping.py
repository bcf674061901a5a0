"""The life of a version of a source's rollups: opened, whole, left behind, removed.

*Opened*: a row, and a mark for each month, in one transaction. From then on marks *reach* it: whoever takes marks of
the source computes the cells of every version they reach, in the same statement. *Whole*: none of its months is asked
for any more; now it is shown. The one it replaces is kept up for a while, so that a rule that is changed back costs
nothing and a page that has begun finds what it reads; then it *goes*, its rows first. A version that was not whole when
the rules changed again goes at once. Where the table itself is built under a rule (issues), versions of another rule
are *left behind*, as are those of an older release: kept as they were and shown as of then, no mark reaches them, and
to be wanted again is to be built anew.

Opening and removing happen under the source's lock, held exclusively: who holds it in any way knows what marks reach.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, Literal

import structlog
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from crm.common import locks
from metrics.engine import known, sql
from metrics.engine.definitions import Definition
from metrics.engine.sources import FactSource
from metrics.engine.versions import definition_of
from metrics.models import Mark, RollupVersion

log = structlog.get_logger(__name__)

KEEP_FOR: Final = timedelta(minutes=10)
REMOVED_AT_ONCE: Final = 20_000
ALL: Final = 0  # as a mark's version: all that are kept


def lock(cursor: CursorWrapper, definition: Definition) -> None:
    locks.take(cursor, exclusive=[locks.kpi(definition.number)], wait_s=locks.JOB_PATIENCE_S)


def reached(source: FactSource) -> list[Definition]:
    """What to compute for the marks of `source`; ask under its lock. Empty: leave the marks alone, for a newer release
    keeps these figures, or the table is not built yet.
    """
    rows = list(RollupVersion.objects.filter(source=source.number, reached=True, going=False))
    if any(row.revision > source.revision for row in rows):
        return []
    return [found for row in rows if (found := _buildable(source, row)) is not None]


def _buildable(source: FactSource, row: RollupVersion) -> Definition | None:
    """What the row's version computes; None where it is of another revision, or the table is not built by its rules."""
    found, builder = definition_of(source, row), source.builder
    return found if found is not None and (builder is None or builder.is_built(found.rules)) else None


def is_kept_by_newer_release(source: FactSource) -> bool:
    return RollupVersion.objects.filter(source=source.number, revision__gt=source.revision).exists()


def is_fresh(definition: Definition) -> bool:
    """Whether the version is whole and kept up."""
    row = RollupVersion.objects.filter(source=definition.number, version=definition.version).first()
    return row is not None and row.is_fresh


def open_version(definition: Definition) -> bool:
    """See to it that marks reach the version and that every month it may lack is asked for. → whether it was opened."""
    source = definition.source
    rows = _rows(source)
    if any(row.revision > source.revision for row in rows):
        log.warning("a newer release keeps these figures", source=source.key)
    if not _is_to_open(definition, rows):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, definition)
        rows = _rows(source, lock=True)
        if not _is_to_open(definition, rows):
            return False
        row = next((each for each in rows if each.version == definition.version), None)
        to_build = row is None or not row.reached or row.going
        if to_build:
            _open(definition, row)
            ask_for_months(cursor, definition, version=definition.version)
        _part_with(definition, [each for each in rows if each is not row])
    return to_build


def _rows(source: FactSource, *, lock: bool = False) -> list[RollupVersion]:
    rows = RollupVersion.objects.filter(source=source.number)
    return list(rows.select_for_update() if lock else rows)


def _is_to_open(definition: Definition, rows: Sequence[RollupVersion]) -> bool:
    """Never below a newer release."""
    if any(row.revision > definition.source.revision for row in rows):
        return False
    own = [row for row in rows if row.version == definition.version and row.reached and not row.going]
    return not own or any(_fate(definition, row) for row in rows if row is not own[0])


def _open(definition: Definition, row: RollupVersion | None) -> None:
    rules = {name: definition.rules[name] for name in definition.source.rules}
    row = row or RollupVersion(
        source=definition.number, version=definition.version, revision=definition.source.revision
    )
    if row.going:  # some of its rows are gone already
        row.whole_at = row.behind_since = None
    row.rules, row.reached, row.going = rules, True, False
    row.save()


def ask_for_months(cursor: CursorWrapper, definition: Definition, *, version: int = ALL) -> None:
    """Every month that holds facts or rollups."""
    cursor.execute(sql.months_with_facts(definition))
    ask_for(cursor, definition, [month for (month,) in cursor.fetchall()], version=version)


def ask_for(cursor: CursorWrapper, definition: Definition, months: Sequence[date], *, version: int = ALL) -> None:
    """Have months of the source rebuilt, in one version or all that are kept."""
    cursor.execute(sql.MARK_MONTHS, {"source": definition.number, "version": version, "months": list(months)})


def _fate(definition: Definition, row: RollupVersion) -> Literal["goes", "is left behind"] | None:
    """What becomes of a version that is not wanted as soon as another is: one that never was whole goes, one that marks
    cannot reach any more is left behind; None: it is kept up, or that has happened already.
    """
    if row.going:
        return None
    if row.whole_at is None:
        return "goes"
    return "is left behind" if row.reached and not _can_be_reached(definition, row) else None


def _can_be_reached(definition: Definition, row: RollupVersion) -> bool:
    """Beside the wanted version: computed from the same table, by the same release."""
    return definition.source.builder is None and definition_of(definition.source, row) is not None


def _part_with(definition: Definition, others: Iterable[RollupVersion]) -> None:
    for row in others:
        match _fate(definition, row):
            case "goes":
                _let_go(row)
            case "is left behind":
                row.reached, row.behind_since = False, row.behind_since or timezone.now()
                row.save(update_fields=["reached", "behind_since"])
                _forget_marks(row)


def _let_go(row: RollupVersion) -> None:
    RollupVersion.objects.filter(pk=row.pk).update(going=True, reached=False)
    _forget_marks(row)


def _forget_marks(row: RollupVersion) -> None:
    """The months it still asked for: nobody takes them any more, and wanted again it asks for all."""
    Mark.objects.filter(source=row.source, version=row.version).delete()


def conclude(definition: Definition) -> None:
    """Note what is whole now; once the wanted version has been for a while, let the others go. Then remove them."""
    source = definition.source
    rows = _rows(source)
    if any(not row.is_fresh and not row.going for row in rows) or len(rows) > 1:
        with transaction.atomic(), connection.cursor() as cursor:
            lock(cursor, definition)
            _note_whole(source)
            _let_go_others(definition)
        for row in RollupVersion.objects.filter(source=source.number, going=True):
            remove(row)


def _note_whole(source: FactSource) -> None:
    unfinished = RollupVersion.objects.filter(source=source.number, going=False, reached=True)
    unfinished = unfinished.filter(models.Q(whole_at=None) | models.Q(behind_since__isnull=False))
    for row in unfinished:
        if _buildable(source, row) and not Mark.objects.filter(source=source.number, version=row.version).exists():
            row.whole_at, row.behind_since = timezone.now(), None
            row.save(update_fields=["whole_at", "behind_since"])


def _let_go_others(definition: Definition) -> None:
    """Asked of the rules as they stand now: another process may have been told of newer ones than this."""
    if known.values_now() != dict(definition.rules):
        return
    rows = _rows(definition.source)
    wanted = next((row for row in rows if row.version == definition.version), None)
    if wanted is None or wanted.whole_at is None or not wanted.is_fresh or wanted.whole_at > timezone.now() - KEEP_FOR:
        return
    for row in rows:
        if row is not wanted and not row.going and row.revision <= definition.source.revision:
            _let_go(row)


def remove(row: RollupVersion) -> None:
    """Its rows, some at a time, then itself; unless it is wanted again meanwhile. Killed, it is gone on with."""
    parameters = {"source": row.source, "version": row.version, "most": REMOVED_AT_ONCE}
    removed = REMOVED_AT_ONCE
    while removed == REMOVED_AT_ONCE:
        with transaction.atomic(), connection.cursor() as cursor:
            if not RollupVersion.objects.select_for_update().filter(pk=row.pk, going=True).exists():
                return
            cursor.execute(sql.REMOVE_ROLLUPS, parameters)
            removed = cursor.rowcount
            if removed < REMOVED_AT_ONCE:
                RollupVersion.objects.filter(pk=row.pk).delete()
