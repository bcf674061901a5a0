"""One chunk of an import: references resolved, changed records found by digest, facts written, parked rows freed.

Everything here runs in the caller's transaction and set-based; the caller holds the import lock.
"""

from django.db.backends.utils import CursorWrapper

from crm.common import locks
from customers.importing import sql
from customers.importing.registry import Counts, ImportSpec, get_spec
from customers.importing.statistics import refresh_statistics
from customers.models import ImportBatch


def lock(cursor: CursorWrapper) -> None:
    """Wait for other imports' chunks; in a statement of its own, so that the next one sees what they wrote."""
    locks.take(cursor, exclusive=[locks.IMPORT_CHUNK], wait_s=locks.JOB_PATIENCE_S)
    cursor.execute(
        "SET LOCAL default_statistics_target = 10"
    )  # the temporary tables are analysed often: a sample will do


def apply_chunk(cursor: CursorWrapper, batch: ImportBatch, *, first: int, last: int) -> Counts:
    """Apply the staged rows of buckets [first, last), then whatever waited for them; counts the batch's own rows."""
    spec = get_spec(batch.kind)
    cursor.execute(sql.create_rows(spec))
    cursor.execute(sql.fill_rows_from_stage(spec, batch.pk), {"system": batch.system_id, "first": first, "last": last})
    if spec.apply:
        return spec.apply(cursor, batch)
    cursor.execute(sql.CREATE_ARRIVED)
    counts = _pass(cursor, spec, batch_id=batch.pk)
    free_parked(cursor)
    return counts


def free_parked(cursor: CursorWrapper) -> None:
    """Apply the parked rows that wait for what stands in `imp_arrived`, and what waits for those in turn."""
    while _anyone_waits(cursor):
        cursor.execute(sql.UNPARK)
        cursor.execute("SELECT kind, min(batch_id) FROM imp_unparked GROUP BY kind ORDER BY kind")
        for kind, batch_id in cursor.fetchall():
            spec = get_spec(kind)
            cursor.execute(sql.create_rows(spec))
            cursor.execute(sql.FILL_ROWS_FROM_PARKED, {"kind": kind})
            _pass(cursor, spec, batch_id=batch_id)


def _anyone_waits(cursor: CursorWrapper) -> bool:
    cursor.execute(sql.ANYONE_WAITS)
    return bool(cursor.fetchone()[0])


def _pass(cursor: CursorWrapper, spec: ImportSpec, *, batch_id: int | None) -> Counts:
    """Decide and write what stands in `imp_rows`."""
    cursor.execute("ANALYZE imp_rows")
    refresh_statistics(cursor)
    conflicts = {f"conflict_{name}": str(reason) for name, reason in spec.conflict_reasons.items()}
    cursor.execute(sql.group_rows(spec), conflicts)
    if spec.team:
        cursor.execute(sql.MAKE_TEAMS)
    _resolve(cursor, spec)
    cursor.execute(sql.make_keys(spec))
    cursor.execute("ANALYZE imp_keys")
    cursor.execute(sql.PARK, {"kind": spec.kind, "batch": batch_id, "many": spec.many})
    cursor.execute(sql.REJECT_CONFLICTS, {"batch": batch_id})
    _write(cursor, spec)
    cursor.execute(sql.ARRIVE, {"kind": spec.kind})
    cursor.execute(sql.COUNT)
    return Counts(**{action: int(count) for action, count in cursor.fetchall()})


def _write(cursor: CursorWrapper, spec: ImportSpec) -> None:
    for step in spec.prepare:
        step(cursor)
    cursor.execute(sql.write_records(spec))
    for step in spec.write:
        step(cursor)


def _resolve(cursor: CursorWrapper, spec: ImportSpec) -> None:
    for reference in spec.references:
        missing = get_spec(reference.kind).missing
        if missing:
            missing.make(cursor, spec, reference)
    cursor.execute(sql.CREATE_REFS)
    for reference in spec.references:
        cursor.execute(sql.fill_refs(reference))
    cursor.execute("ANALYZE imp_refs")
