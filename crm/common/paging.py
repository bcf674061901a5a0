"""Paging by key: a page deep in a list costs what the first one does."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet

from crm.common.instances import made_quickly
from crm.common.segments import Order, Start, find_field, in_order, segments

M = TypeVar("M", bound=Model)
PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Page(Generic[M]):
    """`rows` in the list's order; a cursor is empty where there is nothing further that way."""

    rows: list[M]
    next_cursor: str
    previous_cursor: str


def keyset_page(
    queryset: QuerySet[M],
    *,
    sort: str,
    cursor: str = "",
    size: int = PAGE_SIZE,
    is_known: bool = False,
    within: str = "",
) -> Page[M]:
    """One page of `queryset` ordered by `sort` (`field`, or `-field` for descending) and then primary key.

    The field may be an annotation or reach over a relation (`tier__rank`); empty values come last in both directions.
    A generated column is taken to be empty only where a column it is made of is; `is_known`: an annotation never is.
    An index on (field, id) serves both directions. A cursor that cannot be read gives the first page.

    `within`: a column that is null in all rows of `queryset`. An index on (it, -field, -id) then serves: the planner
    takes a column for one that orders nothing where all have a value, not where they have none.
    """
    order = order_of(queryset, sort=sort, cursor=cursor, is_known=is_known, within=within)
    quick, rows = made_quickly(queryset), list[M]()
    for segment in segments(queryset, order):
        rows += in_order(quick, order, segment)[: size + 1 - len(rows)]
        if len(rows) > size:
            break
    return page_of(rows, order, size=size)


def order_of(
    queryset: QuerySet[Any], *, sort: str, cursor: str = "", is_known: bool = False, within: str = ""
) -> Order:
    """As `keyset_page` is told it."""
    name = sort.lstrip("-")
    start = _find_cursor(queryset, name, cursor)
    return Order(name=name, descending=sort.startswith("-"), start=start, is_known=is_known, within=within)


def page_of(rows: Sequence[M], order: Order, *, size: int = PAGE_SIZE) -> Page[M]:
    """Of at most `size` + 1 rows as they were read."""
    further, shown = len(rows) > size, [*rows[:size]]
    if order.backwards:
        shown.reverse()
    goes_on, began = further or order.backwards, order.start is not None and (further or not order.backwards)
    return Page(
        rows=shown,
        next_cursor=_encode(shown[-1], order.name, backwards=False) if shown and goes_on else "",
        previous_cursor=_encode(shown[0], order.name, backwards=True) if shown and began else "",
    )


def _encode(row: Model, name: str, *, backwards: bool) -> str:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part, None)
    text = json.dumps([backwards, value, row.pk], default=_as_text, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _as_text(value: object) -> str:
    # Django's own encoder drops microseconds, and a key must be exact.
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _find_cursor(queryset: QuerySet[Any], name: str, text: str) -> Start | None:
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        backwards, value, pk = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        field = find_field(queryset, name)
        key = queryset.model._meta.pk  # noqa: SLF001 (Django's documented name)
        return Start(
            backwards=bool(backwards),
            value=_clean(field, value),
            pk=_clean(key, pk),
        )
    except (ValueError, TypeError, binascii.Error, ValidationError):
        return None


def _clean(field: Field[Any, Any] | None, value: Any) -> Any:
    if isinstance(value, dict | list):
        raise TypeError("A cursor holds plain values")
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("A cursor cannot hold a NUL character")
    if value is None or field is None:
        return value
    return field.to_python(value)
