"""Items of the API become facts by the statements that files are applied with: the same locks, the same outcome.

What changes nothing is found by its digest beforehand, so that a system which sends all it has day by day costs a look.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import ClassVar, Final

import structlog
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common import jobs, locks
from crm.common.audit.acting import acting
from crm.common.audit.recording import record
from crm.common.company import current as company
from crm.common.hooks import facts_changed
from crm.common.kept_tables import kept
from crm.common.retrying import may_pass, retried
from customers.importing import frame, freeing, sql
from customers.importing.api import daily
from customers.importing.api.bodies import Fault, shown
from customers.importing.api.items import Item, Reader, cells_of, digest_of
from customers.importing.converting import Staged
from customers.importing.registry import Counts, ImportSpec
from customers.importing.tasks import free_waiting
from customers.models import ApiToken, ImportBatch, ImportReject
from customers.registry import listening

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 10.0
FREEING_S: Final = 0.2
TELL_EVERY_S: Final = 1.0
TRIES: Final = 5
FEW: Final = 50
"""Rows up to which a chunk's tables are kept, and not analysed."""
REFUSED: Final = gettext_lazy("The database takes no such value.")


@dataclass(frozen=True)
class Result:
    """What became of an item: created, updated, unchanged, parked (and what it waits for) or rejected (and why)."""

    external_id: str
    result: str
    errors: Sequence[Fault] = ()
    waits_for: str = ""

    def as_json(self) -> dict[str, object]:
        found: dict[str, object] = {"external_id": self.external_id, "result": self.result}
        if self.errors:
            found["errors"] = [fault.as_json() for fault in self.errors]
        if self.waits_for:
            found["waits_for"] = self.waits_for
        return found


def write(*, token: ApiToken, spec: ImportSpec, items: Sequence[Item]) -> list[Result]:
    """Bring the items in, all that can go in; one result for each, in their order. Items of one key share its fate.

    Raises `locks.Busy` when others are in the way for too long: nothing was written then.
    """
    batch = daily.todays_batch(system=token.system, kind=spec.kind)
    with acting(user=None, token=token.pk, api=str(token), batch=batch.pk, job="api"):
        return _Request(token, spec, batch, items).write()


