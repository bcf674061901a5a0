"""A cluster is none of this suite's: what is sent to one is. docs/customers.md says what was tried with one."""

import re

import pytest

from customers.identity.matching import finding, organizations, people, spark
from customers.identity.matching.comparing import Comparison, Level, Model
from tests.customers.identity.matching.records import record

SAME = {"phone": "+44 113 4960000", "city": "Leeds"}
# Spark's own, and what Splink's jar adds to them.
KNOWN = {
    "abs", "array_except", "array_intersect", "arrays_overlap", "damerau_levenshtein", "greatest", "jaro_winkler",
    "least", "left", "length", "levenshtein", "right", "size", "split_part", "startswith", "substr",
}  # fmt: skip


def test_the_names_of_functions_become_sparks() -> None:
    levels = [
        Level(key="near", holds="jaro_winkler_similarity(name_l, name_r) >= 0.9"),
        Level(key="within", holds="list_has_all(tokens_l, tokens_r) OR list_has_any(forms_l, forms_r)"),
        Level(
            key="much", holds="len(list_intersect(tokens_l, tokens_r)) * 2 >= greatest(len(tokens_l), length(name_r))"
        ),
    ]
    told = spark.in_sparks_words(Comparison(key="name", needs=["name"], levels=levels))
    assert [level.holds for level in told.levels] == [
        "jaro_winkler(name_l, name_r) >= 0.9",
        "size(array_except(tokens_r, tokens_l)) = 0 OR arrays_overlap(forms_l, forms_r)",
        "size(array_intersect(tokens_l, tokens_r)) * 2 >= greatest(size(tokens_l), length(name_r))",
    ]


@pytest.mark.parametrize("model", [people.PEOPLE, organizations.ORGANIZATIONS])
def test_every_condition_is_made_of_functions_that_spark_knows(model: Model) -> None:
    for comparison in model.comparisons:
        for level in spark.in_sparks_words(comparison).levels:
            used = set(re.findall(r"\b([a-z_]+)\(", level.holds))
            assert used <= KNOWN, (comparison.key, level.key)
            assert "::" not in level.holds


def test_without_pyspark_a_named_cluster_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(spark.MASTER, "local[2]")
    monkeypatch.setattr(spark, "import_module", _not_there)
    with pytest.raises(spark.NoSpark, match="CRM_MATCHING_SPARK names a cluster"):
        finding.find_people([record("Ada Lovelace", number=1, **SAME), record("Ada Lovelace", number=2, **SAME)])


def _not_there(name: str) -> None:
    raise ImportError(name)
