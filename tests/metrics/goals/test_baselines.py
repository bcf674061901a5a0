from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from accounts.models import User
from customers.models import Call
from metrics.engine.changing_rules import change_rules
from metrics.engine.recomputing import definitions, mark_all, recompute, settle
from metrics.engine.rules import USUAL
from metrics.engine.scope import Scope
from metrics.goals import baselines
from metrics.kpis import get_kpi
from metrics.kpis.calls import CALLS
from metrics.models import Baseline, Rollup
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.telephony import CallFactory
from tests.factories.trade import InvoiceFactory

pytestmark = pytest.mark.django_db
WINDOW: dict[str, Any] = {
    "kpi": get_kpi("asa"),
    "first": date(2026, 1, 1),
    "last": date(2026, 2, 28),
    "go_live_on": date(2026, 3, 1),
    "today": date(2026, 2, 20),
}


def call(month: int, day: int, wait_s: int, **fields: Any) -> Call:
    return CallFactory.create(entered_at=datetime(2026, month, day, 12, tzinfo=UTC), waited_ms=wait_s * 1000, **fields)


@pytest.fixture
def calls() -> None:
    call(1, 5, 10)
    call(1, 5, 20)
    call(2, 7, 33)
    call(3, 1, 500)


@pytest.fixture
def signer() -> User:
    return UserFactory.create(email="boss@firm.example")


@pytest.mark.usefixtures("calls")
class TestFreeze:
    def test_holds_figures_series_days_and_signer(self, signer: User) -> None:
        frozen = baselines.freeze(**WINDOW, by=signer, note="before the pilot")
        frozen.refresh_from_db()
        assert (frozen.numerator, frozen.denominator, frozen.n, frozen.value) == (63, 3, 3, 21)
        assert frozen.components == {"answered": 3, "wait_answered": 63_000}
        assert frozen.series == [
            {"period": "2026-01", "numerator": 30, "denominator": 2, "value": 15, "n": 2},
            {"period": "2026-02", "numerator": 33, "denominator": 1, "value": 33, "n": 1},
        ]
        assert [entry["period"] for entry in frozen.days] == ["2026-01-05", "2026-02-07"]
        assert (frozen.signed_by, frozen.note, frozen.version) == (signer, "before the pilot", 1)
        assert not frozen.chosen_after_go_live
        assert len(frozen.source_hash) == 64

    def test_a_window_chosen_after_go_live_is_marked(self) -> None:
        assert baselines.freeze(**{**WINDOW, "today": date(2026, 3, 1)}, by=None).chosen_after_go_live

    def test_refuses_a_window_that_reaches_go_live(self) -> None:
        with pytest.raises(baselines.WindowNotBeforeGoLive, match="2026-03-01"):
            baselines.freeze(**{**WINDOW, "last": date(2026, 3, 1)}, by=None)

    def test_refuses_a_window_without_data(self) -> None:
        with pytest.raises(baselines.NoData):
            baselines.freeze(**{**WINDOW, "first": date(2026, 2, 10)}, by=None)

    def test_refuses_the_same_again(self) -> None:
        baselines.freeze(**WINDOW, by=None)
        with pytest.raises(baselines.AlreadyFrozen):
            baselines.freeze(**WINDOW, by=None)

    def test_of_a_team(self) -> None:
        team = TeamFactory.create(key="north")
        call(1, 9, 40, team=team)
        assert baselines.freeze(**WINDOW, by=None, scope=Scope(team_id=team.pk)).value == 40
        assert baselines.freeze(**WINDOW, by=None).n == 4

    def test_twelve_months_are_enough_for_more_than_a_description(self) -> None:
        for month in range(1, 13):
            CallFactory.create(entered_at=datetime(2025, month, 3, tzinfo=UTC))
        recompute()
        year = {**WINDOW, "first": date(2025, 1, 1), "last": date(2025, 12, 31)}
        assert not baselines.preview(**year).is_descriptive
        assert baselines.preview(**{**year, "first": date(2025, 2, 1)}).is_descriptive


