"""The demo company through the real importers: the planted effects are what the scorecard finds, and nothing else."""

from datetime import date

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from accounts.models import User
from customers.models import Customer, ImportBatch, Interaction
from demo import seeding, sign_ins
from demo.plan import TEAMS, timeline
from metrics.models import Baseline, Evaluation, KpiTarget, Mark, Rollout

pytestmark = pytest.mark.django_db

LAST, TODAY = date(2026, 6, 17), date(2026, 6, 18)
BETTER = {"abandon_rate", "asa", "queue_time", "service_level"}
WORSE = {"aht"}


@pytest.fixture
def var(settings: LazySettings, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path


def verdicts(*, team: str | None) -> dict[str, str]:
    found = Evaluation.objects.filter(as_of=LAST, team__key=team).values_list("kpi", "verdict")
    return dict(found)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # file by file, as it is in use: in one transaction the locks of all add up
def test_the_planted_effects_are_found_and_a_second_run_changes_nothing(var: None) -> None:
    first = seeding.seed_demo(last=LAST, today=TODAY)
    assert (first.rejected, first.parked, first.created) == (0, 0, first.rows)
    _assert_customers_are_unified(first)
    _assert_verdicts()
    again = seeding.seed_demo(last=None, today=TODAY)
    assert (again.created, again.unchanged, again.customers) == (0, first.rows, first.customers)
    assert again.baselines == first.baselines
    assert not Mark.objects.exists()
    with pytest.raises(seeding.OtherDay):
        seeding.seed_demo(last=date(2026, 6, 16), today=TODAY)


def _assert_customers_are_unified(loaded: seeding.Loaded) -> None:
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


def _assert_verdicts() -> None:
    """By the company and by each team: better, worse, and no evidence where a naive comparison would see a rise."""
    time = timeline(last=LAST)
    live = dict(Rollout.objects.values_list("team__key", "went_live_on"))
    assert live == {team.key: time.go_live(team) for team in TEAMS}
    assert len(set(live.values())) == len(TEAMS)
    company = verdicts(team=None)
    assert {kpi for kpi, verdict in company.items() if verdict == "improved"} == BETTER
    assert {kpi for kpi, verdict in company.items() if verdict == "worse"} == WORSE
    for team in TEAMS:
        assert verdicts(team=team.key)["abandon_rate"] == "improved"
        assert verdicts(team=team.key)["aht"] == "worse"
    csat = Evaluation.objects.get(kpi="csat", team=None, as_of=LAST)
    assert csat.verdict == "no_evidence"
    assert csat.change is not None
    assert csat.change > 0.08
    assert csat.details["reasons"][0][0] == "moving_baseline"
    assert KpiTarget.objects.filter(kpi="csat").exists()
    assert not Baseline.objects.filter(chosen_after_go_live=True).exists()


def test_it_does_not_mix_with_customers_that_are_there(var: None, capsys: pytest.CaptureFixture[str]) -> None:
    Customer.objects.create(name="Somebody's")
    with pytest.raises(SystemExit) as left:
        call_command("seed_demo", "--json")
    assert left.value.code == 2
    assert "This database holds customers" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("seed_demo", "--scale", "100k")
    assert Customer.objects.count() == 1
