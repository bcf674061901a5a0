"""What a figure is made of, row by row of the source: to freeze it, and to tell later whether that is still so.

A row counts as its identity, its day and what it adds to each sum the KPI reads. Nothing else of it does: not its team
or tier (but that they were in the scope), nothing personal. So a queue given to another team, a tier changed in the
past or a person erased changes no hash of a scope whose figure they leave alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from metrics.engine.base import Kpi
from metrics.engine.definitions import Definition
from metrics.engine.rules import Values
from metrics.engine.scope import Scope
from metrics.engine.sources import FactSource


@dataclass(frozen=True, slots=True)
class Evidence:
    """`hash`: sha256. `components`: sums of the KPI's own source, by name."""

    hash: str
    components: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which rows: a scope's in a window of days, judged at `moment` under `rules`."""

    scope: Scope
    first: date
    last: date
    moment: datetime
    rules: Values

    def where(self, source: FactSource) -> tuple[str, list[Any]]:
        """SQL over a row `f`, and its parameters."""
        scope = self.scope
        asked = {
            f"{source.day} >= %s": self.first,
            f"{source.day} <= %s": self.last,
            f"{source.team} = %s": scope.team_id,
            f"{source.channel} = %s": scope.channel or None,
            f"{source.tier} = %s": scope.tier_id,
        }
        given = {condition: value for condition, value in asked.items() if value is not None}
        return " AND ".join(given), list(given.values())


def evidence(kpi: Kpi, question: Question) -> Evidence:
    """Reads every row of the window once."""
    own = _of_source(kpi.source, kpi.components, question)
    hashes = [f"{kpi.source.key} {own.hash}"]
    if kpi.n_source:
        hashes.append(f"{kpi.n_source.key} {_of_source(kpi.n_source, tuple(kpi.n_terms), question).hash}")
    return Evidence(hashlib.sha256("\n".join(hashes).encode()).hexdigest(), own.components)


def _of_source(source: FactSource, components: Sequence[str], question: Question) -> Evidence:
    where, parameters = question.where(source)
    definition = Definition(source, question.rules, question.moment)
    with connection.cursor() as cursor:
        cursor.execute(rows_in_short(definition, components=components, where=where), parameters)
        found, *sums = cursor.fetchone()
    return Evidence(found, {name: int(value) for name, value in zip(components, sums, strict=True)})


def rows_in_short(definition: Definition, *, components: Sequence[str], where: str) -> str:
    """→ sha256 over the days' sha256s, each over the day's rows as sorted lines of text; then the sums.

    By day, so that no text grows beyond a day's rows. Cost: reading and sorting the rows of the window.
    """
    source = definition.source
    added = {each.name: definition.filled(each.of_row) for each in source.components if each.name in components}
    columns = ", ".join(f"({added[name]})::bigint AS c_{name}" for name in components)
    names = [f"c_{name}" for name in components]
    texts = ", ".join(f"coalesce({each}::text, '')" for each in names)
    line = f"concat_ws('|', identity, to_char(day, 'YYYY-MM-DD'), {texts})"
    return f"""
WITH fact AS (
  SELECT {source.day} AS day, ({source.identity})::text AS identity, {columns}
  FROM {definition.facts} WHERE {definition.only} AND {where}
), a_day AS (
  SELECT day, encode(sha256(convert_to(string_agg({line}, E'\\n' ORDER BY {line} COLLATE "C"), 'UTF8')), 'hex') AS hash,
         {", ".join(f"sum({each}) AS {each}" for each in names)}
  FROM fact WHERE coalesce({", ".join(names)}) IS NOT NULL GROUP BY day
)
SELECT encode(sha256(convert_to(coalesce(string_agg(hash, E'\\n' ORDER BY day), ''), 'UTF8')), 'hex'),
       {", ".join(f"coalesce(sum({each}), 0)" for each in names)}
FROM a_day"""
