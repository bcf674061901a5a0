from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from accounts.models import Team
from crm.common.days import days_between, month_end, month_start, today
from metrics.engine.definitions import Definition
from metrics.engine.recomputing import recompute
from metrics.engine.rules import USUAL
from metrics.goals.other_changes import record_other_change, withdraw_other_change
from metrics.kpis import CATALOGUE, Kpi, get_kpi
from metrics.models import Baseline, DriftCheck, Evaluation, KpiTarget, OtherChange, RecomputeRun, Rollup
from metrics.verdicts.evaluating import evaluate, evaluate_when_due, is_due
from metrics.verdicts.reading import settling_days
from tests.conftest import NOON
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.service import SurveyAnswerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """From noon of 15 November 2026 on the clock goes: what is written later is newer."""
    with time_machine.travel(NOON):
        yield


FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
GO_LIVE, AS_OF = date(2025, 1, 1), date(2025, 3, 31)
ByDay = Callable[[date], dict[str, int]]


def roll_up(kpi: Kpi, make: ByDay, *, first: date, last: date, team: Team | None = None) -> None:
    """The cells a recompute would have left: components of the KPI's source by day."""
    names = list(kpi.source.positions)
    Rollup.objects.bulk_create(
        Rollup(
            source=kpi.source.number,
            version=Definition(kpi.source, USUAL).version,
            day=day,
            team_id=team.pk if team else 0,
            sums=[made.get(name, 0) for name in names],
        )
        for day in days_between(first, last)
        if (made := make(day))
    )


def freeze(kpi: Kpi, make: ByDay, *, first: date = FIRST, last: date = LAST, **fields: Any) -> Baseline:
    """A baseline with the series and days that `make` gives, in plain counts."""
    days = [_entry(kpi, day.isoformat(), make(day)) for day in days_between(first, last) if make(day)]
    months: dict[str, list[dict[str, Any]]] = {}
    for entry in days:
        months.setdefault(entry["period"][:7], []).append(entry)
    sums: dict[str, int] = {}
    for day in days_between(first, last):
        for name, value in make(day).items():
            sums[name] = sums.get(name, 0) + value
    total = _entry(kpi, "total", sums)
    return Baseline.objects.create(
        kpi=kpi.key,
        version=fields.pop("version", kpi.version),
        window_from=first,
        window_to=last,
        go_live_on=fields.pop("go_live_on", GO_LIVE),
        numerator=total["numerator"],
        denominator=total["denominator"],
        value=Decimal(total["numerator"]) / (total["denominator"] or 1),
        n=total["n"],
        components=sums,
        series=[_merged(month, entries) for month, entries in months.items()],
        days=days,
        source_hash="",
        chosen_after_go_live=fields.pop("chosen_after_go_live", False),
        **fields,
    )


def _entry(kpi: Kpi, period: str, made: dict[str, int]) -> dict[str, Any]:
    def total(terms: Any) -> int:
        return sum(sign * made.get(name, 0) for name, sign in terms.items())

    denominator = None if kpi.denominator_terms is None else total(kpi.denominator_terms)
    return {
        "period": period,
        "numerator": total(kpi.numerator_terms),
        "denominator": denominator,
        "n": total(kpi.n_terms),
    }


