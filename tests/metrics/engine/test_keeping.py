"""A rule changes: its figures are never empty, are named while they follow, and end as a fresh computation has them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils.translation import override

from customers.models import Call
from metrics.engine import clock, issues, keeping, known, shown
from metrics.engine.changing_rules import change_rules
from metrics.engine.checking import check_figures
from metrics.engine.definitions import Definition
from metrics.engine.recomputing import (
    Tally,
    definitions,
    months_to_rebuild,
    rebuild_month,
    rebuild_months,
    recompute,
    recompute_marked,
)  # fmt: skip
from metrics.engine.rules import USUAL
from metrics.engine.series import points
from metrics.kpis import get_kpi
from metrics.kpis.calls import CALLS
from metrics.kpis.issues import ISSUES
from metrics.kpis.trade import INVOICES
from metrics.models import Clock, Issue, Mark, Rollup, RollupVersion
from tests.beginnings import MadeOnce
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.telephony import CallFactory
from tests.factories.trade import InvoiceFactory
from tests.metrics import truth

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
MONTHS = [datetime(2026, month, 2, 9, tzinfo=UTC) for month in (1, 2, 3)]
WITHIN = {seconds: {**USUAL, "answer_within_s": seconds} for seconds in (20, 30, 40)}
DAY_WINDOW = {**USUAL, "repeat_window_hours": 24}
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)


def call(at: datetime, *, seconds: int) -> Call:
    return CallFactory.create(entered_at=at, outcome="answered", waited_ms=seconds * 1000, talk_ms=60_000)


@pytest.fixture(scope="module", autouse=True)
def calls(made_once_for_the_module: MadeOnce) -> None:
    made_once_for_the_module(three_months)


def three_months() -> None:
    """In each one call answered after 10, 25 and 35 seconds: T = 20 gives 1/3, 30 gives 2/3, 40 all."""
    for at in MONTHS:
        for seconds in (10, 25, 35):
            call(at, seconds=seconds)
    recompute()


def service_level() -> Decimal | None:
    (point,) = points(kpi=get_kpi("service_level"), first=None, last=None)
    return None if point.value is None else round(point.value, 3)


def set_rules(values: Mapping[str, int]) -> None:
    """As another process sees it a moment later."""
    change_rules(values=values, reason="so", by=None)
    known.refresh()


def notes(*kpis: str) -> list[str]:
    return shown.notes([get_kpi(key) for key in kpis or ("service_level", "asa")])


def kept(source: int = CALLS.number) -> dict[int, int]:
    """Seconds of T → rows of rollups, of the versions that are kept and not going."""
    rows = RollupVersion.objects.filter(source=source, going=False)
    return {row.rules["answer_within_s"]: Rollup.objects.filter(version=row.version).count() for row in rows}


def build_one_month() -> None:
    """What a recompute does until it is killed between two months."""
    (definition,) = definitions([CALLS])
    keeping.open_version(definition)
    rebuild_month(months_to_rebuild(definition)[0], wait=True, tally=Tally())


ONE_THIRD, TWO_THIRDS, ALL = Decimal("0.333"), Decimal("0.667"), Decimal(1)
THE_NOTE = (
    "Being recomputed by changed rules: Service level. Shown meanwhile by the rules before: "
    "A call counts as answered in time within 20 seconds, from now on 30."
)


class TestUntilTheNewFiguresAreWhole:
    def test_those_by_the_rule_before_are_shown_and_named(self) -> None:
        version = get_kpi("service_level").version
        assert (service_level(), notes()) == (ONE_THIRD, [])

        set_rules(WITHIN[30])
        assert (service_level(), notes()) == (ONE_THIRD, [THE_NOTE])
        build_one_month()
        known.refresh()
        assert (service_level(), notes()) == (ONE_THIRD, [THE_NOTE])
        assert get_kpi("service_level").version == version

        recompute()
        assert (service_level(), notes()) == (TWO_THIRDS, [])
        assert get_kpi("service_level").version != version

    def test_it_is_said_in_the_readers_language(self) -> None:
        set_rules(WITHIN[30])
        with override("zh-hans"):
            (note,) = notes()
        assert note.startswith("正在按更改后的规则重新计算")

    def test_the_definition_is_the_one_in_force(self) -> None:
        set_rules(WITHIN[30])
        assert "30 s" in str(get_kpi("service_level").formula)

    def test_changes_of_facts_reach_the_figures_shown_and_those_to_come(self) -> None:
        set_rules(WITHIN[30])
        build_one_month()
        call(MONTHS[0], seconds=5)
        call(MONTHS[2], seconds=25)
        (definition,) = definitions([CALLS])
        recompute_marked(definition, tally=Tally())
        assert service_level() == round(Decimal(4) / 11, 3)
        recompute()
        assert service_level() == round(Decimal(8) / 11, 3)
        assert not Mark.objects.exists()

    def test_the_nightly_check_leaves_alone_what_is_not_whole(self) -> None:
        set_rules(WITHIN[30])
        build_one_month()
        assert check_figures() == []
        recompute()
        assert check_figures() == []


class TestChangedBack:
    def test_while_they_are_rebuilt_nothing_has_to_be_done(self) -> None:
        set_rules(WITHIN[30])
        build_one_month()
        set_rules(WITHIN[20])
        assert (service_level(), notes()) == (ONE_THIRD, [])
        recompute()
        assert (service_level(), kept()) == (ONE_THIRD, {20: 3})
        assert not Mark.objects.exists()

    def test_soon_afterwards_they_are_there_at_once_with_what_changed_meanwhile(self) -> None:
        set_rules(WITHIN[30])
        recompute()
        call(MONTHS[1], seconds=5)
        recompute()
        set_rules(WITHIN[20])
        assert (service_level(), notes()) == (Decimal("0.4"), [])
        recompute()
        assert (service_level(), kept()) == (Decimal("0.4"), {20: 3, 30: 3})

    def test_later_the_others_are_shown_until_they_are_built_again(self) -> None:
        set_rules(WITHIN[30])
        recompute()
        with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
            recompute()
            assert kept() == {30: 3}
            assert Rollup.objects.filter(source=CALLS.number).count() == 3
            set_rules(WITHIN[20])
            assert service_level() == TWO_THIRDS
            assert len(notes()) == 1
            recompute()
            assert (service_level(), notes()) == (ONE_THIRD, [])

    def test_what_is_being_removed_is_built_anew(self) -> None:
        set_rules(WITHIN[30])
        recompute()
        old = Definition(CALLS, WITHIN[20])
        RollupVersion.objects.filter(source=CALLS.number, version=old.version).update(going=True, reached=False)
        Rollup.objects.filter(version=old.version, day__lt="2026-02-15", source=CALLS.number).delete()
        set_rules(WITHIN[20])
        assert service_level() == TWO_THIRDS
        recompute()
        assert service_level() == ONE_THIRD


class TestTwiceInAMinute:
    def test_the_newest_rule_holds_and_nothing_is_left_of_the_one_between(self) -> None:
        set_rules(WITHIN[30])
        build_one_month()
        set_rules(WITHIN[40])
        assert service_level() == ONE_THIRD
        build_one_month()
        known.refresh()
        assert (service_level(), sorted(kept())) == (ONE_THIRD, [20, 40])
        recompute()
        assert (service_level(), notes(), sorted(kept())) == (ALL, [], [20, 40])
        assert not Mark.objects.exists()
        assert not Rollup.objects.filter(version=Definition(CALLS, WITHIN[30]).version).exists()
        assert truth.shown_by_day() == truth.all_by_day(now=NOW)

    def test_a_recompute_under_way_stops_at_the_next_month_and_takes_the_newest(self) -> None:
        set_rules(WITHIN[30])
        (stale,) = definitions([CALLS])
        keeping.open_version(stale)
        jobs = months_to_rebuild(stale)
        rebuild_month(jobs[0], wait=True, tally=Tally())
        change_rules(values=WITHIN[40], reason="", by=None)  # by somebody else; this process does not know

        rebuild_months(jobs[1:], tally=Tally())
        assert Rollup.objects.filter(version=stale.version).count() == 1
        keeping.conclude(stale)
        recompute()
        assert service_level() == ALL

    def test_whoever_knows_older_rules_lets_nothing_go(self) -> None:
        set_rules(WITHIN[30])
        recompute()
        stale = Definition(CALLS, WITHIN[20])
        RollupVersion.objects.update(whole_at=NOW - timedelta(days=1))
        keeping.conclude(stale)
        assert kept() == {20: 3, 30: 3}
        keeping.open_version(stale)
        assert (kept(), service_level()) == ({20: 3, 30: 3}, TWO_THIRDS)

    def test_an_edit_that_is_taken_back_changes_nothing(self) -> None:
        with transaction.atomic():
            change_rules(values=WITHIN[30], reason="", by=None)
            transaction.set_rollback(True)
        recompute()
        assert (service_level(), kept()) == (ONE_THIRD, {20: 3})


class TestAnotherRelease:
    NEWER = Definition(replace(CALLS, revision=2), USUAL)

    @pytest.fixture
    def newer(self) -> None:
        """A newer release has begun to keep these figures by sums of its own."""
        keeping.open_version(self.NEWER)
        rebuild_months(months_to_rebuild(self.NEWER), tally=Tally())
        keeping.conclude(self.NEWER)
        known.refresh()

    @pytest.mark.usefixtures("newer")
    def test_an_older_one_neither_removes_its_figures_nor_takes_its_marks(self) -> None:
        call(MONTHS[0], seconds=5)
        recompute(full=True)
        assert Rollup.objects.filter(version=2, source=CALLS.number).count() == 3
        assert Mark.objects.filter(source=CALLS.number).count() == 1
        assert service_level() == ONE_THIRD  # its own, as they were

        recompute_marked(self.NEWER, tally=Tally())
        first = Rollup.objects.filter(version=2, source=CALLS.number).order_by("day")[:1].get()
        assert first.sums[CALLS.positions["answered"] - 1] == 4

    @pytest.mark.usefixtures("newer")
    def test_a_newer_one_lets_the_older_figures_go_in_the_end(self) -> None:
        assert Rollup.objects.filter(version=1, source=CALLS.number).count() == 3
        RollupVersion.objects.update(whole_at=NOW - timedelta(days=1))
        keeping.conclude(self.NEWER)
        assert not Rollup.objects.filter(version=1, source=CALLS.number).exists()
        assert Rollup.objects.filter(version=2, source=CALLS.number).count() == 3

    def test_an_older_one_leaves_the_clock_that_it_cannot_mark_by(self) -> None:
        """An invoice falls overdue between the judgement of the newer release and a recompute of the older one."""
        newer = Definition(replace(INVOICES, revision=2), USUAL)
        InvoiceFactory.create(due_on=NOW.date(), amount=Decimal(100), paid_on_time=Decimal(60))
        recompute()
        keeping.open_version(newer)
        rebuild_months(months_to_rebuild(newer), tally=Tally())
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            recompute()
            clock.set_clock(newer, moment=NOW + timedelta(days=1))
            recompute_marked(newer, tally=Tally())
        cell = Rollup.objects.get(source=INVOICES.number, version=newer.version)
        assert cell.sums[INVOICES.positions["due"] - 1] == 100 * 10_000


class TestIssues:
    """The table itself follows the rule, so figures by another are kept as they were."""

    @pytest.fixture(autouse=True)
    def contacts(self) -> Callable[[datetime], Any]:
        """Two contacts three days apart: one issue by 168 h, two by 24 h."""
        customer = CustomerFactory.create()

        def contact(at: datetime) -> Any:
            return InteractionFactory.create(customer=customer, channel="email", occurred_at=at)

        contact(MONTHS[0])
        contact(MONTHS[0] + timedelta(days=3))
        recompute()
        return contact

    def resolve(self) -> Decimal | None:
        (point,) = points(kpi=get_kpi("contacts_to_resolve"), first=None, last=None)
        return point.value

    def test_they_are_shown_by_the_rule_before_while_they_are_built(self) -> None:
        set_rules(DAY_WINDOW)
        (definition,) = definitions([ISSUES])
        keeping.open_version(definition)
        issues.rebuild(rules=DAY_WINDOW)
        known.refresh()
        assert (Issue.objects.count(), self.resolve()) == (2, 2)
        assert notes("fcr", "service_level") == [
            (
                "Being recomputed by changed rules: First-contact resolution. Shown meanwhile by the rules before: "
                "A contact belongs to the issue before it within 168 hours, from now on 24."
            )
        ]
        recompute()
        assert (self.resolve(), notes("fcr")) == (1, [])

    def test_changed_back_they_are_shown_as_of_then_until_they_are_built_anew(
        self, contacts: Callable[[datetime], Any]
    ) -> None:
        set_rules(DAY_WINDOW)
        recompute()
        contacts(MONTHS[1])
        recompute()
        set_rules(USUAL)
        assert self.resolve() == 2
        assert notes("fcr") == [
            "Being recomputed: First-contact resolution. Shown meanwhile as of Nov. 15, 2026, noon."
        ]
        recompute()
        assert (self.resolve(), notes("fcr")) == (Decimal("1.5"), [])
        assert truth.shown_by_day() == truth.all_by_day(now=NOW)

    def test_changed_back_in_the_middle_the_table_is_built_again(self) -> None:
        set_rules(DAY_WINDOW)
        (definition,) = definitions([ISSUES])
        keeping.open_version(definition)
        began = issues._begin(24)
        for first in issues.customer_ranges():
            issues.rebuild_range(first, hours=24, began=began)
        assert Issue.objects.count() == 2  # and killed before it was noted as built

        set_rules(USUAL)
        recompute()
        assert (Issue.objects.count(), self.resolve()) == (1, 2)
        assert truth.shown_by_day() == truth.all_by_day(now=NOW)

    def test_one_that_is_left_again_before_it_is_built_asks_for_nothing_any_more(self) -> None:
        set_rules(DAY_WINDOW)
        recompute()
        for values in (USUAL, DAY_WINDOW):
            set_rules(values)
            (definition,) = definitions([ISSUES])
            keeping.open_version(definition)
        usual = Definition(ISSUES, USUAL).version
        assert not Mark.objects.filter(version=usual).exists()
        recompute()
        assert (self.resolve(), Mark.objects.exists()) == (1, False)

    def test_who_builds_by_a_window_that_another_has_ended_leaves_the_table_alone(self) -> None:
        ended = issues._begin(24)
        issues.rebuild_all(hours=168)
        for first in issues.customer_ranges():
            issues.rebuild_range(first, hours=24, began=ended)
        issues.rebuild_marked(hours=24)
        issues._end(24, ended)
        assert Issue.objects.count() == 1
        assert not issues.is_built(DAY_WINDOW)
        assert issues.is_built(USUAL)

    def test_one_that_was_ended_stays_so_when_its_window_is_begun_again(self) -> None:
        ended = issues._begin(24)
        issues.rebuild_all(hours=168)
        with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
            issues._begin(24)
        issues._end(24, ended)
        assert not Clock.objects.filter(key=issues.built_key(24)).exists()

    def test_marks_wait_while_the_table_is_not_built(self) -> None:
        issues._begin(24)
        call(MONTHS[0], seconds=1)
        Mark.objects.create(source=ISSUES.number, day=MONTHS[0].date())
        assert keeping.reached(ISSUES) == []
        for definition in definitions([CALLS, ISSUES]):
            recompute_marked(definition, tally=Tally())
        assert list(Mark.objects.values_list("source", flat=True)) == [ISSUES.number]


def test_the_first_figures_say_that_they_are_not_whole() -> None:
    Rollup.objects.all().delete()
    RollupVersion.objects.all().delete()
    (definition,) = definitions([CALLS])
    keeping.open_version(definition)
    known.refresh()
    assert notes("asa") == [
        "Being computed for the first time: Average speed of answer. What is shown is not whole yet."
    ]
    recompute()
    assert notes("asa") == []


def test_many_rows_are_removed_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "REMOVED_AT_ONCE", 2)
    row = RollupVersion.objects.get(source=CALLS.number)
    RollupVersion.objects.filter(pk=row.pk).update(going=True)
    keeping.remove(row)
    assert not Rollup.objects.filter(source=CALLS.number).exists()
    assert not RollupVersion.objects.filter(source=CALLS.number).exists()


def test_what_is_wanted_again_is_not_removed() -> None:
    keeping.remove(RollupVersion.objects.get(source=CALLS.number))
    assert Rollup.objects.filter(source=CALLS.number).count() == 3
