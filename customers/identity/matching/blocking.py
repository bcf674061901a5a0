"""Which records are worth comparing: those that share a key. A key that many share says nothing, and is dropped."""

from collections.abc import Iterable
from typing import Final

from duckdb import DuckDBPyConnection

from customers.identity.matching.comparing import Model

MOST: Final = 50
"""A switchboard, info@, a common name: so many records may share a key."""
MANY: Final = 100_000
"""Of so many records a key that says too little alone brings together more strangers than can be compared."""

_KEYS: Final = """
INSERT INTO record_key SELECT id, hash(key), key[1] = '!' FROM (
  SELECT id, unnest(list_distinct({keys})) AS key FROM (SELECT *, {tokens} AS words FROM record {which})
) WHERE key IS NOT NULL
"""
_OF_CHANGED: Final = "SEMI JOIN changed USING (id)"
_KEYS_OF_CHANGED: Final = "SEMI JOIN (SELECT key FROM record_key SEMI JOIN changed USING (id)) wanted USING (key)"
# Named as Splink has them.
_BLOCKED: Final = """
CREATE OR REPLACE TABLE blocked AS
WITH held AS (SELECT id, key, alone FROM record_key {which}),
shared AS (SELECT id, key, alone FROM held
           SEMI JOIN (SELECT key FROM held GROUP BY key HAVING count(*) BETWEEN 2 AND {most}) said USING (key))
SELECT l.id AS join_key_l, r.id AS join_key_r, '0' AS match_key
FROM shared l JOIN shared r ON r.key = l.key AND r.id > l.id {where}
GROUP BY l.id, r.id HAVING count(*) > 1 OR bool_or(l.alone) OR {few}
"""
_WITH_CHANGED: Final = "WHERE l.id IN (SELECT id FROM changed) OR r.id IN (SELECT id FROM changed)"


def make_keys(duck: DuckDBPyConnection, model: Model, known: Iterable[str], *, only_changed: bool = False) -> None:
    """Table `record_key` (id, key, alone) of the table `record`; of a model whose columns are `known` alone."""
    known = set(known)
    texts = [
        f"list_transform(coalesce({key.texts}, []), lambda key: '{'!' if key.alone else '?'}{number}:' || key)"
        for number, key in enumerate(model.keys)
        if known.issuperset(key.needs)
    ]
    if not only_changed:
        duck.execute("CREATE OR REPLACE TABLE record_key (id BIGINT, key UBIGINT, alone BOOLEAN)")
    which = _OF_CHANGED if only_changed else ""
    duck.execute(_KEYS.format(keys=" || ".join(texts) or "[]", tokens=model.tokens, which=which))


def block(duck: DuckDBPyConnection, *, only_changed: bool = False) -> None:
    """Table `blocked` of all pairs that are to be compared, or of those with a record of the table `changed`."""
    which, where = (_KEYS_OF_CHANGED, _WITH_CHANGED) if only_changed else ("", "")
    records = int(duck.execute("SELECT count(*) FROM record").fetchall()[0][0])
    duck.execute(_BLOCKED.format(which=which, where=where, most=MOST, few=records < MANY))
