"""How probable it is of each pair that it is one customer."""

import math
from collections.abc import Iterable
from typing import Final

from duckdb import DuckDBPyConnection

from customers.identity.matching import spark
from customers.identity.matching.comparing import Comparison, Model
from customers.identity.matching.training import Learnt, linker_of

ROUNDS: Final = 10
MOST_TIMES: Final = 20.0
"""So many times more or fewer pairs may be one than was thought before they were compared."""
LEAST_WEIGHT: Final = -30

# Of the records that are compared: the most of many are compared with nobody.
_COMPARED: Final = """
CREATE OR REPLACE TABLE compared AS SELECT * FROM record
SEMI JOIN (SELECT join_key_l AS id FROM blocked UNION ALL SELECT join_key_r FROM blocked) held USING (id) ORDER BY id
"""
_RARITY: Final = """
CREATE OR REPLACE TABLE rarity_{column} AS
SELECT {column}, (count(*) / sum(count(*)) OVER ())::DOUBLE AS tf_{column} FROM record WHERE {column} IS NOT NULL
GROUP BY {column}
"""
_PAIRS: Final = """
INSERT INTO pair SELECT id_l, id_r, match_weight FROM {predicted} WHERE match_weight >= {least}
"""
_EXPECTED: Final = "SELECT coalesce(sum(1 / (1 + pow(2, -(weight + {shift})))), 0) FROM pair"
_SCORED: Final = """
CREATE OR REPLACE VIEW scored AS
SELECT left_id, right_id, 1 / (1 + pow(2, -(weight + {shift}))) AS score FROM pair
"""


def told(model: Model, learnt: Learnt) -> list[Comparison]:
    """What is compared, with how much each level says."""
    return [
        one.told(learnt.weights[one.key], model.beside if one.key in model.shared else "")
        for one in model.comparisons
        if one.key in learnt.weights
    ]


def rare(comparisons: Iterable[Comparison]) -> list[str]:
    """Columns of which the rarer value says more."""
    return sorted({level.rare for one in comparisons for level in one.levels if level.rare})


def count_rarities(duck: DuckDBPyConnection, comparisons: Iterable[Comparison]) -> None:
    """Tables `rarity_COLUMN`: the share of each value among the records that have one."""
    for column in rare(comparisons):
        duck.execute(_RARITY.format(column=column))


def compare(duck: DuckDBPyConnection, comparisons: list[Comparison], learnt: Learnt) -> None:
    """Add the pairs of the table `blocked` to the table `pair` (left_id, right_id, weight)."""
    if not duck.execute("SELECT count(*) FROM blocked").fetchall()[0][0]:
        return
    duck.execute(_COMPARED)
    if spark.is_wanted():
        spark.compare(duck, comparisons, learnt, rare=rare(comparisons), least=LEAST_WEIGHT)
        duck.execute("DROP TABLE compared")
        return
    linker = linker_of(duck, comparisons, prior=learnt.prior, table="compared")
    of = linker.table_management
    for column in rare(comparisons):
        of.register_term_frequency_lookup(linker._db_api.register(f"rarity_{column}"), column)  # noqa: SLF001
    of.register_blocked_pairs_for_predict(linker._db_api.register("blocked"))  # noqa: SLF001
    # Without a threshold: DuckDB would work out all comparisons for it once more.
    found = linker.inference.predict()
    duck.execute(_PAIRS.format(predicted=found.physical_name, least=LEAST_WEIGHT))
    found.drop_table_from_database_and_remove_from_cache()
    duck.execute("DROP TABLE compared")


def shift(duck: DuckDBPyConnection, learnt: Learnt, *, records: int) -> float:
    """How much more, or less, all weights are.

    How many pairs are one at all follows from the pairs themselves: it is set to what they add up to, until it stays.
    """
    before, of_all = learnt.prior, records * (records - 1) / 2
    more = 0.0
    for _round in range(ROUNDS):
        expected = float(duck.execute(_EXPECTED.format(shift=more)).fetchall()[0][0])
        share = min(max(expected / of_all, before / MOST_TIMES), before * MOST_TIMES, 0.5)
        now = _log_odds(share) - _log_odds(before)
        if abs(now - more) < 0.01:
            break
        more = now
    return more


def score(duck: DuckDBPyConnection, more: float) -> None:
    """View `scored` (left_id, right_id, score) of all pairs that were compared."""
    duck.execute(_SCORED.format(shift=more))


def _log_odds(probability: float) -> float:
    return math.log2(probability / (1 - probability))
