"""Which kinds of files can be imported, and how each becomes rows: apps register an `ImportSpec` when they start.

A spec with `columns` is read from CSV or XLSX through a mapping. A format of its own brings `read`; whatever does not
fit the set-based frame brings `apply`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Protocol

from django.utils.functional import Promise

from crm.common.errors import DomainError
from crm.common.kinds import name_import_kind

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from customers.importing.tabular import BrokenRow, Row
    from customers.models import ImportBatch


class UnknownKind(DomainError):
    """No such kind of file."""


class Invalid(ValueError):
    """A value that cannot go in: becomes a reject with line, column and this reason."""

    def __init__(self, reason: str | Promise, column: str = "") -> None:
        super().__init__(str(reason).replace("\0", "␀"))  # quotes the value; the database stores no NUL
        self.column = column


@dataclass(frozen=True)
class Format:
    """How numbers and dates are written in one column of one file."""

    date: str = ""  # strptime format; empty: ISO 8601
    decimal: str = "."


Parse = Callable[[str], str | None]
"""Turns the stripped, non-empty text of a cell into what COPY takes; raises `Invalid`."""


@dataclass(frozen=True)
class Column:
    """A canonical column. `parser` builds the parse function for a format; `sql` is its type in the staging table.

    `empty`: what an empty cell becomes; None is NULL. Text columns use "".
    """

    name: str
    parser: Callable[[Format], Parse]
    sql: str = "text"
    required: bool = False
    empty: str | None = ""


@dataclass(frozen=True)
class Reference:
    """A column that names another record: `into` receives its row's id; an absent one parks the row.

    The target is the record's customer for `customers`, else the row the record became. `changes`: the target's row
    changes with the rows that name it, so two imports must not name it at once.
    """

    column: str
    kind: str
    into: str
    changes: bool = False


@dataclass(frozen=True)
class Counts:
    """File rows by what became of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    parked: int = 0
    rejected: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.parked + other.parked,
            self.rejected + other.rejected,
        )


class Derive(Protocol):
    """Checks a row as a whole, fills in what empty cells mean, and gives the derived columns.

    `row`: the parsed canonical columns in their order; `ImportSpec.places` says once a file where each stands.
    """

    def __call__(self, row: list[str | None], /) -> Sequence[str | None]: ...


Read = Callable[[BinaryIO], Iterator["Row | BrokenRow"]]


Step = Callable[["CursorWrapper"], None]


@dataclass(frozen=True)
class MissingRecords:
    """How bare records are made of what rows of other kinds say of them, where a mapping asks for it.

    `columns`: those of this kind's own file that such rows may fill. `make` makes or refreshes the records which the
    rows in `imp_rows` name by the reference; `close` writes what is left for the end of the chunk.
    """

    columns: tuple[str, ...]
    make: Callable[["CursorWrapper", "ImportSpec", Reference], None]
    close: Step


@dataclass(frozen=True)
class ImportSpec:
    """One kind of file, called `label` on pages.

    `key`: the column whose value identifies a record (all rows of one key share its fate).
    `derived` (name, SQL type) are added by what `deriver()` returns, called once per file.
    `many`: all rows of a key belong to it (an order's lines); else the last row of the file wins.
    `headers`: SQL aggregates that make a key's columns from its rows, for `many`; `conflicts` are aggregates that
    are true where the rows of a key contradict each other in a column, `conflict_reasons` what to say then.
    `moment`: SQL over the row giving when it happened; orders what "the newest word" on a bare record is.
    `prepare` runs on the temporary table `imp_keys` (see `customers.importing.sql`) before the source records are
    written, `write` after: it inserts and updates the facts. `table` gives new rows their ids. `close` runs last, when
    the customers in `imp_touched` are locked: it writes their rows.
    `keeps_payload`: the source record keeps the canonical columns and its customer (`imp_keys.customer_id`).
    `keeps_times`: it keeps since when it says each value.
    `record_column`: the column of the source record that says which row it became. `missing`: see `MissingRecords`.
    `makes`: other kinds of the same source of which it makes records. `identifies`: it says who is one customer, or how
    they are reached; `matches`: it finds customers by that.
    `grows`: further tables it fills, whose statistics the planner needs anew when they have grown.
    `searched`: tables it writes that have trigram indexes, whose entries are merged after each chunk.
    `finds`: the rows that a text finds, the best first; raises DomainError for one that says too little.
    `lines`: so many rows of the file change one customer's row at most, and so leave the entries of one.
    `read` replaces the CSV/XLSX reader: it gets the opened bytes and yields (line, cells in the order of `columns`).
    `apply` replaces the whole set-based step: called once per chunk with its rows in the temporary table `imp_rows`.
    """

    kind: str
    label: str | Promise = ""
    columns: tuple[Column, ...] = ()
    key: str = "external_id"
    table: str = ""
    references: tuple[Reference, ...] = ()
    derived: tuple[tuple[str, str], ...] = ()
    deriver: Callable[["ImportBatch"], Derive] | None = None
    many: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    conflicts: Mapping[str, str] = field(default_factory=dict)
    conflict_reasons: Mapping[str, str | Promise] = field(default_factory=dict)
    moment: str = "NULL::timestamptz"
    team: bool = False
    keeps_payload: bool = False
    keeps_times: bool = False
    record_column: str = "object_id"
    missing: MissingRecords | None = None
    makes: tuple[str, ...] = ()
    identifies: bool = False
    matches: bool = False
    grows: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    finds: Callable[[str], Sequence[int]] | None = None
    lines: int = 1
    prepare: tuple[Step, ...] = ()
    write: tuple[Step, ...] = ()
    close: tuple[Step, ...] = ()
    read: Read | None = None
    apply: Callable[["CursorWrapper", "ImportBatch"], Counts] | None = None

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def places(self, *names: str) -> tuple[int, ...]:
        """Where these columns stand in a row; raises `ValueError` for one there is not."""
        return tuple(self.names.index(name) for name in names)


_specs: dict[str, ImportSpec] = {}


def register(spec: ImportSpec) -> None:
    _specs[spec.kind] = spec
    name_import_kind(spec.kind, spec.label or spec.kind)


def get_spec(kind: str) -> ImportSpec:
    """The spec of a kind; raises `UnknownKind` naming the kinds there are."""
    try:
        return _specs[kind]
    except KeyError:
        raise UnknownKind(f"“{kind}” is no kind of file; there are: {', '.join(sorted(_specs))}") from None


def specs() -> list[ImportSpec]:
    """Every kind there is, by name."""
    return [_specs[kind] for kind in sorted(_specs)]


def tables() -> list[str]:
    """Every table that imports write facts to, each once."""
    return sorted({table for spec in _specs.values() for table in (spec.table, *spec.grows) if table})


def searched_tables() -> list[str]:
    """Every table with trigram indexes that imports write, each once."""
    return sorted({table for spec in _specs.values() for table in spec.searched})
