"""Pairs compared by a Spark cluster, for more records than one machine compares in time (docs/customers.md).

DuckDB makes the records and says who is compared, which is the lesser part; Splink's other backend works out what the
comparisons say. It is the same SQL, with the names that Spark has for some functions.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection
from splink import Linker

from crm.common.errors import DomainError
from customers.identity.matching.comparing import Comparison
from customers.identity.matching.training import Learnt, settings_of

MASTER, FOLDER = "CRM_MATCHING_SPARK", "CRM_MATCHING_SPARK_FOLDER"
"""In the environment: the cluster ("spark://host:7077", "local[4]"), and a folder that it and this machine share."""

SHARED: Final = "spark-"
TABLE: Final = "compared"
"""What is put into that folder, by its first table."""

_NAMES: Final = (
    (re.compile(r"\bjaro_winkler_similarity\("), "jaro_winkler("),
    (re.compile(r"\blist_has_all\((\w+), (\w+)\)"), r"size(array_except(\2, \1)) = 0"),
    (re.compile(r"\blist_has_any\("), "arrays_overlap("),
    (re.compile(r"\blist_intersect\("), "array_intersect("),
    (re.compile(r"\blen\("), "size("),
    (re.compile(r"\bstarts_with\("), "startswith("),
)


class NoSpark(DomainError):
    """A cluster is named, and what speaks to one is not installed."""


def is_wanted() -> bool:
    return bool(os.environ.get(MASTER))


def in_sparks_words(comparison: Comparison) -> Comparison:
    """The same comparison, of the same columns."""
    levels = []
    for level in comparison.levels:
        holds = level.holds
        for name, its in _NAMES:
            holds = name.sub(its, holds)
        levels.append(replace(level, holds=holds))
    return replace(comparison, levels=levels)


def compare(
    duck: DuckDBPyConnection, comparisons: Sequence[Comparison], learnt: Learnt, *, rare: Iterable[str], least: float
) -> None:
    """Add the pairs of the table `blocked` from `least` on to the table `pair`, as `scoring.compare` does.

    Of the tables `compared`, `blocked` and `rarity_COLUMN`. Raises NoSpark.
    """
    with TemporaryDirectory(prefix=SHARED, dir=os.environ.get(FOLDER)) as name:
        folder = Path(name)
        for table in (TABLE, "blocked", *(f"rarity_{column}" for column in rare)):
            duck.execute(f"COPY {table} TO '{folder / table}.parquet' (FORMAT parquet)")
        _predict(folder, comparisons, learnt, list(rare), least)
        duck.execute(
            f"INSERT INTO pair SELECT id_l, id_r, match_weight FROM read_parquet('{folder}/pair/*.parquet')"  # noqa: S608
        )


def _predict(folder: Path, comparisons: Sequence[Comparison], learnt: Learnt, rare: list[str], least: float) -> None:
    session = _session()
    api = import_module("splink.internals.spark.database_api").SparkAPI(
        spark_session=session, break_lineage_method="persist"
    )
    read = {path.stem: session.read.parquet(str(path)) for path in sorted(folder.glob("*.parquet"))}
    settings = settings_of([in_sparks_words(one) for one in comparisons], prior=learnt.prior)
    linker = Linker(api.register(read["compared"]), settings)
    of = linker.table_management
    for column in rare:
        of.register_term_frequency_lookup(api.register(read[f"rarity_{column}"]), column)
    of.register_blocked_pairs_for_predict(api.register(read["blocked"]))
    found = linker.inference.predict(threshold_match_weight=least).as_spark_dataframe()
    found.select("id_l", "id_r", "match_weight").write.parquet(str(folder / "pair"))


def _session() -> Any:
    try:
        builder = import_module("pyspark.sql").SparkSession.builder
        jar = import_module("splink.internals.spark.jar_location").similarity_jar_location()
    except ImportError as error:
        raise NoSpark(_("%(name)s names a cluster, and pyspark is not installed.") % {"name": MASTER}) from error
    named = builder.master(os.environ[MASTER]).appName("Duplicates of customers").config("spark.jars", jar)
    return named.config("spark.sql.shuffle.partitions", "64").getOrCreate()
