"""One chunk of an import: references resolved, changed records found by digest, facts written, waiting rows marked.

Everything here runs in the caller's transaction and set-based. First `imp_rows` is filled with the chunk's rows, from
where nobody else writes; then the chunk takes its locks; only then is anything looked up.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence

from django.db.backends.utils import CursorWrapper

from crm.common.audit.acting import in_bulk
from customers.importing import locking, restating, sql
from customers.importing import mapping as mappings
from customers.importing.converting import Staged
from customers.importing.mapping import ColumnSource
from customers.importing.registry import Counts, ImportSpec, get_spec
from customers.importing.statistics import OF_A_CHUNK, refresh_statistics
from customers.models import ImportBatch, SourceSystem
from customers.registry import listening


def take_chunk(cursor: CursorWrapper, batch: ImportBatch, *, first: int, last: int) -> None:
    """Fill `imp_rows` with the staged rows of buckets [first, last) and take the chunk's locks."""
    spec = get_spec(batch.kind)
    _begin(cursor, spec)
    cursor.execute(sql.fill_rows_from_stage(spec, batch.pk), {"system": batch.system_id, "first": first, "last": last})
    locking.hold(cursor, spec, system=batch.system)


def take_parked(
    cursor: CursorWrapper, spec: ImportSpec, *, system: SourceSystem, ids: list[int], wait_s: float
) -> None:
    """Fill `imp_rows` with those of the parked rows that are still there, and take the locks they need."""
    _begin(cursor, spec)
    cursor.execute(sql.FILL_ROWS_FROM_PARKED, {"ids": ids})
    locking.hold(cursor, spec, system=system, wait_s=wait_s)
    cursor.execute(sql.TAKE_PARKED, {"ids": ids})


def take_given(
    cursor: CursorWrapper, spec: ImportSpec, *, system: SourceSystem, rows: Sequence[Staged], wait_s: float
) -> None:
    """Fill `imp_rows` with these rows of the system, and take the locks they need. Raises `locks.Busy`."""
    _begin(cursor, spec)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows((system.pk, *row) for row in rows)
    with cursor.copy(sql.copy_rows(spec)) as copy:
        copy.write(buffer.getvalue().encode())
    locking.hold(cursor, spec, system=system, wait_s=wait_s)


def anything_due(cursor: CursorWrapper) -> bool:
    """Whether rows wait to be applied."""
    return _finds(cursor, sql.ANY_DUE)


def apply_rows(cursor: CursorWrapper, batch: ImportBatch) -> Counts:
    """Apply what stands in `imp_rows`, whichever way the kind does it."""
    spec = get_spec(batch.kind)
    return spec.apply(cursor, batch) if spec.apply else apply_set(cursor, spec, batch_id=batch.pk, batch=batch)


def apply_set(
    cursor: CursorWrapper,
    spec: ImportSpec,
    *,
    batch_id: int | None,
    batch: ImportBatch | None = None,
    is_small: bool = False,
) -> Counts:
    """Decide and write what stands in `imp_rows`; parked rows that wait for what arrives are due afterwards.

    `batch`: whose file the rows come from, where they come from one. `is_small`: so few rows that no table grows by
    them.
    """
    cursor.execute("ANALYZE imp_rows")
    if not is_small:
        refresh_statistics(cursor)
    conflicts = {f"conflict_{name}": str(reason) for name, reason in spec.conflict_reasons.items()}
    cursor.execute(sql.CREATE_ARRIVED)
    cursor.execute(sql.group_rows(spec), conflicts)
    listening.grouped(cursor, spec.kind)
    if spec.team:
        cursor.execute(sql.MAKE_TEAMS)
    _resolve(cursor, spec)
    cursor.execute(sql.make_keys(spec))
    if batch:
        restating.settle(cursor, spec, batch)
    cursor.execute("ANALYZE imp_keys")
    cursor.execute(sql.PARK, {"kind": spec.kind, "batch": batch_id, "many": spec.many})
    if _finds(cursor, sql.ANYTHING_REJECTED):
        _reject(cursor, spec, batch)
    if _finds(cursor, sql.ANYTHING_NEW):
        _write(cursor, spec)
    cursor.execute(sql.ARRIVE, {"kind": spec.kind})
    _mark_due(cursor)
    cursor.execute(sql.COUNT)
    return Counts(**{action: int(count) for action, count in cursor.fetchall()})


def close(cursor: CursorWrapper, spec: ImportSpec) -> int:
    """Write the customers' own rows: last, so that they are locked for a moment only. → how many were there already."""
    made = [get_spec(reference.kind).missing for reference in spec.references]
    steps = [*(missing.close for missing in made if missing), *spec.close]
    if not steps or not _finds(cursor, sql.ANYONE_TOUCHED):
        return 0
    cursor.execute("ANALYZE imp_touched")
    cursor.execute(sql.LOCK_TOUCHED)
    locked = int(cursor.rowcount)
    for step in steps:
        step(cursor)
    return locked


def _begin(cursor: CursorWrapper, spec: ImportSpec) -> None:
    in_bulk(cursor)
    cursor.execute(OF_A_CHUNK)
    cursor.execute(sql.create_rows(spec))


def _reject(cursor: CursorWrapper, spec: ImportSpec, batch: ImportBatch | None) -> None:
    """Note what could not go in, of a file; who sends rows himself gets them back."""
    erased = str(sql.ERASED_REASON)
    cursor.execute(sql.NAME_ERASED, {"erased": erased, "key": spec.key})
    if batch is None:
        return
    cursor.execute(sql.REJECT_ERASED, {"batch": batch.pk, "erased": erased})
    if spec.conflicts:
        mapping = mappings.resolve(batch.mapping, spec=spec, headers=batch.headers)
        bare = _headers(mapping.missing.columns) if mapping.missing else "{}"
        headers = {"headers": _headers(mapping.columns), "bare": bare}
        cursor.execute(sql.REJECT_CONFLICTS, {"batch": batch.pk, "erased": erased, **headers})


def _headers(columns: Mapping[str, ColumnSource]) -> str:
    return json.dumps({name: source.header for name, source in columns.items() if source.header})


def _mark_due(cursor: CursorWrapper) -> None:
    if _finds(cursor, sql.ANYONE_WAITS):
        cursor.execute(sql.MARK_DUE)


def _finds(cursor: CursorWrapper, exists: str) -> bool:
    cursor.execute(exists)
    return bool(cursor.fetchone()[0])


def _write(cursor: CursorWrapper, spec: ImportSpec) -> None:
    for step in spec.prepare:
        step(cursor)
    cursor.execute(sql.write_records(spec))
    listening.recorded(cursor, spec.kind)
    for step in spec.write:
        step(cursor)


def _resolve(cursor: CursorWrapper, spec: ImportSpec) -> None:
    for reference in spec.references:
        missing = get_spec(reference.kind).missing
        if missing:
            missing.make(cursor, spec, reference)
    if not spec.references:
        return
    cursor.execute(sql.CREATE_REFS)
    for reference in spec.references:
        cursor.execute(sql.fill_refs(reference))
    cursor.execute("ANALYZE imp_refs")
