"""An order of rows in two segments: those that have a value by it, then those that have none, last both ways.

The rows of each are read along an index on (what orders them, id), either way, from any place on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar, cast

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db.models import BooleanField, F, Field, Func, GeneratedField, Model, OneToOneRel, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan

from crm.common.settled import Settled, settled

M = TypeVar("M", bound=Model)
EVERYTHING: Final = Q()


@dataclass(frozen=True, kw_only=True)
class Start:
    """Continue after (or, backwards, before) the row with this sort value and primary key."""

    backwards: bool
    value: Any
    pk: Any


@dataclass(frozen=True, kw_only=True)
class Order:
    """Of a field, or of one that a relation reaches, or of an annotation (`name`).

    `is_known`: an annotation is never empty. `within`: as `keyset_page` takes it.
    """

    name: str
    descending: bool
    start: Start | None = None
    is_known: bool = False
    within: str = ""

    @property
    def backwards(self) -> bool:
        return self.start is not None and self.start.backwards

    @property
    def downwards(self) -> bool:
        """Which way the rows are read."""
        return self.descending != self.backwards


@dataclass(frozen=True, kw_only=True)
class Segment:
    """`where`: what the conditions come to here. `start`: the place to go on from, where it lies in this segment."""

    is_empty: bool
    where: Settled
    start: Start | None


class _Row(Func):
    """`(a, b)`, which PostgreSQL compares in order and answers from an index on (a, b)."""

    function = ""
    template = "(%(expressions)s)"


def segments(queryset: QuerySet[Any], order: Order, where: Q = EVERYTHING) -> Iterator[Segment]:
    """Those that may have rows from the order's start on, in the order they are read in."""
    both = [True, False] if order.backwards else [False, True]
    if not _is_split(queryset, order):
        both = [False]
    start = order.start
    if start is not None and len(both) > 1:
        both = both[both.index(start.value is None) :]
    has_value = partial(_has_value, queryset)
    for at, is_empty in enumerate(both):
        found: Settled = where
        if len(both) > 1 or _is_split(queryset, order):
            found = settled(where, _empty_with(queryset, order.name), is_empty=is_empty, has_value=has_value)
        if found is not False:
            yield Segment(is_empty=is_empty, where=found, start=start if at == 0 else None)


def in_order(queryset: QuerySet[M], order: Order, segment: Segment) -> QuerySet[M]:
    """The rows of a segment in the order they are read in."""
    name, sign = order.name, "-" if order.downwards else ""
    fields = ["pk"] if segment.is_empty or name == "pk" else [name, _key_beside(queryset, name)]
    first = [order.within if order.downwards else f"-{order.within}"] if order.within else []
    if segment.is_empty and (column := _column_of(queryset, name)):
        first = [sign + column]  # as an index has it: of what is empty the planner does not know that it orders nothing
    rows = queryset.order_by(*first, *[sign + field for field in fields])
    if isinstance(segment.where, Q):
        rows = rows.filter(segment.where)
    if _is_split(queryset, order):
        rows = rows.filter(**{f"{_empty_with(queryset, name)}__isnull": segment.is_empty})
    if segment.start is None:
        return rows
    after = LessThan if order.downwards else GreaterThan
    values = [segment.start.pk] if len(fields) == 1 else [segment.start.value, segment.start.pk]
    left = _Row(*fields, output_field=BooleanField())
    right = _Row(*[Value(value) for value in values], output_field=BooleanField())
    rows = rows.filter(after(left, right))
    # A row of two tables' columns reaches no index, its first column does.
    is_of_two = len(fields) > 1 and "__" in name and fields[1] == "pk"
    towards = "lte" if order.downwards else "gte"
    return rows.filter(**{f"{name}__{towards}": segment.start.value}) if is_of_two else rows


def _empty_with(queryset: QuerySet[Any], name: str) -> str:
    """What is empty where the sort is: the relation, where what it leads to always has a value. The planner then knows
    how many have none, and reads them in their order.
    """
    relation, _dots, rest = name.rpartition("__")
    field = find_field(queryset, name)
    is_relation = relation and relation not in queryset.query.annotations and field is not None and not field.null
    return relation if is_relation and rest != "pk" else name


def _column_of(queryset: QuerySet[Any], name: str) -> str:
    """The column that is empty in the row itself; nothing where another table's is."""
    path = _empty_with(queryset, name)
    if "__" in path or path in queryset.query.annotations:
        return ""
    field = queryset.model._meta.get_field(path)  # noqa: SLF001 (Django's documented name)
    return field.attname if isinstance(field, Field) else ""


def _has_value(queryset: QuerySet[Any], path: str) -> bool:
    field = find_field(queryset, path)
    return field is not None and not field.null


def _key_beside(queryset: QuerySet[Any], name: str) -> str:
    """The primary key; by its name in the table that holds the sort, where that has the same: its indexes know it."""
    first, _dots, rest = name.partition("__")
    if not rest or "__" in rest or first in queryset.query.annotations:
        return "pk"
    relation = queryset.model._meta.get_field(first)  # noqa: SLF001 (Django's documented name)
    is_same = isinstance(relation, OneToOneRel) and relation.field.primary_key
    return f"{first}__pk" if is_same else "pk"


def find_field(queryset: QuerySet[Any], name: str) -> Field[Any, Any] | None:
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


def _is_split(queryset: QuerySet[Any], order: Order) -> bool:
    """Whether there may be rows without a value."""
    name = order.name
    if order.is_known:
        return False
    if name in queryset.query.annotations or "__" in name:
        return True
    field = find_field(queryset, name)
    if isinstance(field, GeneratedField):  # of itself it always says it may be
        return any(one.null for one in _made_of(field))
    return field is None or bool(field.null)


def _made_of(field: Any) -> list[Field[Any, Any]]:
    named: list[Any] = [one for one in field.expression.flatten() if isinstance(one, F)]
    return [cast("Field[Any, Any]", field.model._meta.get_field(one.name)) for one in named]  # noqa: SLF001 (Django's documented name)
