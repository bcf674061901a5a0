"""A file that our own export wrote, on its way back in: what it says as it stands here already changes nothing.

Such a file is known by its header. Its values are not those the source once wrote (a reference may be written another
way, an order's lines share one time), so digests differ where nothing does; rows are compared with the export instead,
once a file: `import_same_N` holds the keys whose rows are just those the export would write now.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.backends.utils import CursorWrapper

from crm.common.days import today
from customers.importing.exports import exports, parameters
from customers.importing.registry import ImportSpec
from customers.importing.sql import NIL, STAGING, stage_name
from customers.models import ImportBatch


def is_export(kind: str, headers: Sequence[str]) -> bool:
    export = exports().get(kind)
    return export is not None and not export.is_own_format and list(headers) == export.header


def compare(batch: ImportBatch, spec: ImportSpec) -> None:
    """Note which keys of the staged file say what stands here already. One run of the export, one sort of both."""
    with connection.cursor() as cursor:
        drop(cursor, batch.pk)
        if is_export(spec.kind, batch.headers):
            cursor.execute(_compare(spec, batch.pk), parameters(system=batch.system_id, as_of=today()))


def drop(cursor: CursorWrapper, batch_id: int) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS {_name(batch_id)}")


def settle(cursor: CursorWrapper, spec: ImportSpec, batch: ImportBatch) -> None:
    """Within a chunk: leave in `imp_keys` what changes nothing, and keep the unknown columns no export writes."""
    if not is_export(spec.kind, batch.headers):
        return
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_name(batch.pk)])
    if cursor.fetchone()[0]:
        cursor.execute(_UNCHANGED.format(same=_name(batch.pk)))
    kept = "sr.payload -> 'extra'" if spec.keeps_payload else "sr.payload"
    cursor.execute(_KEEP_UNKNOWN.format(kept=kept), {"nil": NIL})


_UNCHANGED = """
UPDATE imp_keys k SET _action = 'unchanged', _object = k._old_object
FROM {same} s WHERE s.key = k._key AND k._record_id IS NOT NULL AND k._action IN ('created', 'updated')
"""

_KEEP_UNKNOWN = """
UPDATE imp_keys k SET _extra = {kept} FROM customers_sourcerecord sr
WHERE sr.id = k._record_id AND k._action = 'updated' AND sr.digest <> %(nil)s
"""


def _name(batch_id: int) -> str:
    return f"{STAGING}.import_same_{int(batch_id)}"


def _compare(spec: ImportSpec, batch_id: int) -> str:
    export = exports()[spec.kind]
    given = _one_text([f'"{column.name}"::text' for column in spec.columns])
    names = [f"c{number}" for number in range(len(export.header))]
    typed = {column.name: _typed(f"c{place}", column.sql) for place, column in enumerate(spec.columns, 1)}
    return f"""
    CREATE UNLOGGED TABLE {_name(batch_id)} AS
    SELECT key FROM (
      SELECT key, count(*) AS rows, md5(string_agg(said, E'\\x1e' ORDER BY said COLLATE "C")) AS said
      FROM (SELECT _key AS key, {given} AS said FROM {stage_name(batch_id)}) staged GROUP BY key
    ) staged JOIN (
      SELECT key, count(*) AS rows, md5(string_agg(said, E'\\x1e' ORDER BY said COLLATE "C")) AS said
      FROM (SELECT {typed[spec.key]} AS key, {_one_text(list(typed.values()))} AS said
            FROM ({export.select}) e ({", ".join(names)})) kept GROUP BY key
    ) kept USING (key, rows, said)
    """  # noqa: S608 - put together from the specs of this code base


def _typed(column: str, type_: str) -> str:
    """The export's text as the staging table would hold it; a month is its first day there."""
    if type_ == "date":
        return f"(CASE length({column}::text) WHEN 7 THEN {column}::text || '-01' ELSE {column}::text END)::date::text"
    return f"{column}::text::{type_}::text"


def _one_text(columns: list[str]) -> str:
    return " || E'\\x1f' || ".join(f"coalesce({column}, '')" for column in columns)
