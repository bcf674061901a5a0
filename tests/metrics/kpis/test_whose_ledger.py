"""Several finance systems, one company: whose ledger of a month counts, and how far."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from accounts.access import OPERATOR
from crm.common import locks
from crm.common.versions import ChangedMeanwhile, version
from customers.identity.trust import save_system
from customers.models import SourceSystem
from metrics.engine.checking import Found, mend_derived
from metrics.engine.recomputing import recompute
from metrics.engine.series import points
from metrics.goals import baselines, drift_checks
from metrics.kpis import get_kpi
from metrics.kpis.whose_ledger import LeftOut, left_out, set_share, withdraw_share
from metrics.models import DriftCheck, Evaluation, LedgerMonth, LedgerShare, Mark, RecomputeRun, Rollout, Rollup
from metrics.verdicts.evaluating import evaluate
from tests.beside import beside
from tests.conftest import ClientFor
from tests.customers.importing.files import load, write_csv
from tests.database import triggers_off
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.importing import SourceSystemFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
COLUMNS = "month,revenue,cost_of_sales,operating_cost"


def month(system: SourceSystem, at: date = JANUARY, revenue: int = 1000) -> LedgerMonth:
    own = {"revenue": revenue, "cost_of_sales": revenue // 2, "operating_cost": revenue // 10}
    company = {f"{name}_company": amount for name, amount in own.items()}
    return LedgerMonth.objects.create(system=system, month=at, currency="EUR", **own, **company)


def named(system: SourceSystem, share: str) -> LedgerShare:
    row = LedgerShare(system=system, share=Decimal(share), reason="We hold that much of it.")
    return set_share(share=row, by=UserFactory.create())


def shares() -> dict[tuple[str, int], Decimal]:
    return {(each.system.key, each.month.month): each.share for each in LedgerMonth.objects.select_related("system")}


def profit() -> tuple[Any, int]:
    """Of all months, after a recompute, the same as computed afresh."""
    recompute()
    (found,) = points(kpi=get_kpi("profit"), first=None, last=None)
    stored = list(Rollup.objects.order_by("day").values_list("day", "sums"))
    recompute(full=True)
    assert list(Rollup.objects.order_by("day").values_list("day", "sums")) == stored
    return found.numerator, found.n


@pytest.fixture
def erp() -> SourceSystem:
    return SourceSystemFactory.create(key="erp", name="ERP", rank=1)


@pytest.fixture
def venture() -> SourceSystem:
    return SourceSystemFactory.create(key="venture", name="Venture", rank=2)


class TestWhatCounts:
    def test_one_system_s_months_count_whole(self, erp: SourceSystem) -> None:
        month(erp)
        month(erp, FEBRUARY)
        assert profit() == (800, 2)

    def test_of_two_that_deliver_a_month_the_trusted_one_s_counts(
        self, erp: SourceSystem, venture: SourceSystem
    ) -> None:
        month(venture, revenue=500)
        assert profit() == (200, 1)
        month(erp)
        month(venture, FEBRUARY, revenue=500)
        assert shares() == {("erp", 1): 1, ("venture", 1): 0, ("venture", 2): 1}
        assert profit() == (600, 2)

    def test_of_two_that_are_trusted_alike_the_first_key_decides(self) -> None:
        for key in ("b", "a", "c"):
            month(SourceSystemFactory.create(key=key, rank=5))
        assert shares() == {("a", 1): 1, ("b", 1): 0, ("c", 1): 0}

    def test_a_named_share_is_added(self, erp: SourceSystem, venture: SourceSystem) -> None:
        month(erp)
        month(venture, revenue=500)
        named(venture, "0.4")
        assert profit() == (480, 1)
        assert points(kpi=get_kpi("operating_cost_ratio"), first=None, last=None)[0].denominator == 1200

    def test_a_named_share_holds_where_the_system_is_alone_or_trusted_most(
        self, erp: SourceSystem, venture: SourceSystem
    ) -> None:
        month(venture, FEBRUARY, revenue=500)
        month(venture, revenue=500)
        month(erp)
        named(venture, "0.4")
        save_system(system=SourceSystem(pk=venture.pk, key="venture", name="Venture", rank=0))
        assert shares() == {("erp", 1): 1, ("venture", 1): Decimal("0.4"), ("venture", 2): Decimal("0.4")}
        assert profit() == (560, 2)

    def test_a_share_of_nothing_takes_a_ledger_out(self, erp: SourceSystem, venture: SourceSystem) -> None:
        month(erp)
        month(venture)
        named(erp, "0")
        assert shares() == {("erp", 1): 0, ("venture", 1): 1}

    def test_withdrawn_it_is_one_among_others_again(self, erp: SourceSystem, venture: SourceSystem) -> None:
        month(erp)
        month(venture, revenue=500)
        share = named(venture, "0.4")
        assert profit() == (480, 1)
        withdraw_share(share=share)
        assert profit() == (400, 1)

    def test_figures_follow_the_order_of_trust(self, erp: SourceSystem, venture: SourceSystem) -> None:
        month(erp)
        month(venture, revenue=500)
        assert profit() == (400, 1)
        erp.rank = 9
        save_system(system=erp)
        assert profit() == (200, 1)

    def test_a_month_taken_back_leaves_the_next_one_s(self, erp: SourceSystem, venture: SourceSystem) -> None:
        first = month(erp)
        month(venture, revenue=500)
        first.delete()
        assert profit() == (200, 1)

    def test_files_of_two_systems(self, tmp_path: Path, erp: SourceSystem, venture: SourceSystem) -> None:
        for system, revenue in ((venture, 500), (erp, 1000)):
            rows = [["2026-01", revenue, 0, 0], ["2026-02", revenue, 0, 0]]
            load("ledger", write_csv(tmp_path / f"{system.key}.csv", COLUMNS, rows), source=system.key)
        assert profit() == (2000, 2)
        batch = load("ledger", write_csv(tmp_path / "more.csv", COLUMNS, [["2026-01", 700, 0, 0]]), source="venture")
        assert batch.updated == 1
        assert profit() == (2000, 2)

    def test_raw_sql_changes_nothing_of_it(self, erp: SourceSystem, venture: SourceSystem) -> None:
        month(erp)
        month(venture)
        LedgerMonth.objects.update(share=1)
        assert shares() == {("erp", 1): 1, ("venture", 1): 0}

    def test_what_no_trigger_saw_the_nightly_check_mends(self, erp: SourceSystem, venture: SourceSystem) -> None:
        month(erp)
        month(venture)
        recompute()
        with triggers_off("metrics_ledgermonth"):
            LedgerMonth.objects.update(share=Decimal("0.5"))
        assert mend_derived() == [Found("rows", "ledger", 2)]
        assert shares() == {("erp", 1): 1, ("venture", 1): 0}
        assert Mark.objects.exists()


def test_a_baseline_over_two_ledgers_is_cautioned_of_when_one_counts_no_more(
    client_for: ClientFor, erp: SourceSystem, venture: SourceSystem
) -> None:
    for at in (JANUARY, FEBRUARY, MARCH):
        month(erp, at)
        month(venture, at, revenue=100)
    added = named(venture, "1")
    window: dict[str, Any] = {
        "first": JANUARY,
        "last": date(2026, 2, 28),
        "go_live_on": MARCH,
        "today": date(2026, 2, 20),
    }
    frozen = baselines.freeze(kpi=get_kpi("profit"), by=None, **window)
    withdraw_share(share=added)
    recompute()
    drift_checks.ask_all()
    drift_checks.check_asked()

    page = client_for("manager").get(f"/baselines/{frozen.pk}/").content.decode()
    assert "were changed after it was frozen" in page
    assert (frozen.value, DriftCheck.objects.get().present) == (880, 800)
    evaluate(as_of=date(2026, 4, 30))
    reason = Evaluation.objects.get(kpi="profit").reason
    assert "The source data of the baseline window were changed after it was frozen" in reason


@pytest.mark.django_db(transaction=True)
def test_of_two_who_deliver_a_month_at_once_the_second_sees_the_first(erp: SourceSystem, venture: SourceSystem) -> None:
    statement = (
        "INSERT INTO metrics_ledgermonth (system_id, month, currency, revenue, cost_of_sales, operating_cost,"
        " revenue_company, cost_of_sales_company, operating_cost_company)"
        f" VALUES ({venture.pk}, '2026-01-01', 'EUR', 1, 1, 1, 1, 1, 1)"
    )
    with beside() as other:
        with transaction.atomic():
            month(erp)
            started = other.start(statement)
            other.wait_until_it_waits()
        started.result(timeout=30)
        other.commit()
    assert shares() == {("erp", 1): 1, ("venture", 1): 0}


def test_the_trigger_takes_the_lock_that_is_declared() -> None:
    month(SourceSystemFactory.create())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            " AND (classid, objid) = (%s, %s)",
            list(locks.LEDGERS),
        )
        assert cursor.fetchone() == (1,)


class TestNaming:
    def test_it_says_who_and_leaves_rows_of_the_audit(self, venture: SourceSystem) -> None:
        by, other = UserFactory.create(), UserFactory.create()
        share = LedgerShare(system=venture, share=Decimal("0.4"), reason="Our part.")
        set_share(share=share, by=by)
        share.share = Decimal("0.5")
        set_share(share=share, by=other, seen=version(LedgerShare.objects.get()))
        assert LedgerShare.objects.get().set_by == other
        withdraw_share(share=share)
        events = apps.get_model("metrics", "LedgerShareEvent").objects.order_by("pgh_id")
        assert list(events.values_list("pgh_label", "share", "set_by")) == [
            ("insert", Decimal("0.4"), by.pk), ("update", Decimal("0.4"), by.pk), ("delete", Decimal("0.5"), other.pk)
        ]  # fmt: skip

    def test_nobody_overwrites_what_another_named_meanwhile(self, venture: SourceSystem) -> None:
        share = named(venture, "0.4")
        seen = version(share)
        LedgerShare.objects.update(share=Decimal("0.7"))
        with pytest.raises(ChangedMeanwhile):
            set_share(share=share, by=UserFactory.create(), seen=seen)
        assert LedgerShare.objects.get().share == Decimal("0.7")

    @pytest.mark.parametrize("share", ["-0.1", "1.0001"])
    def test_the_database_refuses_more_than_the_whole_and_less_than_nothing(
        self, share: str, venture: SourceSystem
    ) -> None:
        with pytest.raises(IntegrityError, match="ledger_share_from_0_to_1"):
            named(venture, share)

    def test_in_the_administration(self, client_for: ClientFor, erp: SourceSystem, venture: SourceSystem) -> None:
        month(erp)
        month(venture)
        client, url = client_for("administrator"), "/admin/metrics/ledgershare/"
        given = {"system": venture.pk, "share": "1.5", "reason": "All of it"}
        assert "less than or equal to 1" in client.post(f"{url}add/", given).content.decode()
        assert client.post(f"{url}add/", {**given, "share": "1"}).status_code == 302
        row = LedgerShare.objects.get()
        assert (row.set_by.email, row.reason) == ("administrator@test.example", "All of it")
        assert shares() == {("erp", 1): 1, ("venture", 1): 1}
        assert "All of it" in client.get(url).content.decode()
        assert client.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 302
        assert shares() == {("erp", 1): 1, ("venture", 1): 0}

    @pytest.mark.parametrize("role", ["manager", "sales", "service"])
    def test_nobody_else_may(self, role: str, client_for: ClientFor, venture: SourceSystem) -> None:
        given = {"system": venture.pk, "share": "1", "reason": "Mine"}
        assert client_for(role).post("/admin/metrics/ledgershare/add/", given).status_code in {302, 403}
        assert not LedgerShare.objects.exists()


class TestTheDashboardSaysIt:
    def page(self, client: Any, query: str = "") -> str:
        return " ".join(client.get(f"/dashboard/{query}").content.decode().split())

    def test_what_is_left_out_is_named_until_it_has_a_share(
        self, client_for: ClientFor, erp: SourceSystem, venture: SourceSystem
    ) -> None:
        client = client_for("manager")
        for at in (JANUARY, FEBRUARY, MARCH):
            month(erp, at)
            month(venture, at)
        recompute()
        said = "The ledger of Venture is not counted for 3 months (2026-01 – 2026-03)"
        assert said in self.page(client)
        named(venture, "0")
        recompute()
        assert said not in self.page(client)
        assert "The ledger of" not in self.page(client)

    def test_not_for_a_team_whose_figures_it_is_not(
        self, client_for: ClientFor, erp: SourceSystem, venture: SourceSystem
    ) -> None:
        team = TeamFactory.create()
        Rollout.objects.create(team=team, went_live_on=date(2026, 7, 1))
        month(erp)
        month(venture)
        recompute()
        client = client_for("manager")
        assert "The ledger of Venture is not counted for 1 month (2026-01):" in self.page(client)
        assert "The ledger of Venture" not in self.page(client, f"?team={team.pk}")

    def test_it_is_read_once_between_two_recomputes(
        self, client_for: ClientFor, erp: SourceSystem, venture: SourceSystem
    ) -> None:
        month(erp)
        month(venture)
        recompute()
        client = client_for("manager")
        self.page(client)
        with CaptureQueriesContext(connection) as done:
            assert "The ledger of Venture" in self.page(client)
        assert [query["sql"] for query in done if "metrics_ledger" in query["sql"]] == []

    def test_before_the_first_recompute_there_is_nothing_to_say(
        self, client_for: ClientFor, erp: SourceSystem, venture: SourceSystem
    ) -> None:
        month(erp)
        month(venture)
        assert not RecomputeRun.objects.exists()
        assert "The ledger of" not in self.page(client_for("manager"))

    def test_by_system(self, erp: SourceSystem, venture: SourceSystem) -> None:
        third = SourceSystemFactory.create(key="third", name="Third", rank=3)
        for at in (JANUARY, MARCH):
            month(erp, at)
            month(venture, at)
        month(third, MARCH)
        assert left_out(OPERATOR) == [
            LeftOut(system="Third", months=1, first=MARCH, last=MARCH),
            LeftOut(system="Venture", months=2, first=JANUARY, last=MARCH),
        ]
        assert left_out(UserFactory.create()) == []