def _merged(month: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    sums = {name: sum(entry[name] or 0 for entry in entries) for name in ("numerator", "denominator", "n")}
    return {"period": month, **sums}


def satisfied(count: int) -> ByDay:
    """Of fifty answers a day, give or take two."""
    return lambda day: {"csat_answers": 50, "csat_satisfied": count + (-2, 2)[day.toordinal() % 2]}


def judged(key: str = "csat", **scope: Any) -> Evaluation:
    evaluate(as_of=AS_OF)
    return Evaluation.objects.get(kpi=key, as_of=AS_OF, **{"team": None, **scope})


def test_every_kpi_is_judged_and_without_baseline_says_so() -> None:
    found = evaluate(as_of=AS_OF)

    assert {each.kpi for each in found} == {kpi.key for kpi in CATALOGUE.values() if not kpi.variant_of}
    assert {each.verdict for each in found} == {"no_baseline"}
    assert {(each.baseline_value, each.change, each.p) for each in found} == {(None, None, None)}


def test_from_frozen_baseline_and_rollups_to_improved() -> None:
    kpi = get_kpi("csat")
    baseline = freeze(kpi, satisfied(35))
    roll_up(kpi, satisfied(40), first=GO_LIVE, last=AS_OF)

    found = judged()

    assert (found.verdict, found.baseline) == ("improved", baseline)
    assert (found.baseline_value, found.current_value) == (Decimal("0.6991111111"), Decimal("0.8000000000"))
    assert (found.n_baseline, found.n_current) == (4500, 4500)
    assert (found.current_from, found.current_to) == (GO_LIVE, AS_OF)
    assert found.change == pytest.approx(0.8 - 0.6991111111)
    assert found.low is not None
    assert found.high is not None
    assert 0.08 < found.low < 0.1 < found.high < 0.12
    assert found.p == found.p_adjusted
    assert found.reason.startswith("From 69.9% to 80.0%: a change of +10.1 pp")
    assert found.details["read_out"] is True


def test_days_after_the_day_asked_for_do_not_count() -> None:
    kpi = get_kpi("csat")
    freeze(kpi, satisfied(35))
    roll_up(kpi, satisfied(40), first=GO_LIVE, last=AS_OF + timedelta(days=40))

    assert judged().n_current == 4500


def test_judging_twice_replaces_and_leaves_nothing_behind() -> None:
    kpi = get_kpi("csat")
    roll_up(kpi, satisfied(40), first=GO_LIVE, last=AS_OF)
    first = {each.pk for each in evaluate(as_of=AS_OF)}
    team_row = Evaluation.objects.create(
        kpi="csat", as_of=AS_OF, team=TeamFactory.create(), verdict="no_data", reason=""
    )
    freeze(kpi, satisfied(35))

    second = {each.pk for each in evaluate(as_of=AS_OF)}

    assert first == second
    assert not Evaluation.objects.filter(pk=team_row.pk).exists()
    assert Evaluation.objects.get(kpi="csat").verdict == "improved"


def test_other_days_verdicts_stay() -> None:
    evaluate(as_of=AS_OF)
    evaluate(as_of=AS_OF + timedelta(days=1))

    assert Evaluation.objects.filter(kpi="csat").count() == 2


def test_a_team_is_judged_on_its_own_figures() -> None:
    kpi, north, south = get_kpi("csat"), TeamFactory.create(), TeamFactory.create()
    freeze(kpi, satisfied(35), team=north)
    freeze(kpi, satisfied(35), team=south)
    roll_up(kpi, satisfied(40), first=GO_LIVE, last=AS_OF, team=north)
    roll_up(kpi, satisfied(35), first=GO_LIVE, last=AS_OF, team=south)

    assert judged(team=north).verdict == "improved"
    assert judged(team=south).verdict == "no_evidence"
    assert judged().verdict == "no_baseline"


def test_promoters_and_detractors_come_from_the_components() -> None:
    def answers(promoters: int) -> ByDay:
        return lambda day: {
            "nps_answers": 20,
            "nps_promoters": promoters + day.toordinal() % 2,
            "nps_detractors": 4,
        }

    kpi = get_kpi("nps")
    freeze(kpi, answers(8))
    roll_up(kpi, answers(12), first=GO_LIVE, last=AS_OF)

    found = judged("nps")

    assert found.verdict == "improved"
    assert found.change == pytest.approx(20.0, abs=0.2)


def test_durations_are_judged_as_a_ratio() -> None:
    def handled(seconds: int) -> ByDay:
        return lambda day: {"ended": 100, "talk": 100_000 * (seconds + day.toordinal() % 5)}

    kpi = get_kpi("aht")
    freeze(kpi, lambda day: {"ended": 100, "talk": 100 * (200 + day.toordinal() % 5)})
    roll_up(kpi, handled(150), first=GO_LIVE, last=AS_OF)

    found = judged("aht")

    assert (found.verdict, found.details["is_ratio"]) == ("improved", True)
    assert found.change == pytest.approx(152 / 202, abs=0.002)


def test_issues_leave_out_the_days_on_which_contacts_may_still_follow() -> None:
    kpi = get_kpi("fcr")
    freeze(kpi, lambda day: {"issues": 20, "solved_at_once": 14 + day.toordinal() % 2, "contacts": 26})
    roll_up(kpi, lambda _day: {"issues": 20, "solved_at_once": 15, "contacts": 25}, first=GO_LIVE, last=AS_OF)

    found = judged("fcr")

    assert settling_days(kpi) == 21
    assert found.current_to == date(2025, 3, 10)
    assert "The last 21 days are left out" in found.reason


def test_a_share_of_amounts_is_judged_with_its_invoices_as_n() -> None:
    """Ten thousand euros a day are five invoices, not ten thousand observations."""

    def due(on_time: int) -> ByDay:
        return lambda day: {
            "invoices": 5,
            "due": 100_000_000,
            "paid_on_time": 1_000_000 * (on_time + (-8, 0, 8)[day.toordinal() % 3]),
        }

    kpi = get_kpi("on_time_payment")
    freeze(kpi, due(70))
    roll_up(kpi, due(82), first=GO_LIVE, last=AS_OF)

    found = judged("on_time_payment")

    assert (found.verdict, found.n_baseline, found.n_current) == ("improved", 450, 450)
    assert found.change == pytest.approx(0.12, abs=0.002)
    assert found.low is not None
    assert found.low < 0.08


def test_the_ledger_speaks_of_whole_delivered_months_and_is_not_guessed_at() -> None:
    kpi = get_kpi("operating_cost_ratio")

    def ledger(cost: int) -> ByDay:
        return lambda day: (
            {"months": 1, "ledger_revenue": 1000, "operating_cost": cost} if day == month_start(day) else {}
        )

    freeze(kpi, ledger(300))
    roll_up(kpi, ledger(250), first=GO_LIVE, last=date(2025, 2, 28))

    found = judged("operating_cost_ratio")

    assert (found.current_from, found.current_to) == (GO_LIVE, month_end(date(2025, 2, 1)))
    assert (found.verdict, found.current_value) == ("no_evidence", Decimal("0.25"))
    assert (found.n_baseline, found.n_current) == (2, 2)
    assert "a method for series" in found.reason


@pytest.mark.parametrize(
    ("change", "attributable"),
    [
        ({"happened_from": date(2024, 12, 20), "happened_to": date(2025, 1, 5)}, False),
        ({"happened_from": date(2025, 2, 10), "happened_to": date(2025, 2, 12)}, True),
        ({"happened_from": date(2025, 2, 10), "happened_to": None}, False),
        ({"happened_from": date(2024, 6, 1), "happened_to": None}, False),
        ({"happened_from": date(2023, 6, 1), "happened_to": None}, True),
        ({"happened_from": date(2025, 4, 1), "happened_to": None}, True),
        ({"happened_from": GO_LIVE, "happened_to": None, "kpis": ["csat", "nps"]}, False),
        ({"happened_from": GO_LIVE, "happened_to": None, "kpis": ["aht"]}, True),
    ],
)
def test_what_else_changed_around_go_live(change: dict[str, Any], attributable: bool) -> None:
    kpi = get_kpi("csat")
    freeze(kpi, satisfied(35))
    roll_up(kpi, satisfied(40), first=GO_LIVE, last=AS_OF)
    OtherChange.objects.create(what="price rise", **change)

    found = judged()

    assert found.verdict == ("improved" if attributable else "not_attributable")
    assert ("price rise" in found.reason) is not attributable


def test_a_change_in_one_team_touches_it_and_the_whole_not_another_team() -> None:
    kpi, north, south = get_kpi("csat"), TeamFactory.create(), TeamFactory.create()
    for team in (None, north, south):
        freeze(kpi, satisfied(35), team=team)
    for team in (north, south):
        roll_up(kpi, satisfied(40), first=GO_LIVE, last=AS_OF, team=team)
    OtherChange.objects.create(what="strike", happened_from=GO_LIVE, team=north)

    assert judged(team=north).verdict == "not_attributable"
    assert judged().verdict == "not_attributable"
    assert judged(team=south).verdict == "improved"


def test_a_baseline_of_another_definition_does_not_count() -> None:
    kpi = get_kpi("csat")
    freeze(kpi, satisfied(35), version=kpi.version + 1)
    roll_up(kpi, satisfied(40), first=GO_LIVE, last=AS_OF)

    found = judged()

    assert (found.verdict, found.change) == ("no_baseline", None)
    assert f"version {kpi.version + 1} of the definition" in found.reason


def test_a_window_chosen_before_go_live_goes_before_one_chosen_after() -> None:
    kpi = get_kpi("csat")
    honest = freeze(kpi, satisfied(35))
    freeze(kpi, satisfied(20), first=FIRST + timedelta(days=1), chosen_after_go_live=True)
    roll_up(kpi, satisfied(35), first=GO_LIVE, last=AS_OF)

    found = judged()

    assert (found.baseline, found.verdict) == (honest, "no_evidence")


def test_the_newest_target_is_in_force() -> None:
    owner = UserFactory.create()
    KpiTarget.objects.create(kpi="csat", value=Decimal("0.7"), due_on=AS_OF, owner=owner)
    newest = KpiTarget.objects.create(kpi="csat", value=Decimal("0.8"), due_on=AS_OF, owner=owner)

    assert judged().target == newest


def test_a_target_alone_puts_its_scope_on_the_scorecard() -> None:
    team = TeamFactory.create()
    KpiTarget.objects.create(kpi="csat", value=Decimal("0.7"), due_on=AS_OF, owner=UserFactory.create(), team=team)

    assert judged(team=team).verdict == "no_baseline"


def test_today_is_not_over_and_so_not_in() -> None:
    kpi, now = get_kpi("csat"), today()
    freeze(
        kpi,
        satisfied(35),
        first=now - timedelta(days=500),
        last=now - timedelta(days=61),
        go_live_on=now - timedelta(days=60),
    )
    roll_up(kpi, satisfied(40), first=now - timedelta(days=60), last=now)

    evaluate(as_of=now)
    found = Evaluation.objects.get(kpi="csat", team=None)

    assert (found.as_of, found.current_to, found.n_current) == (now, now - timedelta(days=1), 3000)


def test_verdicts_are_due_once_a_day_and_when_something_they_rest_on_is_newer() -> None:
    assert len(evaluate_when_due(as_of=AS_OF)) > 10
    assert evaluate_when_due(as_of=AS_OF) == []
    assert is_due(as_of=AS_OF + timedelta(days=1))

    freeze(get_kpi("csat"), satisfied(35))
    assert is_due(as_of=AS_OF)


def test_verdicts_stamped_while_the_clock_was_ahead_are_due() -> None:
    evaluate(as_of=AS_OF)
    assert not is_due(as_of=AS_OF)
    Evaluation.objects.update(evaluated_at=NOON + timedelta(days=1))
    assert is_due(as_of=AS_OF)


def test_a_recompute_that_changed_nothing_makes_no_verdict_due() -> None:
    evaluate(as_of=AS_OF)
    now = NOON + timedelta(minutes=1)

    RecomputeRun.objects.create(started_at=now, finished_at=now, rows=0)
    assert not is_due(as_of=AS_OF)

    RecomputeRun.objects.create(started_at=now, finished_at=now, rows=1)
    assert is_due(as_of=AS_OF)


def test_a_new_target_makes_verdicts_due() -> None:
    evaluate(as_of=AS_OF)

    KpiTarget.objects.create(kpi="csat", value=Decimal("0.7"), due_on=AS_OF, owner=UserFactory.create())

    assert is_due(as_of=AS_OF)


class TestTheRegister:
    @pytest.fixture
    def entry(self) -> OtherChange:
        return record_other_change(change=OtherChange(what="Strike", happened_from=GO_LIVE))

    def test_a_new_entry_makes_verdicts_due(self) -> None:
        evaluate(as_of=AS_OF)
        record_other_change(change=OtherChange(what="Strike", happened_from=GO_LIVE))
        assert is_due(as_of=AS_OF)
        evaluate(as_of=AS_OF)
        assert not is_due(as_of=AS_OF)

    def test_so_does_a_changed_one(self, entry: OtherChange) -> None:
        evaluate(as_of=AS_OF)
        assert not is_due(as_of=AS_OF)
        entry.kpis = ["csat"]
        record_other_change(change=entry)
        assert is_due(as_of=AS_OF)

    def test_so_does_one_that_is_withdrawn(self, entry: OtherChange) -> None:
        evaluate(as_of=AS_OF)
        withdraw_other_change(change=entry)
        assert is_due(as_of=AS_OF)


def test_what_is_found_of_the_source_data_of_a_baseline_is_said_and_makes_verdicts_due() -> None:
    baseline = freeze(get_kpi("csat"), satisfied(35))
    roll_up(get_kpi("csat"), satisfied(40), first=GO_LIVE, last=AS_OF)
    check = DriftCheck.objects.create(baseline=baseline, version=baseline.version)
    caution = "The source data of the baseline window were changed after it was frozen"
    for changed in (False, True, False):
        DriftCheck.objects.filter(pk=check.pk).update(changed=changed)
        assert is_due(as_of=AS_OF)
        assert (judged().verdict, caution in judged().reason) == ("improved", changed)
        assert not is_due(as_of=AS_OF)


def test_figures_that_went_away_make_verdicts_due() -> None:
    answer = SurveyAnswerFactory.create(survey="csat", score=5, answered_at=datetime(2025, 1, 7, tzinfo=UTC))
    recompute()
    evaluate(as_of=AS_OF)
    answer.delete()
    recompute(full=True)
    assert is_due(as_of=AS_OF)


def test_the_stored_reason_is_english_whoever_asks() -> None:
    with override("zh-hans"):
        found = judged()

    assert found.reason == "No baseline was frozen before go-live, so there is nothing to judge by."


def test_the_queries_do_not_grow_with_the_scopes(django_assert_max_num_queries: Any) -> None:
    kpi = get_kpi("csat")
    freeze(kpi, satisfied(35))
    evaluate(as_of=AS_OF)

    with django_assert_max_num_queries(14):
        evaluate(as_of=AS_OF)
