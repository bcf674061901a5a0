"""Which kinds of files can be written, in the form their import reads: rooms register an `Export` when they start.

A file has `source` first, then the columns of the import, then what the product knows (`known`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from customers.importing.registry import UnknownKind, get_spec

TYPED: Final = "crm:typed"  # the source of what people typed in; a file names none for it


@dataclass(frozen=True)
class Export:
    """One kind of file.

    `select`: SQL giving the file's columns in their order, as they are to be written, in a fixed order of rows; it may
    use the `parameters`, by `wanted` and its like. Set-based: the rows are streamed as they come.
    `numbers`: the columns that a workbook shows as numbers; the import's own are known.
    `is_own_format`: the select gives one column, the lines of a format without columns.
    """

    kind: str
    select: str
    known: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    is_own_format: bool = False

    @property
    def header(self) -> list[str]:
        return ["source", *get_spec(self.kind).names, *self.known]

    @property
    def numeric(self) -> list[bool]:
        """Of each column, whether it holds numbers."""
        types = {column.name: column.sql for column in get_spec(self.kind).columns}
        return [name in self.numbers or types.get(name, "").startswith(("numeric", "int")) for name in self.header]


_exports: dict[str, Export] = {}


def register_export(export: Export) -> None:
    _exports[export.kind] = export


def exports() -> Mapping[str, Export]:
    return _exports


def get_export(kind: str) -> Export:
    """The export of a kind; raises `UnknownKind` naming the kinds there are."""
    try:
        return _exports[kind]
    except KeyError:
        raise UnknownKind(f"“{kind}” is no kind of file; there are: {', '.join(sorted(_exports))}") from None


def source(system: str) -> str:
    """SQL for the first column, of the alias of a joined `customers_sourcesystem`."""
    return f"CASE WHEN {system}.key = '{TYPED}' THEN '' ELSE coalesce({system}.key, '') END"


def moment(column: str) -> str:
    """SQL for a time as ISO 8601 in UTC, without fractions where there are none."""
    written = f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""
    return f"replace({written}, '.000000', '') || '+00:00'"


def reference(record: str, system: str, *, of: str) -> str:
    """SQL for a reference: the record's id in the same source as the record `of`, else `source/id`."""
    return (
        f"CASE WHEN {record}.id IS NULL THEN '' WHEN {record}.system_id = {of}.system_id THEN {record}.external_id"
        f" ELSE {system}.key || '/' || {record}.external_id END"
    )


def wanted(record: str) -> str:
    """SQL for the condition that a row comes of the source that is wanted, and of the records where only some are."""
    return f"{_of_system(record)} AND {among_records(record)}"


def among_records(record: str) -> str:
    """SQL for the second half of that."""
    return _among(f"{record}.id", "records")


def wanted_rows(fact: str) -> str:
    """The same of a table whose rows name their source: of the rows that the wanted records became."""
    return f"{_of_system(fact)} AND {_among(f'{fact}.id', 'rows')}"


def wanted_customers(column: str) -> str:
    """SQL that narrows what is looked up to the customers of the wanted rows."""
    return _among(column, "customers")


def parameters(
    *, system: int | None, as_of: date, few: tuple[list[int], list[int], list[int]] | None = None
) -> dict[str, Any]:
    """Of a select. `few`: ids of the records that are wanted, of the rows they became, and of these rows' customers;
    None: all there are.
    """
    records, rows, customers = few or (None, None, None)
    return {"system": system, "as_of": as_of, "records": records, "rows": rows, "customers": customers}


def _of_system(row: str) -> str:
    return f"(%(system)s::bigint IS NULL OR {row}.system_id = %(system)s)"


def _among(column: str, ids: str) -> str:
    return f"(%({ids})s::bigint[] IS NULL OR {column} = ANY(%({ids})s::bigint[]))"