class _Request:
    def __init__(self, token: ApiToken, spec: ImportSpec, batch: ImportBatch, items: Sequence[Item]) -> None:
        self.token, self.spec, self.batch, self.items = token, spec, batch, items
        self.found: dict[str, Result] = {}
        self.is_due = False
        self.keeps = True

    def write(self) -> list[Result]:
        self._read()
        groups = self._groups()
        self._pass_over_unchanged(groups)
        left = [rows for key, rows in groups.items() if key not in self.found]
        if left:
            self._apply(left)
        self._note_rest()
        if self.is_due:
            self._free()
        results = [self._result(item) for item in self.items]
        if any(result.result in {"created", "updated"} for result in results):
            _tell()
        return results

    def _read(self) -> None:
        company.company()
        reader = Reader(self.spec, self.batch)
        for item in self.items:
            if not item.faults:
                reader.read(item)

    def _groups(self) -> dict[str, list[Staged]]:
        """Rows by key: all of them where all belong to a record, else the last."""
        groups: dict[str, list[Staged]] = defaultdict(list)
        for item in self.items:
            if not item.faults:
                rows = groups[item.key]
                if not self.spec.many:
                    rows.clear()
                rows += item.rows
        return groups

    def _pass_over_unchanged(self, groups: Mapping[str, list[Staged]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.DIGESTS, {"system": self.token.system_id, "kind": self.spec.kind, "keys": list(groups)})
            for key, digest in cursor.fetchall():
                if digest.hex == digest_of(groups[key], many=self.spec.many):
                    self.found[key] = Result(key, "unchanged")

    def _apply(self, groups: Sequence[list[Staged]]) -> None:
        """Where the database refuses, in halves, so that one bad item holds up no other."""
        try:
            retried(self._apply_chunk, passing=_may_pass, tries=TRIES)(groups)
        except OperationalError as error:
            raise locks.Busy(_("The records are in use. Try again.")) from error
        except (DataError, IntegrityError, ValueError) as error:
            if len(groups) > 1:
                middle = len(groups) // 2
                for half in (groups[:middle], groups[middle:]):
                    self._apply(half)
                return
            key = str(groups[0][0][2])
            log.warning("the database refuses an item of the API", kind=self.spec.kind, error=str(error))
            self.found[key] = Result(key, "rejected", [Fault("", str(REFUSED))])

    def _apply_chunk(self, groups: Sequence[list[Staged]]) -> None:
        rows = [row for group in groups for row in group]
        if len(rows) <= FEW and self.keeps:
            try:
                self._apply_rows(rows)
            except ProgrammingError:
                self.keeps = False
                log.exception("a chunk whose tables cannot be kept", kind=self.spec.kind)
            else:
                return
        self._apply_rows(rows)

    def _apply_rows(self, rows: Sequence[Staged]) -> None:
        with transaction.atomic(), connection.cursor() as plain:
            keeps = len(rows) <= FEW and self.keeps
            cursor = kept(plain, self.spec.kind) if keeps else plain
            frame.take_given(cursor, self.spec, system=self.token.system, rows=rows, wait_s=PATIENCE_S)
            frame.apply_set(cursor, self.spec, batch_id=self.batch.pk, is_small=True)
            found = {result.external_id: result for result in _outcome(cursor)}
            frame.close(cursor, self.spec)
            self.is_due = self.is_due or frame.anything_due(cursor)
            done = [result for result in found.values() if result.result != "rejected"]
            if done:
                self._record(done)
        self.found |= found

    def _record(self, done: Sequence[Result]) -> None:
        """In the transaction that wrote."""
        counted = {word: sum(result.result == word for result in done) for word in ("created", "updated", "parked")}
        details = {
            "token": self.token.pk, "source": self.token.system.key, "kind": self.spec.kind, "import": self.batch.pk,
            **{word: number for word, number in counted.items() if number},
        }  # fmt: skip
        record(what="api.write", by=None, count=len(done), details=details)

    def _note_rest(self) -> None:
        counts = Counts()
        faulty: list[tuple[int, Item, Fault]] = []
        for number, item in enumerate(self.items, self.batch.rows + 1):
            result = self._result(item)
            counts += replace(Counts(), **{result.result: 1})
            if result.errors and len(faulty) < daily.MOST_REJECTS:
                faulty.append((number, item, result.errors[0]))
        rejects = self._rejects(faulty)
        with transaction.atomic():
            _without_waiting_for_the_disk()
            daily.note(self.batch, counts, rejects)

    def _rejects(self, faulty: Sequence[tuple[int, Item, Fault]]) -> list[ImportReject]:
        """Of a person who was erased line and reason alone are kept, whatever else is wrong with the item."""
        said = [(place, cells) for place, (_n, item, _f) in enumerate(faulty) for cells in cells_of(item, self.spec)]
        unkept = listening.unkept(self.spec.kind, self.token.system.key, [cells for _place, cells in said])
        erased = {said[place][0] for place in unkept}
        return [self._reject(*one, is_erased=place in erased) for place, one in enumerate(faulty)]

    def _reject(self, number: int, item: Item, fault: Fault, *, is_erased: bool) -> ImportReject:
        row = {shown(name): shown(str(value)) for name, value in item.fields.items()}
        field, reason, row = fault.field, fault.message, {self.spec.key: shown(item.external_id), **row}
        if reason == str(sql.ERASED_REASON):
            row = {}
        elif is_erased:
            field, reason, row = self.spec.key, str(sql.ERASED_REASON), {}
        return ImportReject(batch=self.batch, line=number, column=field[:100], reason=reason, row=row)

    def _result(self, item: Item) -> Result:
        if item.faults:
            return Result(shown(item.external_id), "rejected", item.faults)
        return replace(self.found[item.key], external_id=item.external_id)

    def _free(self) -> None:
        """What waited for it: at once where it is little; the rest is a job's."""
        try:
            freeing.free_due(for_s=FREEING_S)
        except locks.Busy as error:
            log.info("parked rows have to wait", reason=str(error))
        jobs.wake(free_waiting)


def _outcome(cursor: CursorWrapper) -> Iterable[Result]:
    cursor.execute(sql.OUTCOME)
    for key, action, conflict, column, kind, reference in cursor.fetchall():
        errors = [Fault(column, conflict)] if action == "rejected" else []
        yield Result(key, action, errors, f"{kind} {reference}" if action == "parked" else "")


class _Told:
    at: ClassVar[float] = 0.0


def _tell() -> None:
    """Once a second at most: of many requests the first wakes who counts, the last is left to the sweeper."""
    if monotonic() - _Told.at >= TELL_EVERY_S:
        _Told.at = monotonic()
        facts_changed()


def _without_waiting_for_the_disk() -> None:
    """Counters only: a crash of the database may forget those of its last moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _may_pass(error: DatabaseError) -> bool:
    """A customer typed in meanwhile may have taken a link key, or one that is named was merged: then it is seen."""
    return isinstance(error, IntegrityError) or may_pass(error)
