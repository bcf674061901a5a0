from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.access import Reader
from metrics.models import Benefit, CostEntry, OtherChange
from tests.conftest import UserFor
from tests.readers import MayOnly


@pytest.mark.django_db
def test_goals_are_for_those_who_see_dashboards_and_money_for_those_who_see_return_and_cost(user_for: UserFor) -> None:
    change = OtherChange.objects.create(what="Strike", happened_from=date(2026, 1, 1))
    cost = CostEntry.objects.create(date=date(2026, 1, 1), category="licence", currency="EUR", actual=1)
    benefit = Benefit.objects.create(name="Less paper", hardness="hard", amounts=[{"year": 1, "amount": "5"}])

    def seen(reader: Reader) -> list[object]:
        found = [OtherChange.objects, CostEntry.objects, Benefit.objects]
        return [row for rows in found for row in rows.visible_to(reader)]

    assert seen(MayOnly("metrics.view_dashboard")) == [change]
    assert seen(MayOnly("metrics.view_roi")) == [cost, benefit]
    assert seen(user_for("manager")) == seen(user_for("administrator")) == [change, cost, benefit]
    for reader in (user_for("sales"), user_for("service"), AnonymousUser(), MayOnly("metrics.view_costentry")):
        assert seen(reader) == []
