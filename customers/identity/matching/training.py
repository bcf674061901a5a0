"""How much an agreement says, learnt from the records themselves without anybody having labelled a pair.

Expectation maximisation (the model of Fellegi and Sunter 1969, by Splink) among pairs that agree in one thing learns
the others. What is learnt from few pairs leans on what is known before (`comparing`).
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from duckdb import DuckDBPyConnection
from splink import DuckDBAPI, Linker, block_on
from splink.internals.comparison_level import ComparisonLevel
from splink.internals.exceptions import SplinkException

from customers.identity.matching.comparing import Comparison, Model

SEED: Final = 7
PAIRS_AT_RANDOM: Final = 600_000
PAIRS_A_SESSION: Final = 400_000
FEW: Final = 200
"""Of fewer records nothing is learnt."""
LEANS: Final = 50
"""As many pairs of one customer as what is known before counts for."""
LEAST_SHARE: Final = 1e-6
RECALL_OF_SURE: Final = 0.8
SHARE_FILLED, DISTINCT = 0.02, 20

Weights = dict[str, dict[str, tuple[float, float]]]
"""Comparison → level → (how often pairs of one customer are on it, those of two)."""

QUIET: Final = 40  # logging.ERROR


def see_exact_matches_once() -> None:
    """Splink parses the condition of each level in each session to see whether it is one: two thirds of what it
    takes to learn of a thousand records. The condition alone decides.
    """
    see: Callable[[ComparisonLevel], bool] = ComparisonLevel._is_exact_match.fget  # type: ignore[attr-defined]  # noqa: SLF001
    seen: dict[tuple[str, str], bool] = {}  # those of the models: a few dozen

    def is_exact_match(level: ComparisonLevel) -> bool:
        condition = level.sql_condition, level.sqlglot_dialect
        if condition not in seen:
            seen[condition] = see(level)
        return seen[condition]

    ComparisonLevel._is_exact_match = property(is_exact_match)  # type: ignore[method-assign, assignment]  # noqa: SLF001


see_exact_matches_once()


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """`prior`: how probable it is that two records at random are one customer."""

    prior: float
    weights: Weights


def known_columns(duck: DuckDBPyConnection, model: Model) -> list[str]:
    """Columns of the table `record` that are filled often enough, with enough values, to say something."""
    columns = [column for column in model.columns if column not in ("id", "tokens", "forms")]
    counts = ", ".join(f"count({column}), count(DISTINCT {column})" for column in columns)
    records, *found = duck.execute(f"SELECT count(*), {counts} FROM record").fetchall()[0]  # noqa: S608 - constants
    distinct = min(DISTINCT, records // 10)
    pairs = zip(columns, found[::2], found[1::2], strict=True)
    return [column for column, filled, values in pairs if filled >= SHARE_FILLED * records and values > distinct]


def learnt(duck: DuckDBPyConnection, model: Model, known: Sequence[str]) -> Learnt:
    """Of the table `record`; the same for the same records."""
    comparisons = [one for one in model.comparisons if set(one.needs) & set(known)]
    records = int(duck.execute("SELECT count(*) FROM record").fetchall()[0][0])
    before = {one.key: one.weights for one in comparisons}
    sure = [rule for rule in model.sure if set(rule) <= set(known)]
    if records < FEW or not sure:
        return Learnt(prior=1 / max(records, 2), weights=before)
    linker = linker_of(duck, comparisons)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on(*rule) for rule in sure], recall=RECALL_OF_SURE)
    training.estimate_u_using_random_sampling(max_pairs=PAIRS_AT_RANDOM, seed=SEED)
    for session in model.sessions:
        if set(session) <= set(known):
            _learn(linker, session)
    found = linker.misc.save_model_to_json()
    of_all = records * (records - 1) / 2
    prior = max(float(found["probability_two_random_records_match"]), 1 / of_all)  # none, where no two agree
    pairs = prior * of_all
    return Learnt(prior=prior, weights=_leaning(before, found["comparisons"], pairs / (pairs + LEANS)))


def linker_of(
    duck: DuckDBPyConnection, comparisons: Sequence[Comparison], *, prior: float = 0.0001, table: str = "record"
) -> Linker:
    """Over that table; who is compared is said by whoever predicts."""
    settings = settings_of(comparisons, prior=prior)
    return Linker(DuckDBAPI(connection=duck).register(table), settings, log_level=QUIET)


def settings_of(comparisons: Sequence[Comparison], *, prior: float) -> dict[str, Any]:
    """Splink's, whatever works it out."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": prior,
        "comparisons": [one.settings() for one in comparisons],
        "blocking_rules_to_generate_predictions": [block_on("id")],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def _learn(linker: Linker, agreeing: Iterable[str]) -> None:
    """A session that fails leaves the model without what it compared: it is put back."""
    before = copy.deepcopy(linker._settings_obj.core_model_settings)  # noqa: SLF001 - Splink has no public way
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*agreeing), max_pairs=PAIRS_A_SESSION
        )
    except (SplinkException, ValueError, ZeroDivisionError, IndexError):
        linker._settings_obj.core_model_settings = before  # noqa: SLF001


def _leaning(before: Weights, found: Iterable[Mapping[str, Any]], share: float) -> Weights:
    """What was learnt of few pairs leans on what is known before; nothing is impossible."""
    weights: Weights = {}
    for comparison in found:
        levels = {one["label_for_charts"]: one for one in comparison["comparison_levels"]}
        key = comparison["output_column_name"]
        weights[key] = {}
        for level, (m, u) in before[key].items():
            found_m, found_u = levels[level].get("m_probability", m), levels[level].get("u_probability", u)
            leant = share * found_m + (1 - share) * m
            weights[key][level] = (max(leant, LEAST_SHARE), max(found_u, LEAST_SHARE))
    return weights
