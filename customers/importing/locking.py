"""Which locks a chunk needs: so that what it looks up stays as it is, and two imports write nothing at once.

The rows stand in `imp_rows` already; they came from where nobody writes. A reference may name another source's record,
and that source need not exist yet: a row is parked for good reason only while nobody can bring what it waits for.
"""

from django.db.backends.utils import CursorWrapper

from crm.common import locks
from customers.importing import sql
from customers.importing.registry import ImportSpec, get_spec
from customers.models import SourceSystem

MANY_NAMES = 100  # of sources, in one column; more are own ids with slashes in them, and no other chunk runs meanwhile


def hold(cursor: CursorWrapper, spec: ImportSpec, *, system: SourceSystem, wait_s: float | None = None) -> None:
    """Take, until the transaction ends, what the rows in `imp_rows` of this system need. Raises `locks.Busy` when one
    is not free within `wait_s`.
    """
    named = _named_sources(cursor, spec)
    exclusive = {locks.source(system.key, kind) for kind in (spec.kind, *spec.makes)}
    shared: set[locks.Key] = set()
    for reference in spec.references:
        keys = {locks.source(name, reference.kind) for name in (system.key, *named.get(reference.column, ()))}
        (exclusive if reference.changes else shared).update(keys)
    kinds = _bare_kinds(cursor, spec)
    exclusive.update(locks.source(system.key, kind) for kind in kinds)
    if spec.identifies or any(get_spec(kind).identifies for kind in kinds):
        exclusive.add(locks.IDENTITY)
    if spec.matches:
        shared.add(locks.IDENTITY)
    alone = any(len(names) > MANY_NAMES for names in named.values())
    (exclusive if alone else shared).add(locks.IMPORTS)
    shared.update((locks.FACTS, locks.MERGES))
    locks.take(cursor, exclusive=exclusive, shared=shared, wait_s=locks.JOB_PATIENCE_S if wait_s is None else wait_s)


def _named_sources(cursor: CursorWrapper, spec: ImportSpec) -> dict[str, list[str]]:
    """By column: the sources that references name, in lower case; up to one more than `MANY_NAMES`."""
    named: dict[str, list[str]] = {}
    for reference in spec.references:
        cursor.execute(sql.named_sources(reference), [MANY_NAMES + 1])
        named[reference.column] = [name for (name,) in cursor.fetchall()]
    return named


def _bare_kinds(cursor: CursorWrapper, spec: ImportSpec) -> list[str]:
    """Kinds of which the rows may make bare records."""
    kinds = [reference.kind for reference in spec.references if get_spec(reference.kind).missing]
    if not kinds:
        return []
    cursor.execute("SELECT EXISTS (SELECT FROM imp_rows WHERE _bare IS NOT NULL)")
    return kinds if cursor.fetchone()[0] else []
