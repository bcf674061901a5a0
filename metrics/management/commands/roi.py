"""`roi`: what the programme costs and returns."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.access import OPERATOR
from crm.common.commands import DONE, JsonCommand, day
from crm.common.days import today
from metrics.programme.benefits import Valued, Worth
from metrics.programme.costs import CostLine
from metrics.programme.returns import BenefitSum, ReturnOnInvestment, Returns, return_on_investment
from metrics.verdicts.reasons import render_stored

CENT = Decimal("0.01")


class Command(JsonCommand):
    help = "Total cost of ownership, hard and soft benefit, ROI, NPV, IRR and payback."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as-of", type=day, help="use the verdicts up to this day (default: today)")
        parser.add_argument("--rate", help="discount rate a year, 0.10 for 10 %% (default: CRM_DISCOUNT_RATE)")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        rate = None if options["rate"] is None else _rate(options["rate"])
        return DONE, as_json(return_on_investment(OPERATOR, as_of=options["as_of"] or today(), rate=rate))

    def show(self, result: dict[str, Any]) -> None:
        for key in ("as_of", "start", "currency", "rate", "pv_cost", "pv_benefit", "npv", "roi_percent", "irr"):
            self.stdout.write(f"{key}: {result[key]}")
        self.stdout.write(f"payback_years: {result['payback_years']}")
        for line in result["tco"]["by_category"]:
            self.stdout.write(f"cost {line['category']}: {line['expected']}")
        for item in result["benefits"]["items"]:
            self.stdout.write(f"benefit {item['name']}: proven {item['proven']}, claimed {item['claimed']}")


def as_json(found: ReturnOnInvestment) -> dict[str, Any]:
    """The headline figures are the proven ones; `cases` has them beside the other readings."""
    return {
        "as_of": found.as_of,
        "start": found.start,
        "currency": found.currency,
        "rate": found.rate,
        "years": list(range(found.years + 1)),
        "tco": {
            "total": _money(found.cost.total.expected),
            "planned": _money(found.cost.total.planned),
            "actual": _money(found.cost.total.actual),
            "overrun": _money(found.cost.total.overrun),
            "by_year": _moneys(found.cost.total.by_year),
            "by_category": [_cost(line) for line in found.cost.lines],
            "year_one_share": _ratio(found.cost.year_one_share),
            "running_share": _ratio(found.cost.running_share),
        },
        "benefits": {
            "hard": _benefit_sum(found.hard_benefit),
            "soft": _benefit_sum(found.soft_benefit),
            "items": [_item(each) for each in found.benefits],
        },
        **_returns(found.proven),
        "cases": {case: _returns(getattr(found, case)) for case in ("proven", "low", "high", "hard", "claimed")},
    }


def _returns(case: Returns) -> dict[str, Any]:
    return {
        "pv_cost": _money(case.pv_cost),
        "pv_benefit": _money(case.pv_benefit),
        "npv": _money(case.npv),
        "roi": _ratio(case.roi),
        "roi_percent": None if case.roi is None else round(float(case.roi) * 100, 2),
        "irr": case.irr,
        "payback_years": _ratio(case.payback),
        "discounted_payback_years": _ratio(case.discounted_payback),
    }


def _cost(line: CostLine) -> dict[str, Any]:
    return {
        "category": line.category,
        "planned": _money(line.planned),
        "actual": _money(line.actual),
        "expected": _money(line.expected),
        "overrun": _money(line.overrun),
        "by_year": _moneys(line.by_year),
    }


def _benefit_sum(found: BenefitSum) -> dict[str, Any]:
    return {
        "proven": _money(found.proven.value),
        "low": _money(found.proven.low),
        "high": _money(found.proven.high),
        "claimed": _money(found.claimed.value),
        "by_year": _moneys(worth.value for worth in found.by_year),
    }


def _item(each: Valued) -> dict[str, Any]:
    proven, claimed = (sum(worths[1:], worths[0]) for worths in (each.proven, each.claimed))
    return {
        "name": each.name,
        "hardness": each.hardness,
        "kpi": each.kpi or None,
        "verdict": each.verdict or None,
        "reason": render_stored(each.reason_details) or None,
        "evidence": each.evidence,
        "share": each.share,
        "unit_value": each.unit_value,
        "yearly_volume": None if each.yearly_volume is None else _money(each.yearly_volume),
        "proven": _money(proven.value),
        "low": _money(proven.low),
        "high": _money(proven.high),
        "claimed": _money(claimed.value),
        "by_year": _worths(each.proven),
        "claimed_by_year": _worths(each.claimed),
    }


def _worths(worths: Iterable[Worth]) -> list[Decimal]:
    return _moneys(worth.value for worth in worths)


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(CENT)


def _moneys(amounts: Iterable[Decimal]) -> list[Decimal]:
    return [_money(amount) for amount in amounts]


def _ratio(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except ArithmeticError as error:
        raise CommandError(f"--rate {text!r} is not a number") from error
    if not 0 <= rate < 10:
        raise CommandError(f"--rate {text} is not between 0 and 10 (0.10 means 10 %)")
    return rate
