"""Which rows a page of a long list holds: their keys, read without what the rows show.

Two ways lead there. Where few rows fit, they are collected by what narrows them, counted and sorted. Where many do, the
order is walked along its index until a page of them is met. The planner is not left to weigh the two: it takes every
condition for independent of the order, and is wrong by a thousand times where one is not.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from crm.common.patience import TookTooLong, rows_within
from crm.common.segments import EVERYTHING, Order, Segment, find_field, in_order, segments
from crm.common.settled import about

ROUGHLY: Final = 10
"""So many times fewer there may be where it is known only roughly how many fit."""
SHORTEST_S: Final = 0.15
A_ROW_S: Final = 2e-6
"""To collect one and sort it among many."""
SORTED_AT_MOST: Final = 200_000
"""Where a walk has no end set: so many expected are sorted once it has taken as long as that would."""
_LAST: Final = 2**63 - 1
Statement = tuple[str, Sequence[Any]]
Asking = Callable[..., list[tuple[Any, ...]]]
# It walks along the order then, and looks up what else is asked of each row.
_OFF: Final = ("enable_sort", "enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin")


@dataclass(frozen=True, kw_only=True)
class Keys:
    """`keys` in the order they were read in, one more than a page holds where there are more.

    `count`: of all that fit: counted, or about so many, or, where they are `more` than were looked for, so many.
    """

    keys: list[int]
    count: int
    how: Literal["counted", "about", "more"]


def page_keys(
    rows: QuerySet[Any], order: Order, *, where: Q = EVERYTHING, size: int, few: int, is_rough: bool = False,
    is_grouped: bool = False, within_s: float | None = None,
) -> Keys:  # fmt: skip
    """Of those of `rows` that fit `where`, collected where at most `few` are expected: two queries, three where a page
    holds the first without a value.

    Who fits may stand at the far end of the order, where a walk is long: it takes as long at most as to sort all
    of them is expected to take; then they are sorted, and so counted.

    `is_grouped`: the order's relation leads to one of a few (tiers, people), each of whom has many rows: an index on
    (relation, id) then serves, which gives the first rows of each in turn until a page is full. `is_rough`: there may
    be far fewer than are expected. `within_s`: so long may the queries that read rows take. Raises TookTooLong.
    """
    fitting = rows.filter(where)
    expected = expected_rows(fitting)
    if expected <= (ROUGHLY * few if is_rough else few):
        collected = _collected(fitting, order, partial(rows_within, within_s), count=size + 1, most=few)
        if collected is not None:
            return Keys(keys=collected[0], count=collected[1], how="counted")
    walks_s = _patience_of_walk(expected, within_s)
    try:
        walked = _walked(rows, order, where, partial(rows_within, walks_s), size + 1, is_grouped=is_grouped)
    except TookTooLong:
        left_s = None if within_s is None or walks_s is None else within_s - walks_s
        keys, count = _sorted(fitting, order, partial(rows_within, left_s), count=size + 1)
        return Keys(keys=keys, count=count, how="counted")
    return Keys(keys=walked, count=max(expected, few), how="about" if expected > few else "more")


def _patience_of_walk(expected: int, within_s: float | None) -> float | None:
    """Seconds; None where nobody has set an end and too many fit to be sorted instead."""
    as_long_as_sorting = max(SHORTEST_S, expected * A_ROW_S)
    if within_s is not None:
        return min(as_long_as_sorting, within_s / 2)
    return as_long_as_sorting if expected <= SORTED_AT_MOST else None


def expected_rows(rows: QuerySet[Any]) -> int:
    """So many the planner expects. One query, which reads no row."""
    found = _compiled(rows.order_by().values("pk"))
    if found is None:
        return 0
    ((plan,),) = rows_within(None, f"EXPLAIN (FORMAT JSON) {found[0]}", found[1])
    return int((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])


# The rows are collected before anything is said of their order, so that none of its indexes is walked.
_COLLECTED: Final = """
WITH fitting (id, key) AS MATERIALIZED ({rows} {at_most})
SELECT (SELECT count(*) FROM fitting),
  ARRAY(SELECT id FROM fitting WHERE {after} ORDER BY key IS NULL {last}, key {way}, id {way} LIMIT {count})
