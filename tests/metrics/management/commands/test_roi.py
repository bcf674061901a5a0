import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from metrics.models import Benefit, CostEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def forrester() -> None:
    """Forrester's Total Economic Impact case, the first payment planned and paid."""
    days = (date(2024, 1, 1), date(2024, 12, 31), date(2025, 12, 31), date(2026, 12, 31))
    for day, amount in zip(days, ("53150", "666715", "636772", "647783"), strict=True):
        CostEntry.objects.create(date=day, category="licence", currency="EUR", planned=Decimal(amount))
    CostEntry.objects.filter(date=days[0]).update(actual=Decimal(53150))
    amounts = [{"year": 1, "amount": "1606511"}, {"year": 2, "amount": "3061331"}, {"year": 3, "amount": "4229760"}]
    Benefit.objects.create(name="all", hardness="hard", amounts=amounts, evidence="the case")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    call_command("roi", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_the_forrester_case_as_json(forrester: None, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "--as-of", "2026-12-31")

    assert (found["pv_cost"], found["pv_benefit"], found["npv"]) == ("1672201.35", "7168371.46", "5496170.11")
    assert (found["roi"], found["roi_percent"]) == (3.286787, 328.68)
    assert found["payback_years"] == 0.056555
    assert found["years"] == [0, 1, 2, 3]
    assert found["rate"] == "0.10"


def test_costs_and_benefits_as_json(forrester: None, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "--as-of", "2026-12-31")

    assert found["tco"]["total"] == "2004420.00"
    assert (found["tco"]["planned"], found["tco"]["actual"], found["tco"]["overrun"]) == (
        "2004420.00",
        "53150.00",
        "0.00",
    )
    assert [line["category"] for line in found["tco"]["by_category"]] == ["licence"]
    assert found["tco"]["by_year"] == ["53150.00", "666715.00", "636772.00", "647783.00"]
    assert found["benefits"]["hard"]["proven"] == "8897602.00"
    assert found["benefits"]["soft"] == {
        "proven": "0.00",
        "low": "0.00",
        "high": "0.00",
        "claimed": "0.00",
        "by_year": ["0.00"] * 4,
    }
    assert found["benefits"]["items"][0]["kpi"] is None
    assert set(found["cases"]) == {"proven", "low", "high", "hard", "claimed"}


def test_another_rate(forrester: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "--rate", "0")["pv_cost"] == "2004420.00"


@pytest.mark.parametrize("rate", ["ten", "-0.1", "10"])
def test_a_rate_that_is_none_is_refused(rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        call_command("roi", "--rate", rate, "--json")

    assert stopped.value.code == 2
    assert rate in json.loads(capsys.readouterr().out)["error"]


def test_nothing_entered_is_null_not_0(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys)

    assert (found["roi"], found["irr"], found["payback_years"]) == (None, None, None)


def test_for_people(forrester: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("roi", "--as-of", "2026-12-31")

    assert "npv: 5496170.11" in capsys.readouterr().out
