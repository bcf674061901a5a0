"""What the demo company's managers decided: who went live when, baselines, targets, what a change is worth."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Team, User
from crm.common.days import add_months
from demo import sign_ins
from demo.plan import TEAMS, TeamPlan, Timeline
from metrics.engine.scope import COMPANY, Scope
from metrics.goals import baselines
from metrics.goals.other_changes import record_other_change
from metrics.goals.rollouts import set_go_live
from metrics.goals.targets import set_target
from metrics.kpis import CATALOGUE, Kpi
from metrics.kpis.hygiene import HYGIENE
from metrics.models import Baseline, Benefit, KpiTarget, OtherChange, Rollout
from metrics.programme.recording import record_benefit

SOURCES_BY_TEAM = {"call", "issue", "survey"}
DECIDED_BEFORE = timedelta(days=5)  # baselines were frozen and targets set this long before going live
TARGETS = {
    "abandon_rate": "0.08", "asa": "32", "service_level": "0.65", "csat": "0.85", "nps": "20", "fcr": "0.75",
    "aht": "215", "on_time_payment": "0.85", "operating_cost_ratio": "0.28",
}  # fmt: skip
TEAM_TARGETS = {"abandon_rate": "0.08", "aht": "215"}
# name, hard or soft, KPI, money for one unit of it and one thing counted, share attributable, evidence
KPI_BENEFITS = (
    ("Callers who stay and order", "hard", "abandon_rate", "0.045", "0.8",
     "One caller in nine who stays orders; margin of such an order 40 EUR. Per percentage point and call."),
    ("Customers' time in the queue", "soft", "asa", "0.004", "1", "15 EUR an hour of a customer's time."),
    ("Satisfied customers who come back", "soft", "csat", "0.45", "1",
     "Sales' estimate: 45 EUR of margin for each more satisfied customer who answered."),
    ("Agents' time on the phone", "hard", "aht", "0.0095", "1", "34 EUR an hour of an agent's time."),
)  # fmt: skip
AMOUNTS = (
    (
        "Old contact database and call software switched off",
        "hard",
        ("54000", "54000", "54000"),
        "Contracts cancelled.",
    ),
    ("Reports no longer put together by hand", "soft", ("14400", "14400", "14400"), "Four days a month."),
)


def freeze_baselines(timeline: Timeline) -> int:
    """Note who went live when; freeze every KPI for the company and, where calls or answers tell, for each team."""
    signer = User.objects.get(email=sign_ins.USERS["manager"])
    for phase, plan in enumerate(TEAMS, start=1):
        team = Team.objects.get(key=plan.key)
        if not Rollout.objects.filter(team=team).exists():
            set_go_live(team=team, went_live_on=timeline.go_live(plan), phase=phase)
        for kpi in CATALOGUE.values():
            if kpi.source.key in SOURCES_BY_TEAM and not kpi.variant_of:
                _freeze(timeline, plan=plan, kpi=kpi, scope=Scope(team_id=team.pk), by=signer)
    for kpi in CATALOGUE.values():
        if not kpi.variant_of and kpi is not HYGIENE:  # kept from today on: it has no past to freeze
            _freeze(timeline, plan=TEAMS[0], kpi=kpi, scope=COMPANY, by=signer)
    return Baseline.objects.count()


def _freeze(timeline: Timeline, *, plan: TeamPlan, kpi: Kpi, scope: Scope, by: User) -> None:
    go_live = timeline.go_live(plan)
    if Baseline.objects.filter(kpi=kpi.key, version=kpi.version, go_live_on=go_live, **scope.filters()).exists():
        return
    baselines.freeze(
        kpi=kpi,
        first=timeline.first,
        last=go_live - timedelta(days=1),
        go_live_on=go_live,
        today=go_live - DECIDED_BEFORE,
        by=by,
        scope=scope,
        note=_("Demo data: frozen as it would have been on %(day)s.") % {"day": go_live - DECIDED_BEFORE},
    )


def set_goals(timeline: Timeline) -> None:
    """Targets with an owner, benefits, and the one other thing that happened; nothing where there are targets."""
    if KpiTarget.objects.exists():
        return
    owner = User.objects.get(email=sign_ins.USERS["manager"])
    due = add_months(timeline.go_live(TEAMS[0]), 12)
    for key, value in TARGETS.items():
        _aim(key, value, due=due, owner=owner, scope=COMPANY)
    for team in Team.objects.filter(key__in=[plan.key for plan in TEAMS]):
        for key, value in TEAM_TARGETS.items():
            _aim(key, value, due=due, owner=owner, scope=Scope(team_id=team.pk))
    _enter_benefits()
    fair = timeline.go_live(TEAMS[-1]) + timedelta(days=10)
    record_other_change(
        change=OtherChange(
            what="Trade fair with a week of discounts",
            happened_from=fair,
            happened_to=fair + timedelta(days=6),
            kpis=["orders", "revenue", "gross_profit"],
        )
    )


def _aim(key: str, value: str, *, due: date, owner: User, scope: Scope) -> None:
    set_target(kpi=CATALOGUE[key], value=Decimal(value), due_on=due, owner=owner, by=owner, scope=scope)


def _enter_benefits() -> None:
    for name, hardness, kpi, unit_value, share, evidence in KPI_BENEFITS:
        record_benefit(
            benefit=Benefit(
                name=name,
                hardness=hardness,
                kpi=kpi,
                unit_value=Decimal(unit_value),
                share=Decimal(share),
                evidence=evidence,
            )
        )
    for name, hardness, amounts, evidence in AMOUNTS:
        entries = [{"year": year, "amount": amount} for year, amount in enumerate(amounts, start=1)]
        record_benefit(benefit=Benefit(name=name, hardness=hardness, amounts=entries, evidence=evidence))
