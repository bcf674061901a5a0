from datetime import date
from decimal import Decimal

import pytest

from metrics.engine.scope import COMPANY, Scope
from metrics.goals.targets import ImpossibleTarget, NoSuchOwner, get_owner, set_target
from metrics.kpis import get_kpi
from metrics.models import KpiTarget
from tests.factories.accounts import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 31)


def test_sets_a_target_and_keeps_the_earlier_one() -> None:
    owner, team = UserFactory.create(), TeamFactory.create()
    for value in ("0.8", "0.85"):
        set_target(
            kpi=get_kpi("csat"),
            value=Decimal(value),
            due_on=DUE,
            owner=owner,
            scope=Scope(team_id=team.pk if team else None),
            by=owner,
        )
    assert list(KpiTarget.objects.order_by("id").values_list("value", "team", "owner", "set_by", "due_on")) == [
        (Decimal("0.800000"), team.pk, owner.pk, owner.pk, DUE),
        (Decimal("0.850000"), team.pk, owner.pk, owner.pk, DUE),
    ]


@pytest.mark.parametrize(("key", "value"), [("csat", "80"), ("nps", "101"), ("asa", "NaN"), ("fcr", "-0.1")])
def test_refuses_what_cannot_be(key: str, value: str) -> None:
    with pytest.raises(ImpossibleTarget):
        set_target(kpi=get_kpi(key), value=Decimal(value), due_on=DUE, owner=UserFactory.create(), scope=COMPANY)
    assert not KpiTarget.objects.exists()


def test_the_owner_is_found_by_e_mail_if_they_still_work_here() -> None:
    owner = UserFactory.create(email="lee@firm.example")
    assert get_owner(" Lee@firm.example ") == owner
    owner.is_active = False
    owner.save()
    with pytest.raises(NoSuchOwner, match=r"lee@firm\.example"):
        get_owner("lee@firm.example")
