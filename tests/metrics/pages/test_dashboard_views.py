from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from metrics.kpis.calls import CALLS
from metrics.kpis.surveys import SURVEYS
from metrics.models import Evaluation, KpiTarget, Mark, Rollout
from tests.conftest import NOON, ClientFor, UserFor
from tests.factories.accounts import TeamFactory
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/dashboard/"


def text(client: Client, query: str = "") -> str:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def row_of(page: str, kpi: str) -> str:
    start = page.index(f'<tr id="kpi-{kpi}"')
    return page[start : page.index("</tr>", start)]


def calls(month: int, *, day: int = 10, **kwargs: Any) -> None:
    figures.rollup(CALLS, date(2026, month, day), answered=100, answered_within=80, **kwargs)


def test_without_data_it_says_what_to_do(client_for: ClientFor) -> None:
    page = text(client_for("manager"))

    assert "No figures yet" in page
    assert "Figures not recomputed yet" in page


def test_the_sentence_on_top_counts_verdicts(client_for: ClientFor) -> None:
    calls(9)
    figures.rollup(SURVEYS, date(2026, 9, 1), csat_answers=10, csat_satisfied=8, nps_answers=10, nps_promoters=5)
    for kpi, verdict in [
        ("service_level", "improved"),
        ("asa", "worse"),
        ("csat", "no_evidence"),
        ("nps", "too_early"),
    ]:
        figures.baseline(kpi)
        figures.evaluation(kpi, verdict)

    page = text(client_for("manager"))

    assert '<a class="score-part score-improved" href="?show=improved">1 improved</a>' in page
    assert '<a class="score-part score-worse" href="?show=worse">1 worse</a>' in page
    assert '<a class="score-part score-not-proven" href="?show=not-proven">1 not proven</a>' in page
    assert '<a class="score-part score-too-early" href="?show=too-early">1 too early to say</a>' in page


def test_a_row_shows_now_baseline_change_and_verdict(client_for: ClientFor) -> None:
    calls(9)
    frozen = figures.baseline("service_level", value="0.7")
    figures.evaluation("service_level", "improved")

    row = row_of(text(client_for("manager")), "service_level")

    assert "<strong>80.0%</strong>" in row
    assert "n = 400" in row
    assert f'<a href="/baselines/{frozen.pk}/">70.0%</a>' in row
    assert "+10.0 pp" in row
    assert "+5.0 pp to +15.0 pp" in row
    assert 'data-verdict="improved"' in row
    assert "As measured." in row
    assert 'class="sparkline-go-live"' in row


def test_a_kpi_without_a_baseline_offers_to_freeze_one(client_for: ClientFor) -> None:
    calls(10)

    row = row_of(text(client_for("manager")), "service_level")

    assert "no baseline" in row
    assert 'href="/kpis/service_level/baseline/"' in row
    assert 'data-verdict="no_baseline"' in row
    assert "<strong>80.0%</strong>" in row


def test_a_kpi_without_data_says_what_to_import(client_for: ClientFor) -> None:
    calls(10)

    row = row_of(text(client_for("manager")), "csat")

    assert 'data-verdict="no_data"' in row
    assert "The survey tool&#x27;s answers" in row or "The survey tool's answers" in row


def test_a_target_is_reached_or_due(client_for: ClientFor, user_for: UserFor) -> None:
    calls(9)
    owner = user_for("manager")
    for kpi in ("service_level", "abandon_rate"):
        figures.baseline(kpi)
        figures.evaluation(kpi, "improved")
        KpiTarget.objects.create(kpi=kpi, value=Decimal("0.75"), due_on=date(2027, 6, 30), owner=owner)

    page = text(client_for("manager"))

    assert "reached" in row_of(page, "service_level")  # 80 % and higher is better
    assert "due June 30, 2027" in row_of(page, "abandon_rate")  # 80 % and lower is better


def test_a_good_verdict_whose_partner_got_worse_is_cautioned(client_for: ClientFor) -> None:
    calls(9)
    figures.rollup(SURVEYS, date(2026, 9, 1), csat_answers=10, csat_satisfied=8)
    figures.evaluation("csat", "improved")
    figures.evaluation("aht", "worse")

    page = text(client_for("manager"))

    assert "At a price: Average handle time got worse." in row_of(page, "csat")
    assert "At a price" not in row_of(page, "aht")


