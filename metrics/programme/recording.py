"""What people enter about the programme: go-live dates, what else changed, costs and benefits.

Forms and admin hand over the instance they built, saved or not; each verb completes, checks and saves it.
"""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Team
from crm.common.errors import DomainError
from customers.trade import rates
from metrics.models import Benefit, CostEntry, OtherChange, Rollout


class CostWithoutAmount(DomainError):
    """Neither planned nor actual."""


class BenefitWithoutValue(DomainError):
    """Neither a KPI with the value of a unit, nor amounts by year; or both."""


class EndsBeforeItBegins(DomainError):
    """A change whose last day lies before its first."""


def set_go_live(*, team: Team, went_live_on: date, phase: int = 1) -> Rollout:
    """Say when a team went live, or correct it. Frozen baselines keep the day they were frozen with."""
    rollout, _created = Rollout.objects.update_or_create(
        team=team, defaults={"went_live_on": went_live_on, "phase": phase}
    )
    return rollout


def withdraw_go_live(*, rollout: Rollout) -> None:
    """The team has not gone live after all."""
    rollout.delete()


def record_other_change(*, change: OtherChange) -> OtherChange:
    """Enter or correct what may explain a change of figures instead of the programme."""
    if change.happened_to and change.happened_to < change.happened_from:
        raise EndsBeforeItBegins(_("The last day lies before the first."))
    change.save()
    return change


def withdraw_other_change(*, change: OtherChange) -> None:
    change.delete()


def record_cost(*, cost: CostEntry) -> CostEntry:
    """Enter or correct a cost, kept in its own currency and in the company's. Raises CostWithoutAmount, NoRate."""
    if cost.planned is None and cost.actual is None:
        raise CostWithoutAmount(_("Give a planned amount, an actual amount, or both."))
    cost.currency = cost.currency or settings.CRM_CURRENCY
    cost.planned_company = _company(cost.planned, cost)
    cost.actual_company = _company(cost.actual, cost)
    cost.save()
    return cost


def _company(amount: Decimal | None, cost: CostEntry) -> Decimal | None:
    return None if amount is None else rates.to_company(amount=amount, currency=cost.currency, day=cost.date)


def withdraw_cost(*, cost: CostEntry) -> None:
    cost.delete()


def record_benefit(*, benefit: Benefit) -> Benefit:
    """Enter or correct a return: a KPI's change × the value of a unit, or amounts by year."""
    by_kpi = bool(benefit.kpi) and benefit.unit_value is not None and not benefit.amounts
    by_amounts = not benefit.kpi and benefit.unit_value is None and bool(benefit.amounts)
    if not by_kpi and not by_amounts:
        raise BenefitWithoutValue(_("Give either a KPI and the value of a unit, or amounts by year."))
    benefit.save()
    return benefit


def withdraw_benefit(*, benefit: Benefit) -> None:
    benefit.delete()
