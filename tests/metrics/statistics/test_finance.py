from decimal import Decimal

import pytest

from metrics.statistics.finance import (
    internal_rate_of_return,
    net_flows,
    payback_years,
    present_value,
    return_on_investment,
)

TEN_PERCENT = Decimal("0.10")
# Forrester's Total Economic Impact case: at once, then three years.
COSTS = [Decimal(amount) for amount in (53150, 666715, 636772, 647783)]
BENEFITS = [Decimal(amount) for amount in (0, 1606511, 3061331, 4229760)]


def amounts(*values: float | str) -> list[Decimal]:
    return [Decimal(value) for value in values]


def test_present_values_of_the_forrester_case() -> None:
    assert round(present_value(COSTS, rate=TEN_PERCENT)) == 1672201
    assert round(present_value(BENEFITS, rate=TEN_PERCENT)) == 7168371


def test_npv_and_roi_of_the_forrester_case() -> None:
    roi = return_on_investment(benefits=BENEFITS, costs=COSTS, rate=TEN_PERCENT)

    assert roi is not None
    assert round(present_value(net_flows(BENEFITS, COSTS), rate=TEN_PERCENT)) == 5496170
    assert round(roi * 100) == 329


def test_roi_without_cost_is_none() -> None:
    assert return_on_investment(benefits=amounts(5), costs=amounts(0)) is None


@pytest.mark.parametrize(
    ("flows", "years"),
    [
        ((-100, 40, 40, 40), "2.5"),
        ((-100, 50, 50), "2"),
        ((-100, 50), None),
        ((10, 10), "0"),
        ((0, 0), "0"),
        ((-100, 120, -40, 40), "2.5"),
        ((), None),
    ],
)
def test_payback_is_interpolated_and_for_good(flows: tuple[int, ...], years: str | None) -> None:
    assert payback_years(amounts(*flows)) == (None if years is None else Decimal(years))


def test_discounted_payback_comes_later() -> None:
    flows = amounts(-100, 110, 121)

    assert payback_years(flows) == Decimal(100) / Decimal(110)
    assert payback_years(flows, rate=TEN_PERCENT) == 1


def test_internal_rate_of_return_of_excels_own_example() -> None:
    """Microsoft's IRR page: −70,000, 12,000, 15,000, 18,000, 21,000, 26,000 give 8.7 %."""
    found = internal_rate_of_return(amounts(-70000, 12000, 15000, 18000, 21000, 26000))

    assert found is not None
    assert round(found, 3) == 0.087


@pytest.mark.parametrize("flows", [(100, 100), (-100,), (), (-100, 230, -132)])
def test_no_rate_or_several_is_none(flows: tuple[int, ...]) -> None:
    assert internal_rate_of_return(amounts(*flows)) is None


def test_net_flows_fill_the_shorter_series() -> None:
    assert net_flows(amounts(0, 5, 6), amounts(3)) == amounts(-3, 5, 6)