def test_show_keeps_one_group_and_the_score_counts_all(client_for: ClientFor) -> None:
    calls(9)
    figures.evaluation("service_level", "improved")
    figures.evaluation("asa", "worse")

    page = text(client_for("manager"), "?show=worse")

    assert 'id="kpi-asa"' in page
    assert 'id="kpi-service_level"' not in page
    assert "1 improved" in page
    assert "show all" in page


def test_a_team_has_its_own_figures(client_for: ClientFor) -> None:
    north, south = TeamFactory.create(key="north"), TeamFactory.create(key="south")
    Rollout.objects.create(team=north, went_live_on=date(2026, 7, 1))
    calls(9, team=north)
    figures.rollup(CALLS, date(2026, 9, 11), answered=10, answered_within=1, team=south)
    figures.evaluation("service_level", "improved")

    page = text(client_for("manager"), f"?team={south.pk}")

    row = row_of(page, "service_level")
    assert "Is the CRM working in South?" in page
    assert "<strong>10.0%</strong>" in row
    assert 'data-verdict="no_baseline"' in row
    assert f'href="/kpis/service_level/?team={south.pk}"' in row
    assert "only for the whole company" in row_of(page, "profit")


def test_an_unknown_team_reads_as_the_company(client_for: ClientFor) -> None:
    assert "Is the CRM working?" in text(client_for("manager"), "?team=99999&show=nonsense")


def test_freshness_says_when_and_what_waits(client_for: ClientFor) -> None:
    figures.finished_run(datetime(2026, 11, 15, 11, 0, tzinfo=UTC))
    Mark.objects.bulk_create([Mark(source=CALLS.number, day=date(2026, 11, 1)) for _ in range(3)])
    figures.evaluation("asa", "worse")

    page = text(client_for("manager"))

    assert "Figures recomputed" in page
    assert "3 changes waiting" in page
    assert "Oct. 31, 2026" in page


def test_figures_are_kept_until_the_next_recompute(client_for: ClientFor) -> None:
    client = client_for("manager")
    figures.finished_run()
    calls(10)
    assert "<strong>80.0%</strong>" in row_of(text(client), "service_level")

    figures.rollup(CALLS, date(2026, 10, 11), answered=100, answered_within=0)
    assert "<strong>80.0%</strong>" in row_of(text(client), "service_level")

    figures.finished_run(NOON + timedelta(minutes=1))
    assert "<strong>40.0%</strong>" in row_of(text(client), "service_level")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    rows: int, client_for: ClientFor, user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    owner = user_for("manager")
    for kpi in ["service_level", "asa", "csat"][:rows]:
        figures.baseline(kpi)
        figures.evaluation(kpi, "improved")
        KpiTarget.objects.create(kpi=kpi, value=Decimal("0.75"), due_on=date(2027, 6, 30), owner=owner)
        Rollout.objects.create(team=TeamFactory.create(), went_live_on=date(2026, 7, 1))
        calls(9, day=1 + Rollout.objects.count())
    client = client_for("manager")

    with django_assert_num_queries(8):
        text(client)


def test_a_company_without_teams_takes_no_more_for_its_own_go_live(
    client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Rollout.objects.create(team=None, went_live_on=date(2026, 7, 1))
    client = client_for("manager")

    with django_assert_num_queries(8):
        text(client)


@pytest.mark.parametrize(
    ("role", "status"), [("sales", 403), ("service", 403), ("manager", 200), ("administrator", 200)]
)
def test_who_may_see_it(role: str, status: int, client_for: ClientFor) -> None:
    assert client_for(role).get(URL).status_code == status


def test_the_stored_verdict_is_superseded_by_a_newer_baseline(client_for: ClientFor) -> None:
    calls(9)
    figures.evaluation("service_level", "no_baseline", change=None, low=None, high=None)
    figures.baseline("service_level")

    row = row_of(text(client_for("manager")), "service_level")

    assert 'data-verdict="too_early"' in row
    assert "the verdict comes with the next evaluation" in row


def test_reasons_are_in_the_readers_language(client_for: ClientFor) -> None:
    calls(9)
    details = {"reasons": [["too_few", {"n_now": "12", "needed": "30"}]]}
    figures.evaluation("service_level", Evaluation.Verdict.TOO_EARLY, details=details, reason="kept in English")

    assert "Only 12 counted since go-live; 30 are needed." in text(client_for("manager"))
