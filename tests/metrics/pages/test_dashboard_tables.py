"""The cells of a KPI's row, for whoever reads: figures where there are some, and the next step for those who may."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.html import escape

from accounts.models import User
from metrics.kpis import get_kpi
from metrics.models import KpiTarget
from metrics.pages.dashboard import Card
from metrics.pages.dashboard_tables import FAMILY, Reader
from tests.conftest import UserFor
from tests.metrics.pages.test_dashboard import card

NOBODY = Reader(team_id=None, may_freeze=False, may_set=False, may_import=False)
EVERYBODY = Reader(team_id=None, may_freeze=True, may_set=True, may_import=True)
OF_A_TEAM = Reader(team_id=7, may_freeze=True, may_set=True, may_import=True)
NO_DATA = '<span class="text-secondary">–</span>'
MISSING = (("survey_answers", "survey answers"),)


def cell(key: str, of: Card, reader: Reader = NOBODY) -> str:
    (column,) = [each for each in FAMILY.of([of], about=reader).columns if each.key == key]
    return str(column.cell(of))


def target(**fields: Any) -> KpiTarget:
    return KpiTarget(value=Decimal("0.75"), due_on=date(2027, 6, 30), owner=User(name="Ann"), **fields)


class TestReader:
    @pytest.mark.django_db
    def test_may_what_the_role_may(self, user_for: UserFor) -> None:
        assert Reader.of(user_for("manager"), team_id=7) == OF_A_TEAM
        assert Reader.of(user_for("service"), team_id=None) == Reader(
            team_id=None, may_freeze=False, may_set=False, may_import=False
        )

    def test_may_nothing_as_a_visitor(self) -> None:
        assert Reader.of(AnonymousUser(), team_id=None) == NOBODY

    def test_keeps_the_scope_in_links(self) -> None:
        assert (OF_A_TEAM.query, NOBODY.query) == ("?team=7", "")


def test_the_name_leads_to_the_page_in_the_same_scope() -> None:
    assert cell("kpi", card()) == '<a href="/kpis/csat/">Customer satisfaction</a>'
    assert cell("kpi", card(), OF_A_TEAM) == '<a href="/kpis/csat/?team=7">Customer satisfaction</a>'


def test_a_course_is_drawn_where_there_is_data() -> None:
    drawn = cell("spark", card(spark=(Decimal("0.7"), None, Decimal("0.8"))))
    assert "Customer satisfaction by month over two years" in drawn
    assert drawn.startswith("<svg")
    assert cell("spark", card(missing=MISSING)) == NO_DATA


def test_now_says_of_how_many_and_of_which_days() -> None:
    found = cell("now", card(now=Decimal("0.8"), n=1400, now_from=date(2026, 7, 1), now_to=date(2026, 7, 31)))
    assert found == (
        '<strong>80.0%</strong> <span class="cell-note" title="number of things counted, July 1, 2026 – July 31, 2026">'
        "n = 1,400</span>"
    )
    assert 'title="number of things counted"' in cell("now", card(now=Decimal("0.8"), n=0))
    assert cell("now", card()) == "<strong>–</strong>"


class TestBaseline:
    def test_leads_to_its_page(self) -> None:
        found = card(baseline=Decimal("0.7"), baseline_id=12, n_baseline=1000)
        assert cell("baseline", found) == (
            '<a href="/baselines/12/">70.0%</a> <span class="cell-note">n = 1,000</span>'
        )

    @pytest.mark.parametrize(
        ("reader", "step"),
        [
            (NOBODY, ""),
            (EVERYBODY, ' <a class="cell-note" href="/kpis/csat/baseline/">freeze one</a>'),
            (OF_A_TEAM, ' <a class="cell-note" href="/kpis/csat/baseline/?team=7">freeze one</a>'),
        ],
    )
    def test_without_one_those_who_may_freeze_one(self, reader: Reader, step: str) -> None:
        assert cell("baseline", card(), reader) == f'<span class="text-secondary">no baseline</span>{step}'

    def test_there_is_none_to_freeze_without_data_or_of_a_team_that_has_no_figures(self) -> None:
        assert cell("baseline", card(missing=MISSING), EVERYBODY) == NO_DATA
        assert cell("baseline", card(company_only=True), OF_A_TEAM) == NO_DATA


def test_a_change_has_its_interval_below() -> None:
    assert cell("change", card(change=0.1, low=0.05, high=0.15)) == (
        '+10.0\u202fpp <span class="cell-note">+5.0\u202fpp to +15.0\u202fpp</span>'
    )
    assert cell("change", card(change=0.1)) == "+10.0\u202fpp"
    assert cell("change", card()) == "–"


class TestTarget:
    @pytest.mark.parametrize(("now", "state"), [("0.75", "reached"), ("0.74", "due June 30, 2027"), (None, "due June")])
    def test_is_reached_or_due(self, now: str | None, state: str) -> None:
        found = cell("target", card(target=target(), now=None if now is None else Decimal(now)))
        assert found.startswith('<span title="Ann">75.0% <span class="cell-note">')
        assert state in found
        assert ("reached" in found) is (state == "reached")

    def test_without_one_those_who_may_set_one(self) -> None:
        assert cell("target", card(), NOBODY) == NO_DATA
        assert cell("target", card(), OF_A_TEAM) == (
            '<a class="cell-note" href="/kpis/csat/target/?team=7">set one</a>'
        )
        assert cell("target", card(company_only=True), OF_A_TEAM) == NO_DATA


class TestVerdict:
    def test_of_a_team_that_has_no_figures_there_is_none(self) -> None:
        assert cell("verdict", card(company_only=True, reason="x"), OF_A_TEAM) == (
            '<span class="text-secondary">only for the whole company</span>'
        )

    def test_opens_to_its_reason_which_is_no_markup(self) -> None:
        found = cell("verdict", card("worse", reason="<b>Slow</b>"))
        assert 'data-verdict="worse"' in found
        assert found.endswith('</summary><p class="cell-reason">&lt;b&gt;Slow&lt;/b&gt;</p></details>')

    def test_a_caution_says_what_the_kpi_trades_against(self) -> None:
        good, plain = (card("improved", caution=caution, kpi=get_kpi("fcr")) for caution in ("At a price.", ""))
        assert "At a price." in cell("verdict", good)
        assert "Solving it at once takes longer calls." in cell("verdict", good)
        assert "Solving it at once takes longer calls." not in cell("verdict", plain)
        assert [FAMILY.attributes and FAMILY.attributes(each) for each in (good, plain)] == [
            {"id": "kpi-fcr", "class": "kpi-caution"}, {"id": "kpi-fcr", "class": ""},
        ]  # fmt: skip

    def test_a_caution_without_a_known_trade_off_stands_alone(self) -> None:
        found = cell("verdict", card("improved", caution="At a price.", kpi=get_kpi("gross_profit")))
        assert (found.count("cell-reason"), "At a price." in found) == (1, True)

    def test_without_data_it_says_what_is_missing_and_leads_those_who_may_to_the_import(self) -> None:
        missing = (*MISSING, ("calls", "calls"))
        found = cell("verdict", card(missing=missing), EVERYBODY)
        assert f"Made of: {escape(get_kpi('csat').data_source)}" in found
        assert (
            '<a href="/imports/new/?kind=survey_answers">Import survey answers</a>, '
            '<a href="/imports/new/?kind=calls">Import calls</a>' in found
        )
        assert "Import" not in cell("verdict", card(missing=missing), NOBODY)
        assert "Made of:" not in cell("verdict", card(), EVERYBODY)
