"""A list as rows of a file: columns by the keys of the list, in the list's order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import F, QuerySet
from django.utils.functional import Promise

STREAMED_UP_TO: Final = 20_000
"""Rows that a page hands over at once."""
SHEET_UP_TO: Final = 4_000
"""Likewise in a sheet, which is written as a whole first: for a second nobody else is served."""


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """`header` names it in the file, `field` is what it shows: a path from the row, or an annotation."""

    header: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Export:
    """`name`: of the file, and before `.export` in the audit log. `first`: the header that is always there.

    `shown_as`: what the list shows in one column that a file has in several, or under another name.
    """

    name: str
    title: str | Promise
    first: str
    columns: Sequence[ExportColumn]
    shown_as: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def chosen(self, keys: Sequence[str]) -> list[ExportColumn]:
        """Those of a list's keys in their order, each once; where none is known, all."""
        by_header = {column.header: column for column in self.columns}
        known = [name for key in keys for name in self.shown_as.get(key, (key,)) if name in by_header]
        return [by_header[name] for name in dict.fromkeys([self.first, *known])] if known else [*self.columns]


def rows(found: QuerySet[Any], columns: Sequence[ExportColumn], *, order: str) -> Iterator[tuple[Any, ...]]:
    """Header first, then in the order that `keyset_page` gives; read by a cursor in steps, so memory stays flat."""
    yield tuple(column.header for column in columns)
    yield from in_order(found, order).values_list(*(column.field for column in columns)).iterator(chunk_size=2_000)


def in_order(found: QuerySet[Any], order: str) -> QuerySet[Any]:
    """By a field and then the primary key, both down with `-`; what is empty comes last either way."""
    name = F(order.lstrip("-"))
    if order.startswith("-"):
        return found.order_by(name.desc(nulls_last=True), "-pk")
    return found.order_by(name.asc(nulls_last=True), "pk")
