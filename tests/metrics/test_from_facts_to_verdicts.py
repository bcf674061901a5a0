"""Three teams, three truths: from facts through recompute, freeze, scorecard and return, by the commands alone."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Team
from crm.common.days import days_between
from metrics.models import Benefit, CostEntry
from service.models import SurveyAnswer
from tests.factories.accounts import TeamFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
GO_LIVE, AS_OF = date(2025, 1, 1), date(2025, 4, 30)
ANSWERS_A_DAY = 8


@pytest.fixture
def answers() -> None:
    """`better` rises from 60 to 75 % at go-live; `climbing` has gained 1.2 points a month all along and goes on;
    `worse` falls from 80 to 65 %.
    """
    better, climbing, worse = (TeamFactory.create(key=key) for key in ("better", "climbing", "worse"))
    shares: dict[Team, tuple[float, float, float]] = {
        better: (0.60, 0.15, 0.0),
        climbing: (0.50, 0.0, 0.012),
        worse: (0.80, -0.15, 0.0),
    }
    chance = random.Random(20250101)
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(survey="csat", team=team, answered_at=at, score=5 if chance.random() < share else 2)
        for team, (start, step, climb) in shares.items()
        for at, share in _moments(start, step, climb)
    )


def _moments(start: float, step: float, climb: float) -> Iterator[tuple[datetime, float]]:
    for past, day in enumerate(days_between(date(2023, 7, 1), AS_OF)):
        share = start + climb * past / 30.4 + step * (day >= GO_LIVE)
        for hour in range(ANSWERS_A_DAY):
            yield datetime.combine(day, time(8 + hour), tzinfo=UTC), share


def run(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    call_command(*command, "--json")
    return json.loads(capsys.readouterr().out)


def frozen_and_judged(capsys: pytest.CaptureFixture[str]) -> dict[str | None, Any]:
    run(capsys, "recompute")
    for team in ("better", "climbing", "worse"):
        window = ("--from", "2023-07-01", "--to", "2024-12-31", "--go-live", "2025-01-01")
        run(capsys, "baseline", "csat", *window, "--team", team, "--freeze")
    rows = run(capsys, "scorecard", "--as-of", AS_OF.isoformat())["rows"]
    return {row["team"]: row for row in rows if row["kpi"] == "csat"}


def test_each_team_gets_the_verdict_that_is_true(answers: None, capsys: pytest.CaptureFixture[str]) -> None:
    found = frozen_and_judged(capsys)

    assert {team: row["verdict"] for team, row in found.items()} == {
        None: "no_baseline",
        "better": "improved",
        "climbing": "no_evidence",
        "worse": "worse",
    }
    assert found["better"]["low"] < 0.15 < found["better"]["high"]
    assert found["worse"]["low"] < -0.15 < found["worse"]["high"]
    assert found["climbing"]["change"] > 0.1
    assert "The baseline itself was moving by" in found["climbing"]["reason"]
    assert found["better"]["n_current"] == 120 * ANSWERS_A_DAY


def test_the_scorecard_shows_what_was_frozen(answers: None, capsys: pytest.CaptureFixture[str]) -> None:
    row = frozen_and_judged(capsys)["better"]

    window = ("--from", "2023-07-01", "--to", "2024-12-31", "--go-live", "2025-01-01", "--team", "better")
    shown = run(capsys, "baseline", "csat", *window)

    assert row["frozen"] == pytest.approx(shown["value"], abs=1e-9)
    assert (row["baseline_from"], row["baseline_to"]) == ("2023-07-01", "2024-12-31")
    assert row["same_season"] is True
    assert row["chosen_after_go_live"] is True


def test_the_return_counts_what_improved_and_only_claims_the_rest(
    answers: None, capsys: pytest.CaptureFixture[str]
) -> None:
    CostEntry.objects.create(date=GO_LIVE, category="licence", currency="EUR", actual=Decimal(1000))
    for key in ("better", "climbing"):
        Benefit.objects.create(
            name=key,
            hardness="soft",
            kpi="csat",
            team=Team.objects.get(key=key),
            unit_value=Decimal(1),
            yearly_volume=Decimal(100),
        )
    rows = frozen_and_judged(capsys)

    found = run(capsys, "roi", "--as-of", AS_OF.isoformat())

    items = {item["name"]: item for item in found["benefits"]["items"]}
    yearly = rows["better"]["change"] * 100 * 100
    assert float(items["better"]["by_year"][1]) == pytest.approx(yearly, abs=0.01)
    assert (items["climbing"]["proven"], items["climbing"]["verdict"]) == ("0.00", "no_evidence")
    assert float(items["climbing"]["claimed"]) > 1000
    assert found["npv"] == found["cases"]["proven"]["npv"]
    assert float(found["npv"]) < float(found["cases"]["claimed"]["npv"])