class TestFreezingSettlesFirst:
    """A baseline is evidence for ever: nothing that is still to be done may be missing in it."""

    WINDOW: ClassVar[dict[str, Any]] = {
        "first": date(2026, 1, 1),
        "last": date(2026, 1, 31),
        "go_live_on": date(2026, 3, 1),
        "today": date(2026, 2, 20),
        "by": None,
    }

    def frozen(self, key: str) -> Any:
        return baselines.freeze(kpi=get_kpi(key), **self.WINDOW).value

    def contact(self, customer: Any, day: int) -> None:
        InteractionFactory.create(customer=customer, occurred_at=datetime(2026, 1, day, 9, tzinfo=UTC))

    def test_issues_whose_contacts_changed_are_built_anew(self) -> None:
        first, second = CustomerFactory.create(), CustomerFactory.create()
        self.contact(first, 5)
        self.contact(second, 5)
        recompute()
        self.contact(second, 9)
        assert self.frozen("fcr") == Decimal("0.5")
        assert self.frozen("contacts_to_resolve") == Decimal("1.5")

    def test_invoices_are_judged_today_whatever_day_was_judged_last(self) -> None:
        due = date(2026, 1, 20)
        InvoiceFactory.create(due_on=due, amount=Decimal(100), paid_on_time=Decimal(60))
        recompute(as_of=due)
        assert self.frozen("on_time_payment") == Decimal("0.6")

    def test_marked_cells_are_recomputed(self) -> None:
        call(1, 5, 10)
        recompute()
        call(1, 5, 20)
        assert self.frozen("asa") == 15

    def test_months_that_were_asked_for_are_rebuilt(self) -> None:
        call(1, 5, 10)
        recompute()
        Rollup.objects.all().update(sums=[7] * 16)
        (calls,) = definitions([CALLS])
        mark_all(calls)
        assert self.frozen("asa") == 10


@pytest.mark.usefixtures("calls")
class TestOnlySettledDays:
    def test_today_is_not_over(self) -> None:
        with time_machine.travel(datetime(2026, 2, 28, 12, tzinfo=UTC)):
            with pytest.raises(baselines.NotSettled, match="2026-02-27"):
                baselines.freeze(**WINDOW, by=None)
            assert baselines.freeze(**{**WINDOW, "last": date(2026, 2, 27)}, by=None).n == 3

    def test_issues_take_three_repeat_windows_more(self) -> None:
        fcr = {**WINDOW, "kpi": get_kpi("fcr"), "last": date(2026, 1, 31)}
        for customer in (CustomerFactory.create(), CustomerFactory.create()):
            InteractionFactory.create(customer=customer, occurred_at=datetime(2026, 1, 20, tzinfo=UTC))
        with time_machine.travel(datetime(2026, 2, 21, 12, tzinfo=UTC)):
            with pytest.raises(baselines.NotSettled, match="2026-01-30"):
                baselines.freeze(**fcr, by=None)
            assert baselines.freeze(**{**fcr, "last": date(2026, 1, 30)}, by=None).n == 2

    def test_by_the_rules_that_the_figures_follow_in_the_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The window of three weeks becomes one of six while the figures are settled."""
        InteractionFactory.create(customer=CustomerFactory.create(), occurred_at=datetime(2026, 1, 20, tzinfo=UTC))

        def settle_by_others(*args: Any, **options: Any) -> None:
            change_rules(values={**USUAL, "repeat_window_hours": 336}, reason="so", by=None)
            settle(*args, **options)

        monkeypatch.setattr(baselines, "settle", settle_by_others)
        fcr = {**WINDOW, "kpi": get_kpi("fcr"), "last": date(2026, 1, 30)}
        now = datetime(2026, 2, 21, 12, tzinfo=UTC)
        with time_machine.travel(now), pytest.raises(baselines.NotSettled, match="2026-01-09"):
            baselines.freeze(**fcr, by=None)
        assert not Baseline.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_facts_that_change_all_the_time_are_not_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes between settling and freezing, each time."""
    call(1, 5, 10)

    def settle_and_write(*args: Any, **options: Any) -> None:
        settle(*args, **options)
        call(1, 5, 20)

    monkeypatch.setattr(baselines, "settle", settle_and_write)
    with pytest.raises(baselines.FiguresMoving):
        baselines.freeze(**WINDOW, by=None)
    assert not Baseline.objects.exists()
    monkeypatch.setattr(baselines, "settle", settle)
    assert baselines.freeze(**WINDOW, by=None).n == 1 + baselines.ATTEMPTS


@pytest.mark.usefixtures("calls", "as_owner")
class TestProtection:
    """From the tables' owner too; the application has no right to begin with (tests/security/test_roles.py)."""

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE metrics_baseline SET value = 1", "DELETE FROM metrics_baseline", "TRUNCATE metrics_baseline CASCADE"],
    )
    def test_the_database_refuses(self, statement: str) -> None:
        baselines.freeze(**WINDOW, by=None)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(DatabaseError, match="a baseline is frozen"), transaction.atomic():
                cursor.execute(statement)
        assert Baseline.objects.get().value == 21

    def test_the_database_refuses_django_too(self) -> None:
        frozen = baselines.freeze(**WINDOW, by=None)
        for attempt in (frozen.save, frozen.delete):
            with pytest.raises(IntegrityError), transaction.atomic():
                attempt()
        assert Baseline.objects.get().value == Decimal(21)
