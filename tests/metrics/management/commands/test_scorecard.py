import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from metrics.kpis import get_kpi
from metrics.models import KpiTarget
from tests.conftest import ClientFor
from tests.factories.accounts import UserFactory
from tests.metrics.verdicts.test_evaluating import AS_OF, GO_LIVE, freeze, roll_up, satisfied

pytestmark = pytest.mark.django_db


@pytest.fixture
def improved() -> None:
    kpi = get_kpi("csat")
    freeze(kpi, satisfied(35))
    roll_up(kpi, satisfied(40), first=GO_LIVE, last=AS_OF)
    KpiTarget.objects.create(
        kpi="csat", value=Decimal("0.75"), due_on=AS_OF + timedelta(days=90), owner=UserFactory.create()
    )


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("scorecard", "--as-of", AS_OF.isoformat(), *arguments)
    return capsys.readouterr().out


def row(output: str, kpi: str) -> Any:
    return next(each for each in json.loads(output)["rows"] if each["kpi"] == kpi)


@pytest.mark.parametrize("arguments", [("--json",), ("--format", "json")])
def test_one_line_of_json(improved: None, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    found = row(printed(capsys, *arguments), "csat")

    assert found["verdict"] == "improved"
    assert (found["baseline"], found["current"], found["target"], found["target_met"]) == (
        0.6991111111,
        0.8,
        0.75,
        True,
    )
    assert found["interval"] == [found["low"], found["high"]]
    assert (found["n"], found["n_baseline"], found["n_current"]) == (4500, 4500, 4500)
    assert (found["change_kind"], found["unit"], found["team"]) == ("difference", "share", None)
    assert (found["current_from"], found["current_to"], found["go_live"]) == ("2025-01-01", "2025-03-31", "2025-01-01")
    assert found["same_season"] is True
    assert found["reason"].startswith("From 69.9% to 80.0%")


def test_no_baseline_is_null_never_0(improved: None, capsys: pytest.CaptureFixture[str]) -> None:
    found = row(printed(capsys, "--json"), "service_level")

    assert found["verdict"] == "no_baseline"
    assert [found[key] for key in ("baseline", "change", "interval", "p", "n_baseline")] == [None] * 5


def test_csv_has_a_line_for_each_row(improved: None, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "--format", "csv"))))

    assert {each["kpi"]: each["verdict"] for each in rows}["csat"] == "improved"
    assert next(each for each in rows if each["kpi"] == "aht")["change"] == ""


def test_a_table_for_people(improved: None, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys).splitlines()

    assert lines[0] == f"# Scorecard as of {AS_OF.isoformat()}"
    assert lines[2].startswith("| KPI | Scope | Baseline | Now | Target |")
    assert any(
        line.startswith("| Customer satisfaction | whole company | 69.9% (n = 4500) | 80.0% (n = 4500) | 75.0% |")
        for line in lines
    )
    assert any(line.startswith("| Average handle time |") and "No baseline was frozen" in line for line in lines)


def test_the_keys_of_a_row(improved: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(row(printed(capsys, "--json"), "csat")) == [
        "kpi", "name", "unit", "version", "higher_is_better", "team", "team_name", "channel", "tier", "tier_name",
        "verdict", "verdict_text", "reason", "baseline", "frozen", "current", "target", "target_due", "target_met",
        "change", "change_kind", "low", "high", "p", "p_adjusted", "n_baseline", "n_current", "baseline_from",
        "baseline_to", "go_live", "current_from", "current_to", "same_season", "chosen_after_go_live", "read_out",
        "interval", "n",
    ]  # fmt: skip


def test_files_and_page_speak_of_the_same_lines(
    improved: None, capsys: pytest.CaptureFixture[str], client_for: ClientFor
) -> None:
    of_the_command = {form: printed(capsys, "--format", form) for form in ("csv", "md")}
    client, query = client_for("manager"), f"as_of={AS_OF.isoformat()}"

    exported = client.get(f"/scorecard/export/?{query}").getvalue().decode("utf-8-sig")
    markdown = client.get(f"/scorecard/export/?{query}&format=md").content.decode()

    assert exported.splitlines() == of_the_command["csv"].splitlines()
    assert markdown == of_the_command["md"]
    assert len(client.get(f"/scorecard/?{query}").context["lines"]) == len(exported.splitlines()) - 1
