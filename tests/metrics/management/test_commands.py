"""What scripts rely on: one JSON object, the keys of the contract, the exit codes."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management import call_command, execute_from_command_line

from metrics.engine.recomputing import recompute
from metrics.models import Baseline, KpiTarget, RecomputeRun
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import CallFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> tuple[int, dict[str, Any]]:
        code = 0
        try:
            call_command(*arguments, "--json")
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        (line,) = capsys.readouterr().out.splitlines()
        return code, json.loads(line)

    return call


def test_recompute(run: Any) -> None:
    CallFactory.create(entered_at=AT)
    code, result = run("recompute")
    assert (code, result["days"], result["rows"]) == (0, 1, 1)
    assert run("recompute")[1]["rows"] == 0
    assert run("recompute", "--full")[1]["rows"] == 1
    assert set(result) == {"days", "rows", "seconds"}
    assert list(RecomputeRun.objects.order_by("id").values_list("full", "days", "rows")) == [
        (False, 1, 1),
        (False, 0, 0),
        (True, 1, 1),
    ]


class TestKpi:
    def test_figures_that_time_changes_say_as_of_which_day_they_are_judged(self, run: Any) -> None:
        InvoiceFactory.create(due_on=AT.date(), amount=100, paid_on_time=60)
        recompute(as_of=AT.date())
        _code, found = run("kpi", "on_time_payment")
        assert (found["judged_on"], found["rows"][0]["value"]) == ("2026-03-02", 1)
        _code, card = run("scorecard")
        assert card["figures_judged_on"] == "2026-03-02"

    def test_durations_are_seconds(self, run: Any) -> None:
        CallFactory.create(entered_at=AT, waited_ms=8_500)
        recompute()
        assert run("kpi", "asa", "--by", "day") == (
            0,
            {
                "kpi": "asa",
                "unit": "seconds",
                "version": 1,
                "rows": [{"period": "2026-03-02", "numerator": 8.5, "denominator": 1, "value": 8.5, "n": 1}],
            },
        )

    def test_nps(self, run: Any) -> None:
        for score in (10, 9, 3):
            SurveyAnswerFactory.create(survey="nps", score=score, answered_at=AT)
        recompute()
        (row,) = run("kpi", "nps", "--by", "month")[1]["rows"]
        assert row == {"period": "2026-03", "numerator": 1, "denominator": 3, "value": pytest.approx(100 / 3), "n": 3}

    def test_money_is_a_decimal_string_and_a_sum_has_no_denominator(self, run: Any) -> None:
        OrderFactory.create(placed_at=AT, lines=[("2", "9.99", None)])
        recompute()
        (row,) = run("kpi", "revenue")[1]["rows"]
        assert row == {"period": "total", "numerator": "19.9800", "denominator": None, "value": "19.9800", "n": 1}

    def test_no_data_is_null(self, run: Any) -> None:
        (row,) = run("kpi", "fcr", "--from", "2026-01-01", "--to", "2026-01-31")[1]["rows"]
        assert row == {"period": "total", "numerator": None, "denominator": None, "value": None, "n": 0}

    def test_scope(self, run: Any) -> None:
        CallFactory.create(entered_at=AT, team=TeamFactory.create(key="north"))
        CallFactory.create(entered_at=AT)
        recompute()
        assert run("kpi", "asa", "--team", "north", "--channel", "phone")[1]["rows"][0]["n"] == 1

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            (["speed"], "service_level"),
            (["asa", "--team", "south"], "north"),
            (["asa", "--tier", "plutonium"], "There are"),
            (["asa", "--channel", "fax"], "phone"),
        ],
    )
    def test_what_is_unknown_is_refused_with_what_exists(self, run: Any, arguments: list[str], named: str) -> None:
        TeamFactory.create(key="north")
        code, result = run("kpi", *arguments)
        assert code == 2
        assert named in result["error"]


class TestBaseline:
    WINDOW = ("baseline", "asa", "--from", "2026-01-01", "--to", "2026-03-31", "--go-live")

    def test_shows_then_freezes(self, run: Any) -> None:
        CallFactory.create(entered_at=AT, waited_ms=9_000)
        recompute()
        code, shown = run(*self.WINDOW, "2026-04-01")
        assert (code, shown["frozen"], shown["value"], shown["months"], shown["descriptive"]) == (0, False, 9, 1, True)
        assert not Baseline.objects.exists()
        code, frozen = run(*self.WINDOW, "2026-04-01", "--freeze")
        assert (code, frozen["frozen"], frozen["source_hash"]) == (0, True, shown["source_hash"])
        assert frozen["id"] == Baseline.objects.get().pk
        assert run(*self.WINDOW, "2026-04-01", "--freeze")[0] == 2

    def test_refuses_a_window_that_reaches_go_live(self, run: Any) -> None:
        code, result = run(*self.WINDOW, "2026-03-31")
        assert (code, "before go-live" in result["error"]) == (2, True)


def test_target(run: Any) -> None:
    UserFactory.create(email="lee@firm.example")
    TeamFactory.create(key="north")
    code, result = run(
        "target", "asa", "--value", "15.5", "--due", "2026-12-31", "--owner", "lee@firm.example", "--team", "north"
    )
    made = KpiTarget.objects.get()
    assert (code, result["id"], result["value"], result["team"]) == (0, made.pk, "15.5", "north")
    assert made.due_on == date(2026, 12, 31)
    assert run("target", "csat", "--value", "2", "--due", "2026-12-31", "--owner", "lee@firm.example")[0] == 2
    assert run("target", "asa", "--value", "x", "--due", "2026-12-31", "--owner", "lee@firm.example")[0] == 2


def test_what_cannot_be_is_refused_with_2(run: Any) -> None:
    owner = UserFactory.create().email
    assert run("kpi", "orders", "--from", "2026-02-01", "--to", "2026-01-01") == (
        2, {"error": "--from 2026-02-01 is after --to 2026-01-01."},
    )  # fmt: skip
    for value in ("1e30", "NaN"):
        code, result = run("target", "orders", "--value", value, "--due", "2026-12-31", "--owner", owner)
        assert (code, list(result)) == (2, ["error"])


def test_wrong_arguments_are_told_in_json_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["manage.py", "kpi", "orders", "--from", "2026-13-01", "--json"]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit) as stopped:
        execute_from_command_line(arguments)
    shown = capsys.readouterr()
    assert stopped.value.code == 2
    assert json.loads(shown.out) == {"error": "argument --from: “2026-13-01” is no day of the form YYYY-MM-DD"}
