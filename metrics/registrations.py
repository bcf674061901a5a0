"""What each room hangs into the registries, said in one place."""

from django.utils.translation import gettext_lazy as _

from crm.common import navigation
from crm.common.company.changing import register_amounts
from crm.common.company.starting import further_refusals
from crm.common.hooks import after_facts_changed
from customers.identity.hygiene.counting import register_fresh_months
from customers.importing.exports import register_export
from customers.importing.registry import register as register_import
from customers.registry.derived import Derived, register_derived
from customers.registry.home import register_home_panel
from customers.registry.movable import MovableRelation, register_movable
from customers.registry.personal import Holding, register_holding
from metrics.engine import registry
from metrics.engine.rules import in_force
from metrics.engine.starting import refuse_other_rules
from metrics.engine.waking import wake_recompute
from metrics.goals import import_other_changes, import_rollouts
from metrics.kpis import catalogue, import_ledger, whose_ledger
from metrics.models import Baseline, Benefit, CostEntry, Issue, IssueMark, KpiTarget, LedgerMonth
from metrics.pages.home import STEERING
from metrics.programme import import_costs

NAVIGATION = (
    navigation.NavItem(
        label=_("Dashboard"), url_name="metrics:dashboard", icon="gauge", permission="metrics.view_dashboard",
        order=10, group=navigation.WORKING, key="d",
    ),
    navigation.NavItem(
        label=_("Scorecard"), url_name="metrics:scorecard", icon="clipboard-check",
        permission="metrics.view_dashboard", order=20, group=navigation.WORKING,
    ),
    navigation.NavItem(
        label=_("KPI definitions"), url_name="metrics:kpi_list", icon="chart-line",
        permission="metrics.view_dashboard", order=30, group=navigation.WORKING,
    ),
    navigation.NavItem(
        label=_("Return and cost"), url_name="metrics:roi", icon="coins", permission="metrics.view_roi", order=40,
        group=navigation.WORKING,
    ),
    navigation.NavItem(
        label=_("Data hygiene"), url_name="metrics:hygiene", icon="sparkles", permission="customers.view_customer",
        order=26, group=navigation.SET_UP,
    ),
    navigation.NavItem(
        label=_("Go-live"), url_name="metrics:rollouts", icon="rocket", permission="metrics.view_dashboard", order=40,
        group=navigation.SET_UP,
    ),
    navigation.NavItem(
        label=_("Other changes"), url_name="metrics:other_changes", icon="calendar-event",
        permission="metrics.view_dashboard", order=50, group=navigation.SET_UP,
    ),
)  # fmt: skip


def register_all() -> None:
    for source in catalogue.SOURCES:
        registry.register(source)
    for module in (import_ledger, import_costs, import_rollouts, import_other_changes):
        register_import(module.SPEC)
        register_export(module.EXPORT)
    after_facts_changed.append(wake_recompute)
    register_fresh_months(lambda: in_force()["hygiene_fresh_months"])
    further_refusals.append(refuse_other_rules)
    for model in (LedgerMonth, CostEntry, Benefit):
        register_amounts(model)
    money = [kpi.key for kpi in catalogue.CATALOGUE.values() if kpi.unit == "money"]
    register_amounts(KpiTarget, kpi__in=money)
    register_amounts(Baseline, kpi__in=money, value__isnull=False)
    register_derived(
        Derived(
            key="ledger",
            label=_("ledger months"),
            table="metrics_ledgermonth",
            find=whose_ledger.find_shares,
            mend=whose_ledger.mend_shares,
        )
    )
    # Built again from the contacts, which move; the giver's go with the giver.
    register_movable(MovableRelation(table="metrics_issue", moves=False, is_derived=True))
    for counted in (Issue, IssueMark):
        register_holding(Holding(model=counted, exported=False, because="counts of contacts, worked out of them"))
    register_home_panel(STEERING)
    for item in NAVIGATION:
        navigation.register(item)
