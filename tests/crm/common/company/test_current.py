"""The company is known without asking, and read again when what is known is old."""

import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.common.company.current import CompanyFacts, Known, assume, assumed, company, refresh
from crm.common.company.models import Company
from tests.conftest import NOON

BERLIN = CompanyFacts("Europe/Berlin", "CHF")


def test_the_zone_is_that_of_the_name() -> None:
    assert BERLIN.zone == ZoneInfo("Europe/Berlin")


@pytest.mark.django_db
class TestReading:
    @pytest.fixture(autouse=True)
    def stored(self) -> None:
        Company.objects.update(time_zone="Asia/Shanghai", currency="CNY")

    def test_what_is_not_known_is_read_once(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        assume(None)
        with django_assert_num_queries(1):
            assert [company() for _ in range(3)] == [CompanyFacts("Asia/Shanghai", "CNY")] * 3

    def test_a_zone_that_is_changing_is_named(self) -> None:
        Company.objects.update(zone_changing_since=NOON)
        assert refresh() == company() == CompanyFacts("Asia/Shanghai", "CNY", zone_is_changing=True)

    @pytest.mark.parametrize(
        ("limit", "age", "currency"), [(5, 0, "CHF"), (5, 4, "CHF"), (5, 6, "CNY"), (None, 10**6, "CHF")]
    )
    def test_what_is_old_is_read_again(self, settings: Any, limit: float | None, age: float, currency: str) -> None:
        settings.CRM_COMPANY_REFRESH_S = limit
        assume(BERLIN)
        Known.read_at = time.monotonic() - age
        assert company().currency == currency

    def test_what_was_read_is_new(self, settings: Any, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        settings.CRM_COMPANY_REFRESH_S = 5
        assume(BERLIN)
        Known.read_at = time.monotonic() - 6
        company()
        with django_assert_num_queries(0):
            company()


def test_another_company_is_assumed_for_a_while_also_where_the_work_fails() -> None:
    assume(BERLIN)
    with assumed(time_zone="UTC"):
        assert company() == CompanyFacts("UTC", "EUR")
    assert company() == BERLIN
    with pytest.raises(ZeroDivisionError), assumed(time_zone="UTC"):
        raise ZeroDivisionError
    assert company() == BERLIN
