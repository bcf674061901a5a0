"""What the demo company must show once it is loaded: planted effects are what the scorecard finds, and nothing else."""

from datetime import date

from accounts.models import User
from customers.models import Customer, ImportBatch, Interaction
from demo import sign_ins
from demo.plan import TEAMS, timeline
from demo.seeding import Loaded
from metrics.models import Baseline, Evaluation, KpiTarget, Rollout

BETTER = {"abandon_rate", "asa", "queue_time", "service_level"}
WORSE = {"aht"}


def assert_customers_are_unified(loaded: Loaded) -> None:
    records = sum(ImportBatch.objects.filter(kind="customers").values_list("rows", flat=True))
    assert 1_500 < loaded.customers < 2_300
    assert records > 3_500
    joined = Customer.objects.raw(
        "SELECT customer_id AS id, count(DISTINCT system_id) AS systems FROM customers_sourcerecord "
        "WHERE kind = 'customers' GROUP BY 1 HAVING count(DISTINCT system_id) >= 3"
    )
    assert len(joined) > 400
    assert Customer.objects.exclude(tier=None).count() == loaded.customers
    assert Interaction.objects.filter(call__isnull=False, customer__isnull=False).count() > 8_000
    assert all(User.objects.get(email=email).check_password(sign_ins.PASSWORD) for email in sign_ins.USERS.values())


def assert_the_planted_effects_are_found(last: date) -> None:
    """By the company and by each team: better, worse, and no evidence where a naive comparison would see a rise."""
    time = timeline(last=last)
    live = dict(Rollout.objects.values_list("team__key", "went_live_on"))
    assert live == {team.key: time.go_live(team) for team in TEAMS}
    assert len(set(live.values())) == len(TEAMS)
    company = _verdicts(last, team=None)
    assert {kpi for kpi, verdict in company.items() if verdict == "improved"} == BETTER
    assert {kpi for kpi, verdict in company.items() if verdict == "worse"} == WORSE
    for team in TEAMS:
        of_team = _verdicts(last, team=team.key)
        assert (of_team["abandon_rate"], of_team["aht"]) == ("improved", "worse")
    csat = Evaluation.objects.get(kpi="csat", team=None, as_of=last)
    assert csat.verdict == "no_evidence"
    assert csat.change is not None
    assert csat.change > 0.08
    assert csat.details["reasons"][0][0] == "moving_baseline"
    assert KpiTarget.objects.filter(kpi="csat").exists()
    assert not Baseline.objects.filter(chosen_after_go_live=True).exists()


def _verdicts(last: date, *, team: str | None) -> dict[str, str]:
    return dict(Evaluation.objects.filter(as_of=last, team__key=team).values_list("kpi", "verdict"))
