"""What people enter about the programme: go-live dates, what else changed, costs and benefits.

Forms and admin hand over the instance they built, saved or not; each verb completes, checks and saves it.
"""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from crm.common.company.current import company
from crm.common.errors import DomainError
from crm.common.versions import lock_as_seen
from customers.trade import rates
from metrics.models import Benefit, CostEntry


class CostWithoutAmount(DomainError):
    """Neither planned nor actual."""


class BenefitWithoutValue(DomainError):
    """Neither a KPI with the value of a unit, nor amounts by year; or both."""


def record_cost(*, cost: CostEntry, seen: str | None = None) -> CostEntry:
    """Enter or correct a cost, kept in its own currency and in the company's.

    Raises CostWithoutAmount, NoRate, ChangedMeanwhile unless it is as `seen`.
    """
    if cost.planned is None and cost.actual is None:
        raise CostWithoutAmount(_("Give a planned amount, an actual amount, or both."))
    cost.currency = cost.currency or company().currency
    cost.planned_company = _company(cost.planned, cost)
    cost.actual_company = _company(cost.actual, cost)
    with transaction.atomic():
        lock_as_seen(cost, seen)
        cost.save()
    return cost


def _company(amount: Decimal | None, cost: CostEntry) -> Decimal | None:
    return None if amount is None else rates.to_company(amount=amount, currency=cost.currency, day=cost.date)


def withdraw_cost(*, cost: CostEntry) -> None:
    cost.delete()


def record_benefit(*, benefit: Benefit, seen: str | None = None) -> Benefit:
    """Enter or correct a return: a KPI's change × the value of a unit, or amounts by year.

    Raises BenefitWithoutValue, ChangedMeanwhile unless it is as `seen`.
    """
    by_kpi = bool(benefit.kpi) and benefit.unit_value is not None and not benefit.amounts
    by_amounts = not benefit.kpi and benefit.unit_value is None and bool(benefit.amounts)
    if not by_kpi and not by_amounts:
        raise BenefitWithoutValue(_("Give either a KPI and the value of a unit, or amounts by year."))
    with transaction.atomic():
        lock_as_seen(benefit, seen)
        benefit.save()
    return benefit


def withdraw_benefit(*, benefit: Benefit) -> None:
    benefit.delete()
