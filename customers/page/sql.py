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
# A day's entry is the last of the company's day; the condition on the day itself is what an index answers.
_END_OF_DAY: Final = "(({at} + 1)::timestamp AT TIME ZONE %(zone)s - interval '1 microsecond')"


def statement(sources: Mapping[str, SourceRows], *, goes_on: bool, searched: bool, part: bool) -> str:
    """Over the rows of at least one source, by its key.

    Parameters: `customer`, `limit`, `zone`, `reader`, `today`, `is_chinese`; where the timeline `goes_on`, `at`, its
    `day`, and `pk_<n>` for the n-th source: of that moment, only smaller keys follow; `pattern` where it is searched;
    `part` where it is narrowed to a part of its kind.
    """
    arms = [
        _arm(source, rows, f"pk_{at}" if goes_on else "", searched=searched, part=part)
        for at, (source, rows) in enumerate(sources.items())
    ]
    return _ALL.format(arms="\nUNION ALL\n".join(arms))


def _arm(source: str, rows: SourceRows, before: str, *, searched: bool, part: bool) -> str:
    moment = _END_OF_DAY.format(at=rows.at) if rows.is_day else rows.at
    conditions = [f"{rows.customer} = %(customer)s", rows.where]
    if before:
        conditions += [f"{rows.at} <= %(day)s"] if rows.is_day else []
        conditions.append(f"({moment}, {rows.key}) < (%(at)s, %({before})s)")
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
