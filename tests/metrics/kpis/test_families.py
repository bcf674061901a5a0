from django.utils.translation import override

from metrics.kpis import CATALOGUE
from metrics.kpis.families import BUSINESS, CALL_CENTRE, SATISFACTION, TRANSACTIONS

FAMILIES = (SATISFACTION, CALL_CENTRE, TRANSACTIONS, BUSINESS)


def test_pages_show_satisfaction_first_and_business_last() -> None:
    assert sorted(FAMILIES, key=lambda family: family.order) == list(FAMILIES)
    assert len({family.order for family in FAMILIES}) == len({family.key for family in FAMILIES}) == len(FAMILIES)


def test_each_has_kpis_and_a_name_in_the_readers_language() -> None:
    assert {kpi.source.family.key for kpi in CATALOGUE.values()} == {family.key for family in FAMILIES}
    english = [str(family.name) for family in FAMILIES]
    with override("zh-hans"):
        assert [str(family.name) for family in FAMILIES if str(family.name) in english] == []
