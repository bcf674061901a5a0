"""The sources there are: each has a key and a number of its own, for ever."""

from dataclasses import replace

import pytest

from crm.common.kinds import import_kinds
from metrics.engine import registry
from metrics.engine.sources import FactSource, Family
from metrics.kpis.calls import CALLS
from tests.metrics.engine.test_sources import MINIMAL

VISITS = FactSource(**MINIMAL)


def test_the_imports_of_every_source_exist() -> None:
    kinds = dict(import_kinds())
    assert {kind for source in registry.sources() for kind in source.imports} <= set(kinds)


def test_numbers_stay_what_they_were() -> None:
    assert {source.key: source.number for source in registry.sources()} == {
        "call": 1, "issue": 2, "survey": 3, "order": 4, "order_line": 5, "invoice": 6, "ledger": 7,
        "hygiene": 8,
    }  # fmt: skip


def test_families_come_in_the_order_of_pages() -> None:
    assert [family.key for family in registry.families()] == [
        "satisfaction",
        "call-centre",
        "transactions",
        "business",
        "data",
    ]


def test_a_key_that_another_source_has_is_refused() -> None:
    with pytest.raises(TypeError, match=r"call \(90\): call \(1\) is registered already"):
        registry.register(replace(VISITS, key="call"))


def test_a_number_that_another_source_has_is_refused() -> None:
    with pytest.raises(TypeError, match=r"visit \(1\): call \(1\) is registered already"):
        registry.register(replace(VISITS, number=1))


def test_the_same_again_is_no_other() -> None:
    before = registry.sources()
    registry.register(CALLS)
    assert registry.sources() == before


def test_for_a_while_it_stands_in_the_order_of_numbers_and_has_a_name() -> None:
    before = registry.sources()
    assert registry.label_of(90) == "90"
    with registry.registered(VISITS):
        with registry.registered(replace(VISITS, key="earlier", number=80)):
            assert [source.number for source in registry.sources()] == [*range(1, 9), 80, 90]
        assert (registry.label_of(90), registry.label_of(80), registry.label_of(1)) == ("visits", "80", "calls")
    assert registry.sources() == before


def test_it_goes_also_where_the_work_fails() -> None:
    with pytest.raises(ZeroDivisionError), registry.registered(VISITS):
        raise ZeroDivisionError
    assert VISITS not in registry.sources()


def test_a_family_stands_once_in_its_place() -> None:
    first = Family(key="first", name="First", order=1)
    before = registry.families()
    with registry.registered(VISITS):  # of a family that is there
        assert registry.families() == before
    with registry.registered(replace(VISITS, family=first)):
        assert registry.families() == [first, *before]
