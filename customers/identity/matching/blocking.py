"""Which records are worth comparing: those that share a key. A key that many share says nothing, and is dropped."""

from collections.abc import Iterable
from typing import Final

from duckdb import DuckDBPyConnection

from customers.identity.matching.comparing import Model

MOST: Final = 50
"""A switchboard, info@, a common name: so many records may share a key."""

_KEYS: Final = """
CREATE OR REPLACE TABLE given_keys AS SELECT id, key FROM (
  SELECT id, unnest(list_distinct({keys})) AS key FROM (SELECT *, {tokens} AS words FROM given)
) WHERE key IS NOT NULL;
CREATE OR REPLACE TABLE record AS
SELECT given.*, coalesce(shared.keys, []) AS keys FROM given LEFT JOIN (
  SELECT id, list(key ORDER BY key) AS keys FROM given_keys
  SEMI JOIN (SELECT key FROM given_keys GROUP BY key HAVING count(*) BETWEEN 2 AND {most}) told USING (key) GROUP BY id
) shared USING (id) ORDER BY id;
DROP TABLE given_keys;
"""


def make_keys(duck: DuckDBPyConnection, model: Model, known: Iterable[str]) -> None:
    """Table `record`: `given` with the `keys` of each. Of a model whose columns are `known` alone."""
    known = set(known)
    texts = [
        f"list_transform(coalesce({keys}, []), lambda key: '{number}:' || key)"
        for number, (columns, keys) in enumerate(model.keys)
        if known.issuperset(columns)
    ]
    duck.execute(_KEYS.format(keys=" || ".join(texts) or "[]", tokens=model.tokens, most=MOST))
