"""Present value, return and payback. A series is one amount a year: at once, at the end of year 1, of year 2, …"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate, pairwise

ONE = Decimal(1)


def discounted(flows: Sequence[Decimal], *, rate: Decimal) -> list[Decimal]:
    """Each flow in today's money, `rate` a year (0.10 for 10 %)."""
    return [flow / (ONE + rate) ** year for year, flow in enumerate(flows)]


def present_value(flows: Sequence[Decimal], *, rate: Decimal) -> Decimal:
    return sum(discounted(flows, rate=rate), Decimal(0))


def net_flows(benefits: Sequence[Decimal], costs: Sequence[Decimal]) -> list[Decimal]:
    """Benefit less cost year by year; the shorter series ends in zeros."""
    years = max(len(benefits), len(costs))
    return [_at(benefits, year) - _at(costs, year) for year in range(years)]


def return_on_investment(
    *, benefits: Sequence[Decimal], costs: Sequence[Decimal], rate: Decimal = Decimal(0)
) -> Decimal | None:
    """(benefit − cost) / cost in present values, as a ratio; None where nothing was spent."""
    spent = present_value(costs, rate=rate)
    if spent <= 0:
        return None
    return (present_value(benefits, rate=rate) - spent) / spent


def payback_years(flows: Sequence[Decimal], *, rate: Decimal = Decimal(0)) -> Decimal | None:
    """Years until the running sum of net flows is back at 0 for good, straight lines between year ends.

    None where it never is, 0 where it never was below. With a rate: the discounted payback.
    """
    totals = list(accumulate(discounted(flows, rate=rate)))
    if not totals or totals[-1] < 0:
        return None
    below = [year for year, total in enumerate(totals) if total < 0]
    if not below:
        return Decimal(0)
    last = below[-1]
    return last + -totals[last] / (totals[last + 1] - totals[last])


def internal_rate_of_return(flows: Sequence[Decimal]) -> float | None:
    """The yearly rate at which the flows are worth 0.

    None where they change sign never, or more than once: then no rate or several would do, and none means anything.
    """
    signs = [flow > 0 for flow in flows if flow != 0]
    if sum(one != two for one, two in pairwise(signs)) != 1:
        return None
    import pyxirr  # noqa: PLC0415 - heavy: pyxirr

    rate = pyxirr.irr([float(flow) for flow in flows])
    return None if rate is None else float(rate)


def _at(flows: Sequence[Decimal], year: int) -> Decimal:
    return flows[year] if year < len(flows) else Decimal(0)
