"""Paging by key: a page deep in a list costs what the first one does."""

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    F,
    Field,
    Func,
    GeneratedField,
    Model,
    OneToOneRel,
    OuterRef,
    QuerySet,
    Value,
    When,
)
from django.db.models.lookups import GreaterThan, LessThan

from crm.common.instances import made_quickly

M = TypeVar("M", bound=Model)
PAGE_SIZE = 50
_LAST = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Page(Generic[M]):
    """`rows` in the list's order; a cursor is empty where there is nothing further that way."""

    rows: list[M]
    next_cursor: str
    previous_cursor: str


@dataclass(frozen=True, kw_only=True)
class _Cursor:
    """Continue after (or, backwards, before) the row with this sort value and primary key."""

    backwards: bool
    value: Any
    pk: Any


class _Row(Func):
    """`(a, b)`, which PostgreSQL compares in order and answers from an index on (a, b)."""

    function = ""
    template = "(%(expressions)s)"


def keyset_page(
    queryset: QuerySet[M],
    *,
    sort: str,
    cursor: str = "",
    size: int = PAGE_SIZE,
    is_known: bool = False,
    is_grouped: bool = False,
    within: str = "",
) -> Page[M]:
    """One page of `queryset` ordered by `sort` (`field`, or `-field` for descending) and then primary key.

    The field may be an annotation or reach over a relation (`tier__rank`); empty values come last in both directions.
    A generated column is taken to be empty only where a column it is made of is; `is_known`: an annotation never is.
    An index on (field, id) serves both directions. A cursor that cannot be read gives the first page.

    `is_grouped`: the relation leads to one of a few (tiers, people), each of whom has many rows: an index on (relation,
    id) then serves, which gives the first rows of each.

    `within`: a column that is null in all rows of `queryset`. An index on (it, -field, -id) then serves: the planner
    takes a column for one that orders nothing where all have a value, not where they have none.
    """
    name, descending = sort.lstrip("-"), sort.startswith("-")
    start = _find_cursor(queryset, name, cursor)
    backwards = start is not None and start.backwards
    may_be_empty = not is_known and _may_be_empty(queryset, name)
    rows = _take(
        queryset, name, descending=descending, start=start, count=size + 1, may_be_empty=may_be_empty,
        is_grouped=is_grouped, within=within,
    )  # fmt: skip
    further = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows=rows,
        next_cursor=_encode(rows[-1], name, backwards=False) if rows and (further or backwards) else "",
        previous_cursor=_encode(rows[0], name, backwards=True)
        if rows and ((further and backwards) or (start is not None and not backwards))
        else "",
    )


def _take(
    queryset: QuerySet[M],
    name: str,
    *,
    descending: bool,
    start: _Cursor | None,
    count: int,
    may_be_empty: bool,
    is_grouped: bool,
    within: str,
) -> list[M]:
    """Known values first, then the empty ones; the other way round when going backwards."""
    backwards = start is not None and start.backwards
    segments = [True, False] if backwards else [False, True]
    if not may_be_empty:
        segments = [False]
    if start is not None and len(segments) > 1:
        segments = segments[segments.index(start.value is None) :]
    queryset = made_quickly(queryset)
    rows: list[M] = []
    for at, empty in enumerate(segments):
        where, downwards = start if at == 0 else None, descending != backwards
        among = queryset
        if is_grouped and not empty:
            among = queryset.filter(pk__in=_first_of_each(queryset, name, downwards, where, count))
        rows += _segment(
            among, name, descending=downwards, empty=empty, start=where, split=may_be_empty, within=within
        )[: count - len(rows)]  # fmt: skip
        if len(rows) >= count:
            break
    return rows


def _segment(
    queryset: QuerySet[M],
    name: str,
    *,
    descending: bool,
    empty: bool,
    start: _Cursor | None,
    split: bool,
    within: str,
) -> QuerySet[M]:
    """`descending` already accounts for walking backwards; `split` keeps empty and known values apart."""
    sign = "-" if descending else ""
    fields = ["pk"] if empty or name == "pk" else [name, _key_beside(queryset, name)]
    first = [within if descending else f"-{within}"] if within else []
    rows = queryset.order_by(*first, *[sign + field for field in fields])
    if split:
        rows = rows.filter(**{f"{_empty_with(queryset, name)}__isnull": empty})
    if start is None:
        return rows
    after = LessThan if descending else GreaterThan
    values = [start.pk] if len(fields) == 1 else [start.value, start.pk]
    left = _Row(*fields, output_field=BooleanField())
    right = _Row(*[Value(value) for value in values], output_field=BooleanField())
    rows = rows.filter(after(left, right))
    # A row of two tables' columns reaches no index, its first column does.
    is_of_two = len(fields) > 1 and "__" in name and fields[1] == "pk"
    return rows.filter(**{f"{name}__{'lte' if descending else 'gte'}": start.value}) if is_of_two else rows


