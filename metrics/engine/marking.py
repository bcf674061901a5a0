"""From a source's declaration: the triggers that mark the cells of changed facts, and the index that finds a cell's.

Marks are only ever appended, so a writer never waits for a recompute. An update marks only where the cell or a watched
column of a row differs.
"""

import re

from metrics.engine import registry
from metrics.engine.needs import Index, Marking, Needs
from metrics.engine.sources import FactSource
from metrics.engine.sql import CELL

MARK = f"INSERT INTO metrics_mark (source, {CELL})"
OF_FACT = re.compile(r"\bf\.")


def needs() -> Needs:
    """Of all sources and those who build their tables."""
    found = [need for source in registry.sources() for need in needs_of(source)]
    return Needs(
        markings=tuple(marking for need in found for marking in need.markings),
        indexes=tuple(index for need in found for index in need.indexes),
    )


def needs_of(source: FactSource) -> list[Needs]:
    own = Needs(markings=(marking_of(source),), indexes=(index_of(source),))
    return [own, source.builder.needs] if source.builder else [own]


def changed(columns: str, *, where: str = "true") -> str:
    """The rows an update took away or brought, as a set that compares null with null."""
    old = f"SELECT {columns} FROM old_rows f WHERE {where}"
    new = f"SELECT {columns} FROM new_rows f WHERE {where}"
    return f"(({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old}))"


def marking_of(source: FactSource) -> Marking:
    number, cell = source.number, ", ".join(source.cell)
    names = [CELL, *(f"watched_{place}" for place, _column in enumerate(source.watched))]
    rows = changed(", ".join([cell, *source.watched]))
    return Marking(
        key=source.key,
        table=source.table,
        insert=f"{MARK} SELECT DISTINCT {number}, {cell} FROM new_rows f",
        update=f"{MARK} SELECT DISTINCT {number}, {CELL} FROM {rows} f ({', '.join(names)})",
        delete=f"{MARK} SELECT DISTINCT {number}, {cell} FROM old_rows f",
        truncate=f"{MARK} SELECT DISTINCT {number}, {CELL} FROM metrics_rollup WHERE source = {number}",
    )


def index_of(source: FactSource) -> Index:
    """Over those dimensions that the facts have, in the order of a cell."""
    columns = [f"({OF_FACT.sub('', sql)})" for sql in source.cell if OF_FACT.search(sql)]
    return Index(name=f"{source.key}_cell", table=source.table, columns=f"({', '.join(columns)})")
