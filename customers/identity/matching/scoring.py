"""How probable it is of each pair that it is one customer."""

import math
from typing import Final

from duckdb import DuckDBPyConnection

from customers.identity.matching.comparing import Comparison, Model
from customers.identity.matching.training import Learnt, linker_of

LEAST_SCORE: Final = 0.0001
ROUNDS: Final = 10
MOST_TIMES: Final = 20.0
"""So many times more or fewer pairs may be one than was thought before they were compared."""

_PAIRS: Final = """
CREATE OR REPLACE TABLE pair AS SELECT id_l AS left_id, id_r AS right_id, match_weight AS weight FROM {predicted}
"""
_EXPECTED: Final = "SELECT coalesce(sum(1 / (1 + pow(2, -(weight + {shift})))), 0) FROM pair"
_SCORED: Final = """
CREATE OR REPLACE TABLE scored AS
SELECT left_id, right_id, 1 / (1 + pow(2, -(weight + {shift}))) AS score FROM pair
"""


def told(model: Model, learnt: Learnt) -> list[Comparison]:
    """What is compared, with how much each level says."""
    return [
        one.told(learnt.weights[one.key], model.beside if one.key in model.shared else "")
        for one in model.comparisons
        if one.key in learnt.weights
    ]


def score(duck: DuckDBPyConnection, model: Model, learnt: Learnt, *, records: int) -> None:
    """Table `scored` (left_id, right_id, score) of all pairs that were compared.

    How many pairs are one at all follows from the pairs themselves: it is set to what they add up to, until it stays.
    """
    found = linker_of(duck, told(model, learnt), prior=learnt.prior).inference.predict(threshold_match_weight=-30)
    duck.execute(_PAIRS.format(predicted=found.physical_name))
    found.drop_table_from_database_and_remove_from_cache()
    before, of_all = learnt.prior, records * (records - 1) / 2
    shift = 0.0
    for _round in range(ROUNDS):
        expected = float(duck.execute(_EXPECTED.format(shift=shift)).fetchall()[0][0])
        share = min(max(expected / of_all, before / MOST_TIMES), before * MOST_TIMES, 0.5)
        now = _log_odds(share) - _log_odds(before)
        if abs(now - shift) < 0.01:
            break
        shift = now
    duck.execute(_SCORED.format(shift=shift))


def _log_odds(probability: float) -> float:
    return math.log2(probability / (1 - probability))
