from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from accounts.access import OPERATOR
from customers.models import Tier
from metrics.goals.register import other_changes_with_kpis
from metrics.models import OtherChange
from tests.factories.accounts import TeamFactory
from tests.readers import MayOnly

pytestmark = pytest.mark.django_db


def test_the_newest_first_each_with_the_names_of_its_kpis(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert other_changes_with_kpis(OPERATOR) == []
    early, late = (
        OtherChange.objects.create(
            what="Strike",
            happened_from=date(2026, month, 1),
            team=TeamFactory.create(name="North"),
            tier=Tier.objects.earliest("pk"),
            kpis=kpis,
        )
        for month, kpis in ((1, []), (2, ["orders", "happiness", "csat"]))
    )

    with django_assert_num_queries(1):
        listed = other_changes_with_kpis(OPERATOR)
        assert [(each.change, each.kpi_names, each.change.team and each.change.team.name) for each in listed] == [
            (late, ["Orders", "happiness", "Customer satisfaction"], "North"),
            (early, [], "North"),
        ]
        assert all(each.change.tier and each.change.tier.name for each in listed)


def test_it_is_for_those_who_may_see_dashboards() -> None:
    OtherChange.objects.create(what="Strike", happened_from=date(2026, 1, 1))
    assert len(other_changes_with_kpis(MayOnly("metrics.view_dashboard"))) == 1
    for reader in (MayOnly("metrics.view_roi"), AnonymousUser()):
        assert other_changes_with_kpis(reader) == []
