"""What a card of the dashboard says by itself, and what the dashboard makes of its cards."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.access import OPERATOR
from metrics.engine.scope import COMPANY, Scope
from metrics.kpis import get_kpi
from metrics.kpis.catalogue import MAIN
from metrics.models import Evaluation, KpiTarget, Mark
from metrics.pages import dashboard as page
from metrics.pages.dashboard import GROUPS, Card, Count, Dashboard, Family, Freshness, dashboard
from tests.factories.accounts import TeamFactory
from tests.metrics import figures

CSAT, ASA = get_kpi("csat"), get_kpi("asa")
TODAY = date(2026, 11, 15)


def card(verdict: str = "no_data", **fields: Any) -> Card:
    nothing = dict.fromkeys(
        ("now", "n", "now_from", "now_to", "baseline", "baseline_id", "n_baseline", "target", "change", "low", "high",
         "go_live")
    )  # fmt: skip
    return Card(**{"kpi": CSAT, "verdict": verdict, "reason": "", "spark": (), **nothing, **fields})


def test_every_verdict_is_counted_in_one_group() -> None:
    assert sorted(verdict for verdicts in GROUPS.values() for verdict in verdicts) == sorted(Evaluation.Verdict.values)


@pytest.mark.parametrize(
    ("verdict", "group"),
    [
        ("improved", "improved"),
        ("worse", "worse"),
        ("no_evidence", "not-proven"),
        ("not_attributable", "not-proven"),
        ("too_early", "too-early"),
        ("no_baseline", "no-baseline"),
        ("no_data", "no-data"),
    ],
)
def test_the_group_of_a_verdict(verdict: str, group: str) -> None:
    assert card(verdict).group == group


@pytest.mark.parametrize(
    ("kpi", "now", "target", "reached"),
    [
        (CSAT, "0.8", "0.8", True),
        (CSAT, "0.9", "0.8", True),
        (CSAT, "0.7", "0.8", False),
        (CSAT, "0", "0", True),
        (CSAT, None, "0.8", None),
        (CSAT, "0.8", None, None),
        (ASA, "20", "20", True),
        (ASA, "19", "20", True),
        (ASA, "21", "20", False),
    ],
)
def test_a_target_is_reached_from_its_side(kpi: Any, now: str | None, target: str | None, reached: bool | None) -> None:
    found = card(
        kpi=kpi,
        now=None if now is None else Decimal(now),
        target=None if target is None else KpiTarget(value=Decimal(target)),
    )

    assert found.target_reached is reached


@pytest.mark.parametrize(("waiting", "many"), [(0, False), (10_000, False), (10_001, True)])
def test_many_marks(waiting: int, many: bool) -> None:
    assert Freshness(run=None, waiting=waiting, judged_on=None).many is many


@pytest.mark.parametrize(
    ("verdicts", "empty"),
    [([], True), (["no_data"], True), (["no_data", "no_baseline"], False), (["improved"], False)],
)
def test_it_is_empty_where_nothing_has_data(verdicts: list[str], empty: bool) -> None:
    family = Family(key="a", name="A", cards=tuple(card(verdict) for verdict in verdicts))
    freshness = Freshness(run=None, waiting=0, judged_on=None)

    assert Dashboard(families=(family,), score=(), ledgers=(), freshness=freshness).is_empty is empty


@pytest.mark.django_db
class TestDashboard:
    def read(self, scope: Scope = COMPANY, show: str = "") -> Dashboard:
        return dashboard(OPERATOR, scope=scope, teams=[], today=TODAY, show=show)

    def cards(self, scope: Scope = COMPANY) -> dict[str, Card]:
        return {card.kpi.key: card for family in self.read(scope).families for card in family.cards}

    def test_of_an_empty_database_has_every_main_kpi_without_data(self) -> None:
        found = self.read()

        assert found.is_empty
        assert [family.key for family in found.families] == [
            "satisfaction", "call-centre", "transactions", "business", "data",
        ]  # fmt: skip
        assert {card.kpi.key for family in found.families for card in family.cards} == {kpi.key for kpi in MAIN}
        assert found.score == (Count(group="no-data", count=len(MAIN), words=f"{len(MAIN)} without data"),)
        assert (found.ledgers, found.freshness) == ((), Freshness(run=None, waiting=0, judged_on=None))

    def test_keeps_the_group_that_is_asked_for_and_counts_all(self) -> None:
        figures.baseline("csat")
        figures.evaluation("csat", "improved")

        kept, none = self.read(show="improved"), self.read(show="worse")

        assert [[card.kpi.key for card in family.cards] for family in kept.families] == [["csat"]]
        assert none.families == ()
        assert kept.score == none.score
        assert [(count.group, count.words) for count in kept.score] == [
            ("improved", "1 improved"),
            ("no-data", f"{len(MAIN) - 1} without data"),
        ]
        assert kept.freshness.judged_on == date(2026, 10, 31)

    def test_a_card_without_a_verdict_has_the_latest_month(self) -> None:
        for month in (1, 2):
            figures.rollup(CSAT.source, date(2026, month, 10), csat_satisfied=month, csat_answers=4)

        found = self.cards()["csat"]

        assert (found.verdict, found.now, found.n) == ("no_baseline", Decimal("0.5"), 4)
        assert (found.now_from, found.now_to) == (date(2026, 2, 1), date(2026, 2, 28))
        assert (len(found.spark), found.spark[-10:-8], found.missing) == (25, (Decimal("0.5"), None), ())

    def test_a_sum_is_drawn_without_the_month_that_is_running(self) -> None:
        assert len(self.cards()["orders"].spark) == 24

    def test_go_live_is_the_month_it_fell_in_unless_before_all_that_are_drawn(self) -> None:
        figures.baseline("csat")
        figures.baseline("nps", window_from=date(2020, 1, 1), window_to=date(2020, 2, 1), go_live_on=date(2020, 3, 1))
        cards = self.cards()

        assert (cards["csat"].go_live, cards["nps"].go_live, cards["asa"].go_live) == (20, None, None)

    def test_a_team_is_told_what_only_the_company_has(self) -> None:
        team = TeamFactory.create()

        assert not any(card.company_only for card in self.cards().values())
        assert {key for key, card in self.cards(Scope(team_id=team.pk)).items() if card.company_only} == {
            "operating_cost_ratio",
            "profit",
        }

    def test_marks_are_counted_up_to_one_more_than_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(page, "MANY_MARKS", 2)
        Mark.objects.bulk_create(Mark(source=1, day=TODAY) for _ in range(5))

        assert (self.read().freshness.waiting, self.read().freshness.many) == (3, True)

    def test_what_got_better_at_the_price_of_another_says_so(self) -> None:
        for kpi, verdict in (("csat", "improved"), ("operating_cost_ratio", "worse"), ("nps", "no_evidence")):
            figures.baseline(kpi)
            figures.evaluation(kpi, verdict)
        cards = self.cards()

        assert cards["csat"].caution == "At a price: Operating cost ratio got worse."
        assert (cards["nps"].caution, cards["operating_cost_ratio"].caution) == ("", "")
