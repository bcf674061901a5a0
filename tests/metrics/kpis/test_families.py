from metrics.kpis import CATALOGUE
from metrics.kpis.families import BUSINESS, CALL_CENTRE, DATA, SATISFACTION, TRANSACTIONS

FAMILIES = (SATISFACTION, CALL_CENTRE, TRANSACTIONS, BUSINESS, DATA)


def test_pages_show_satisfaction_first_and_the_data_last() -> None:
    assert sorted(FAMILIES, key=lambda family: family.order) == list(FAMILIES)
    assert len({family.order for family in FAMILIES}) == len({family.key for family in FAMILIES}) == len(FAMILIES)


def test_each_has_kpis() -> None:
    assert {kpi.source.family.key for kpi in CATALOGUE.values()} == {family.key for family in FAMILIES}
