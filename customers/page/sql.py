"""Timeline and history as one statement: of each source its newest rows, of all of them the newest."""

from collections.abc import Mapping
from typing import Final

from customers.registry.page import SourceRows

# Each arm is an index scan that stops after a page; what is sorted is a page of each source.
_ALL: Final = "SELECT source, id, at, facts FROM ({arms}) entry ORDER BY at DESC, source DESC, id DESC LIMIT %(limit)s"
_ARM: Final = """(
SELECT '{source}'::text COLLATE "C" AS source, {key}::bigint AS id, f.moment AS at, jsonb_build_object({facts}) AS facts
FROM (SELECT f.*, {moment} AS moment FROM {table} WHERE {conditions} ORDER BY {at} DESC, {key} DESC LIMIT %(limit)s) f
{joins})"""
# What a search finds may stand anywhere among a source's rows. Where the first source, contacts as a rule, fills a
# page, the others are asked for what is no older than its last row alone.
_SEARCHED: Final = """WITH first AS MATERIALIZED {first}, floor AS MATERIALIZED (
  SELECT min(at) AS at FROM first HAVING count(*) >= %(limit)s
)
SELECT source, id, at, facts FROM (TABLE first UNION ALL {arms}) entry ORDER BY at DESC, source DESC, id DESC
LIMIT %(limit)s"""
_FLOOR: Final = "{at} >= coalesce((SELECT at FROM floor), '-infinity')"
_FLOOR_OF_DAYS: Final = "{at} >= coalesce((SELECT at FROM floor)::date - 2, '-infinity')"  # in whatever zone
# A day's entry is the last of the company's day; the condition on the day itself is what an index answers.
_END_OF_DAY: Final = "(({at} + 1)::timestamp AT TIME ZONE %(zone)s - interval '1 microsecond')"


def statement(sources: Mapping[str, SourceRows], *, goes_on: bool, searched: bool, part: bool) -> str:
    """Over the rows of at least one source, by its key.

    Parameters: `customer`, `limit`, `zone`, `reader`, `today`, `is_chinese`; where the timeline `goes_on`, `at`, its
    `day`, and `pk_<n>` for the n-th source: of that moment, only smaller keys follow; `pattern` where it is searched;
    `part` where it is narrowed to a part of its kind.
    """
    has_floor = searched and len(sources) > 1
    arms = [
        _arm(
            source, rows, f"pk_{at}" if goes_on else "", searched=searched, part=part, has_floor=has_floor and at > 0
        )
        for at, (source, rows) in enumerate(sources.items())
    ]  # fmt: skip
    if has_floor:
        return _SEARCHED.format(first=arms[0], arms="\nUNION ALL\n".join(arms[1:]))
    return _ALL.format(arms="\nUNION ALL\n".join(arms))


def _arm(source: str, rows: SourceRows, before: str, *, searched: bool, part: bool, has_floor: bool) -> str:
    moment = _END_OF_DAY.format(at=rows.at) if rows.is_day else rows.at
    conditions = [f"{rows.customer} = %(customer)s", rows.where]
    if before:
        conditions += [f"{rows.at} <= %(day)s"] if rows.is_day else []
        conditions.append(f"({moment}, {rows.key}) < (%(at)s, %({before})s)")
    if has_floor:
        conditions.append((_FLOOR_OF_DAYS if rows.is_day else _FLOOR).format(at=rows.at))
    if searched:
        conditions.append(f"({rows.found})")
    if part and rows.part:
        conditions.append(f"{rows.part} = %(part)s")
    return _ARM.format(
        source=source,
        facts=", ".join(f"'{name}', {expression}" for name, expression in rows.facts.items()),
        key=rows.key,
        moment=moment,
        table=rows.table,
        conditions=" AND ".join(filter(None, conditions)),
        at=rows.at,
        joins=rows.joins,
    )