"""


def _collected(
    rows: QuerySet[Any], order: Order, asking: Asking, *, count: int, most: int
) -> tuple[list[int], int] | None:
    """(keys of the page, how many fit); None where more than `most` do."""
    keys, fitting = _sorted(rows, order, asking, count=count, at_most=f"LIMIT {most} + 1")
    return None if fitting > most else (keys, fitting)


def _sorted(
    rows: QuerySet[Any], order: Order, asking: Asking, *, count: int, at_most: str = ""
) -> tuple[list[int], int]:
    found = _compiled(rows.order_by().values_list("pk", order.name))
    if found is None:
        return [], 0
    after, values = _after(order)
    way, last = ("DESC" if order.downwards else "ASC"), ("DESC" if order.backwards else "ASC")
    statement = _COLLECTED.format(rows=found[0], at_most=at_most, after=after, way=way, last=last, count=count)
    ((fitting, keys),) = asking(statement, [*found[1], *values])
    return keys, fitting


def _after(order: Order) -> tuple[str, list[Any]]:
    if order.start is None:
        return "true", []
    value, pk, towards = order.start.value, order.start.pk, "<" if order.downwards else ">"
    if value is None:
        also = " OR key IS NOT NULL" if order.backwards else ""
        return f"(key IS NULL AND id {towards} %s{also})", [pk]
    also = "" if order.backwards else " OR key IS NULL"
    return f"((key, id) {towards} (%s, %s){also})", [value, pk]


def _walked(rows: QuerySet[Any], order: Order, where: Q, asking: Asking, count: int, *, is_grouped: bool) -> list[int]:
    keys: list[int] = []
    for segment in segments(rows, order, where):
        read = _of_each if is_grouped and not segment.is_empty else _along
        statement = read(rows, order, segment, count - len(keys))
        keys += [key for (key,) in asking(*statement, off=_OFF)] if statement else []
        if len(keys) >= count:
            break
    return keys


def _along(rows: QuerySet[Any], order: Order, segment: Segment, count: int) -> Statement | None:
    return _compiled(in_order(rows, order, segment).values_list("pk")[:count])


# Read in the order of the few and left off once a page is full; those that several of the few with the same value have
# stand among each other, so that those of the last one are read to the end.
_OF_EACH: Final = """
SELECT id FROM (
  SELECT few.value, one.id
  FROM (SELECT id, {value} AS value, {start} AS start FROM {few} WHERE {from_there}) few
  CROSS JOIN LATERAL (
    {each}
  ) one
  ORDER BY few.value {way} FETCH FIRST {count} ROWS WITH TIES
) page ORDER BY value {way}, id {way} LIMIT {count}
"""

# Each of those of one of the few is held against what else is asked for. OFFSET keeps the planner from beginning with
# that, as it does not know how many each of the few has; what is asked of the few themselves comes before it, so that
# none is read in vain.
_ONE_BY_ONE: Final = """
SELECT each.id FROM ({each} OFFSET 0) each (id) CROSS JOIN LATERAL ({fitting}) fitting
ORDER BY each.id {way} LIMIT {count}"""


def _of_each(rows: QuerySet[Any], order: Order, segment: Segment, count: int) -> Statement | None:
    relation, field = order.name.partition("__")[0], find_field(rows, order.name)
    where = segment.where if isinstance(segment.where, Q) else EVERYTHING
    sign, towards, way = ("-", "<", "DESC") if order.downwards else ("", ">", "ASC")
    each = rows.filter(about(where, relation), **{relation: RawSQL("few.id", [])})
    if segment.start is not None:
        each = each.filter(**{f"pk__{'lt' if order.downwards else 'gt'}": RawSQL("few.start", [])})
    of_one = _of_one(rows, each.order_by(f"{sign}pk").values_list("pk"), where, way=way, count=count)
    if of_one is None or field is None:
        return None
    value = connection.ops.quote_name(str(field.column))
    start, from_there, values = "0", "true", list[Any]()
    if segment.start is not None:
        start = f"CASE WHEN {value} = %s THEN %s ELSE {_LAST if order.downwards else -1} END"
        from_there = f"{value} {towards}= %s"
        values = [segment.start.value, segment.start.pk, segment.start.value]
    few = connection.ops.quote_name(field.model._meta.db_table)  # noqa: SLF001 (Django's documented name)
    statement = _OF_EACH.format(
        value=value, start=start, few=few, from_there=from_there, each=of_one[0], way=way, count=count
    )
    return statement, [*values, *of_one[1]]


def _of_one(rows: QuerySet[Any], each: QuerySet[Any, Any], where: Q, *, way: str, count: int) -> Statement | None:
    """The first rows of one of the few that fit. What is asked of columns of their own is asked in their order: an
    index on (column, relation, id) has them in a row, and without one they are still read once.
    """
    fits = _compiled(each.filter(where))
    if fits is None or _is_of_own_columns(fits[0]):
        return fits and (f"SELECT own.id FROM ({fits[0]} LIMIT {count}) own (id)", fits[1])  # noqa: S608 - compiled
    first, fitting = (
        _compiled(each),
        _compiled(rows.filter(where, pk=RawSQL("each.id", [])).order_by().values_list("pk")),
    )
    if first is None or fitting is None:
        return None
    statement = _ONE_BY_ONE.format(each=first[0], fitting=fitting[0], way=way, count=count)
    return statement, [*first[1], *fitting[1]]


def _is_of_own_columns(statement: str) -> bool:
    """It reads one table, once; values stand beside it, so that none of these words is theirs."""
    return statement.count("SELECT") == 1 and " JOIN " not in statement


def _compiled(rows: QuerySet[Any, Any]) -> Statement | None:
    """None where it can have no rows."""
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, params
