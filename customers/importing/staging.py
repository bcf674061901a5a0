"""Phase one of an import: the file into its staging table, block by block; what cannot go in becomes a reject."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from django.db import connection, transaction

from crm.common.company import current as company
from customers.importing import mapping as mappings
from customers.importing import opening, restating, sql
from customers.importing.converting import Converter, Staged
from customers.importing.registry import ImportSpec, Invalid, get_spec
from customers.importing.tabular import BrokenRow, Row, Table, open_table
from customers.models import ImportBatch, ImportReject
from customers.registry import listening

BLOCK_ROWS = 5_000
LONGEST_SHOWN = 2_000


def stage(batch: ImportBatch) -> None:
    """Read the whole file into a fresh staging table; the batch knows its rows, rejects and staged rows afterwards.

    Raises a `DomainError` when the file or its mapping cannot be used. Started again it starts anew.
    """
    spec = get_spec(batch.kind)
    company.refresh()  # times are meant in the zone of now, whatever this process knew
    with open_source(batch, spec) as table:
        mapping = mappings.resolve(batch.mapping, spec=spec, headers=table.headers)
        derive = spec.deriver(batch) if spec.deriver else None
        converter = Converter(spec, mapping, table.headers, derive)
        _reset(batch, spec, table.headers)
        while block := list(islice(table.rows, BLOCK_ROWS)):
            _stage_block(batch, spec, converter, table, block)
    with connection.cursor() as cursor:
        name = sql.stage_name(batch.pk)
        cursor.execute(f"CREATE INDEX ON {name} (_bucket); ANALYZE {name} (_bucket, _key)")
    restating.compare(batch, spec)
    batch.bytes_read = batch.bytes_total
    batch.save(update_fields=["bytes_read"])


@contextmanager
def open_source(batch: ImportBatch, spec: ImportSpec) -> Iterator[Table]:
    """The batch's file as a table: CSV or XLSX, or what the spec's own reader makes of its bytes."""
    path = Path(batch.path)
    if spec.read:
        with opening.opened(path) as raw:
            yield Table(spec.names, "", "", spec.read(opening.buffered(raw)), raw.position)
        return
    how = mappings.reading(batch.mapping)
    with open_table(path, codec=how.codec, delimiter=how.delimiter, sheet=how.sheet) as table:
        yield table


def drop(batch: ImportBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {sql.stage_name(batch.pk)}")
        restating.drop(cursor, batch.pk)


def is_complete(batch: ImportBatch) -> bool:
    """Whether the staging table still holds all rows; a database that crashed has emptied it."""
    name = sql.stage_name(batch.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608 - a name made of a number
        return int(cursor.fetchone()[0]) == batch.staged


def _reset(batch: ImportBatch, spec: ImportSpec, headers: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.create_stage(spec, batch.pk))
        batch.rows = batch.staged = batch.bytes_read = 0
        batch.headers = headers
        if not batch.buckets_done:
            batch.rejects.all().delete()
            batch.rejected = 0
        batch.save(update_fields=["rows", "staged", "rejected", "bytes_read", "headers"])


def _stage_block(
    batch: ImportBatch, spec: ImportSpec, converter: Converter, table: Table, block: list[Row | BrokenRow]
) -> None:
    staged: list[Staged] = []
    rejects: list[ImportReject] = []
    read: list[tuple[ImportReject, dict[str, str]]] = []
    for item in block:
        if isinstance(item, BrokenRow):
            shown = _shown(list(item.row), list(item.row.values()))
            rejects.append(ImportReject(batch=batch, line=item.line, column=item.column, reason=str(item), row=shown))
            continue
        line, row = item
        try:
            staged.append(converter.convert(line, row))
        except Invalid as error:
            shown = _shown(table.headers, row)
            rejects.append(
                ImportReject(batch=batch, line=line, column=error.column[:100], reason=str(error), row=shown)
            )
            read.append((rejects[-1], converter.cells(row)))
    _forget_unkept(batch, spec, read)
    with transaction.atomic():
        _copy(spec, batch, staged)
        if not batch.buckets_done:  # else they were counted before the database lost the staging table
            ImportReject.objects.bulk_create(rejects)
            batch.rejected += len(rejects)
        batch.rows += len(block)
        batch.staged += len(staged)
        batch.bytes_read = min(table.position(), batch.bytes_total)
        batch.save(update_fields=["rows", "staged", "rejected", "bytes_read"])


def _forget_unkept(batch: ImportBatch, spec: ImportSpec, read: list[tuple[ImportReject, dict[str, str]]]) -> None:
    """The reason may quote what stands in the row."""
    for place in listening.unkept(spec.kind, batch.system.key, [cells for _reject, cells in read]):
        reject = read[place][0]
        reject.column, reject.reason, reject.row = spec.key, str(sql.ERASED_REASON), {}


def _copy(spec: ImportSpec, batch: ImportBatch, staged: list[Staged]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(staged)
    with connection.cursor() as cursor, cursor.copy(sql.copy_stage(spec, batch.pk)) as copy:
        copy.write(buffer.getvalue().encode())


def _shown(headers: list[str], row: list[str]) -> dict[str, str]:
    """The row by header, for the list of rejects; NUL cannot be stored and is shown as its symbol."""
    cells = [cell.replace("\0", "␀")[:LONGEST_SHOWN] for cell in row]
    named = dict(zip(headers, cells, strict=False))
    return named | {f"column {number}": cell for number, cell in enumerate(cells[len(headers) :], len(headers) + 1)}