def _empty_with(queryset: QuerySet[Any], name: str) -> str:
    """What is empty where the sort is: the relation, where what it leads to always has a value. The planner then knows
    how many have none, and reads them in their order.
    """
    relation, _dots, rest = name.rpartition("__")
    field = _find_field(queryset, name)
    is_relation = relation and relation not in queryset.query.annotations and field is not None and not field.null
    return relation if is_relation and rest != "pk" else name


def _key_beside(queryset: QuerySet[Any], name: str) -> str:
    """The primary key; by its name in the table that holds the sort, where that has the same: its indexes know it."""
    first, _dots, rest = name.partition("__")
    if not rest or "__" in rest or first in queryset.query.annotations:
        return "pk"
    relation = queryset.model._meta.get_field(first)  # noqa: SLF001 (Django's documented name)
    is_same = isinstance(relation, OneToOneRel) and relation.field.primary_key
    return f"{first}__pk" if is_same else "pk"


def _first_of_each(
    queryset: QuerySet[Any], name: str, descending: bool, start: _Cursor | None, count: int
) -> QuerySet[Any, Any]:
    """Keys of the first `count` rows of each that the relation leads to, from `start` on: the page is among them."""
    relation, _dots, field = name.partition("__")
    towards, sign = ("lt", "-") if descending else ("gt", "")
    few: QuerySet[Any] = queryset.model._meta.get_field(relation).related_model._default_manager.all()  # noqa: SLF001 (Django's documented name)
    rows = queryset.select_related(None).filter(**{relation: OuterRef("pk")}).order_by(f"{sign}pk")
    if start is not None:
        before_all = Value(_LAST if descending else -1, output_field=BigIntegerField())
        here = When(**{field: start.value}, then=Value(start.pk, output_field=BigIntegerField()))
        few = few.filter(**{f"{field}__{towards}e": start.value}).annotate(start=Case(here, default=before_all))
        rows = rows.filter(**{f"pk__{towards}": OuterRef("start")})
    keys = Func(ArraySubquery(rows.values("pk")[:count]), function="unnest", output_field=BigIntegerField())
    return few.order_by().values_list(keys)


def _find_field(queryset: QuerySet[Any], name: str) -> Field[Any, Any] | None:
    """The model field a sort name reaches; None for an annotation without a known field."""
    if name in queryset.query.annotations:
        return _find_output_field(queryset.query.annotations[name])
    model, field = queryset.model, None
    for part in name.split("__"):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)  # noqa: SLF001 (Django's documented name)
        except FieldDoesNotExist:
            return None
        model = getattr(field, "related_model", None) or model
    return field if isinstance(field, Field) else None


def _find_output_field(expression: Any) -> Field[Any, Any] | None:
    try:
        return cast("Field[Any, Any]", expression.output_field)
    except FieldError:
        return None


def _may_be_empty(queryset: QuerySet[Any], name: str) -> bool:
    if name in queryset.query.annotations or "__" in name:
        return True
    field = _find_field(queryset, name)
    if isinstance(field, GeneratedField):  # of itself it always says it may be
        return any(one.null for one in _made_of(field))
    return field is None or bool(field.null)


def _made_of(field: Any) -> list[Field[Any, Any]]:
    named: list[Any] = [one for one in field.expression.flatten() if isinstance(one, F)]
    return [cast("Field[Any, Any]", field.model._meta.get_field(one.name)) for one in named]  # noqa: SLF001 (Django's documented name)


def _encode(row: Model, name: str, *, backwards: bool) -> str:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part, None)
    text = json.dumps([backwards, value, row.pk], default=_as_text, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _as_text(value: object) -> str:
    # Django's own encoder drops microseconds, and a key must be exact.
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _find_cursor(queryset: QuerySet[Any], name: str, text: str) -> _Cursor | None:
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        backwards, value, pk = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        field = _find_field(queryset, name)
        key = queryset.model._meta.pk  # noqa: SLF001 (Django's documented name)
        return _Cursor(
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
