import pytest
from splink.internals import comparison_level
from splink.internals.comparison_level import ComparisonLevel
from splink.internals.dialects import DuckDBDialect

from customers.identity.matching import training


def levels() -> list[ComparisonLevel]:
    conditions = ("tel_l = tel_r", "tel_l = tel_r AND city_l = city_r", "jaccard(tel_l, tel_r) > 0.7", "ELSE")
    return [ComparisonLevel(condition, DuckDBDialect()) for condition in conditions]


def test_whether_a_level_is_an_exact_match_is_seen_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert training.ComparisonLevel is ComparisonLevel
    assert [level._is_exact_match for level in levels()] == [True, True, False, False]
    monkeypatch.delattr(comparison_level, "normalize")  # with which Splink sees it
    assert [level._is_exact_match for level in levels()] == [True, True, False, False]
