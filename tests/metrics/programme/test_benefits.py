from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from metrics.models import Benefit, Evaluation
from metrics.programme.benefits import NOTHING, UnreadableAmounts, Worth, entered_amounts, value_benefit
from metrics.verdicts.figures import Shape

START = date(2024, 1, 1)


def test_amounts_are_by_year_counted_from_go_live() -> None:
    benefit = Benefit(amounts=[{"year": 1, "amount": "12.50"}, {"year": "3", "amount": 4}])

    assert entered_amounts(benefit) == [(1, Decimal("12.50")), (3, Decimal(4))]


@pytest.mark.parametrize(
    "amounts",
    [
        [{"year": 2026, "amount": "1"}],
        [{"year": -1, "amount": "1"}],
        [{"year": 1, "amount": "much"}],
        [{"year": 1, "amount": "NaN"}],
        [{"year": 1}],
        [5],
        5,
    ],
)
def test_amounts_that_cannot_be_read_are_refused_by_name(amounts: Any) -> None:
    with pytest.raises(UnreadableAmounts, match="Benefit Fewer licences"):
        entered_amounts(Benefit(name="Fewer licences", amounts=amounts))


@pytest.mark.parametrize(
    ("shape", "change", "before", "yearly"),
    [
        (Shape.PROPORTION, 0.02, "0.5", 200),
        (Shape.RATIO, 0.02, "0.5", 200),
        (Shape.SCORE, 5.0, "20", 500),
        (Shape.MEAN, 1.1, "40", 400),
        (Shape.SUM, 1.1, "1000", 120000),
    ],
)
def test_a_change_in_the_kpis_own_units(shape: Shape, change: float, before: str, yearly: int) -> None:
    """Unit value 100, volume 1: percentage points, points, the unit itself, or twelve months of a monthly sum."""
    evaluation = Evaluation(verdict="improved", change=change, baseline_value=Decimal(before))
    benefit = Benefit(pk=1, kpi="any", unit_value=Decimal(100), yearly_volume=Decimal(1), share=Decimal(1))

    found = value_benefit(benefit, evaluation=evaluation, shape=shape, higher_is_better=True, start=START, years=1)

    assert found.proven == (NOTHING, Worth(Decimal(yearly), Decimal(yearly), Decimal(yearly)))


def test_what_got_worse_is_a_proven_loss() -> None:
    evaluation = Evaluation(verdict="worse", change=0.02, low=0.01, high=0.03, baseline_value=Decimal("0.5"))
    benefit = Benefit(pk=1, kpi="any", unit_value=Decimal(1), yearly_volume=Decimal(100), share=Decimal(1))

    found = value_benefit(
        benefit, evaluation=evaluation, shape=Shape.PROPORTION, higher_is_better=False, start=START, years=1
    )

    assert found.claimed[1] == found.proven[1] == Worth(Decimal(-200), Decimal(-300), Decimal(-100))
