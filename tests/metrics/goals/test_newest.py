from datetime import date
from decimal import Decimal

import pytest

from accounts.access import OPERATOR
from metrics.engine.scope import COMPANY
from metrics.goals.newest import baselines_of, newest_baselines, newest_targets, targets_of
from metrics.models import Baseline, KpiTarget
from metrics.verdicts.reading import find_subjects
from tests.factories.accounts import UserFactory
from tests.metrics import figures

pytestmark = pytest.mark.django_db


def frozen(first: date, *, after_go_live: bool = False, version: int = 0) -> Baseline:
    versions = {"version": version} if version else {}
    return figures.baseline("csat", window_from=first, chosen_after_go_live=after_go_live, **versions)


def test_pages_and_verdicts_hold_a_kpi_against_the_same_baseline() -> None:
    frozen(date(2025, 6, 4))
    preferred = frozen(date(2025, 6, 3))
    frozen(date(2025, 6, 2), after_go_live=True)
    frozen(date(2025, 6, 1), version=99)

    [judged] = [subject for subject in find_subjects() if subject.kpi.key == "csat"]

    assert judged.baseline == newest_baselines(OPERATOR, COMPANY)["csat"] == preferred
    assert next(one for one in baselines_of(OPERATOR, "csat") if one.version != 99) == preferred
    assert judged.outdated is not None
    assert judged.outdated.version == 99


def test_pages_and_verdicts_hold_a_kpi_to_the_same_target() -> None:
    owner = UserFactory.create()
    for value in ("0.7", "0.9", "0.8"):
        KpiTarget.objects.create(kpi="csat", value=Decimal(value), due_on=date(2027, 1, 1), owner=owner)

    [judged] = [subject for subject in find_subjects() if subject.kpi.key == "csat"]

    assert judged.target is not None
    assert judged.target.value == Decimal("0.8")
    assert judged.target == newest_targets(OPERATOR, COMPANY)["csat"] == targets_of(OPERATOR, "csat").first()
