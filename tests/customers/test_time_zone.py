import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from crm.common import locks
from crm.common.company import current as company
from crm.common.company.models import Company
from crm.embedded import processes
from customers import time_zone
from customers.identity.hygiene.following import refresh_hygiene
from customers.importing import batches
from customers.models import Customer, CustomerHygiene, ImportBatch, Interaction, Order, OrderLine, Tier
from customers.time_zone import begin_zone_change, change_time_zone, resume_zone_change, stored_zone
from tests.customers.importing.files import load, write_csv
from tests.database import another_connection
from tests.factories.customers import CustomerFactory
from tests.factories.importing import ImportBatchFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.to_do import TaskFactory
from tests.factories.trade import OrderFactory

pytestmark = pytest.mark.slow

LATE = datetime(2026, 3, 31, 20, 30, tzinfo=UTC)  # the first of April in Shanghai


@pytest.fixture
def late_order() -> Order:
    order = OrderFactory.create(placed_at=LATE, status="placed", amount=Decimal(5), amount_company=Decimal(5))
    OrderLine.objects.create(
        order=order, quantity=1, unit_price=Decimal(5), amount_company=Decimal(5), day=date(2026, 3, 31)
    )
    return order


@pytest.mark.django_db
class TestDays:
    def test_move_with_the_zone(self, late_order: Order) -> None:
        noon = InteractionFactory.create(occurred_at=datetime(2026, 3, 31, 12, 0, tzinfo=UTC))
        assert stored_zone() == "UTC"

        assert change_time_zone(zone="Asia/Shanghai") == 1

        late_order.refresh_from_db()
        assert stored_zone() == company.company().time_zone == "Asia/Shanghai"
        assert late_order.day == late_order.lines.get().day == date(2026, 4, 1)
        assert Interaction.objects.get(pk=noon.pk).day == date(2026, 3, 31)
        assert change_time_zone(zone="Asia/Shanghai") == 0
        assert not company.company().zone_is_changing

    def test_take_the_tier_of_the_new_day_along(self) -> None:
        customer = CustomerFactory.create()
        gold, bronze = Tier.objects.get(key="gold"), Tier.objects.get(key="bronze")
        TierAssignmentFactory(customer=customer, tier=bronze, valid=(date(2026, 1, 1), date(2026, 4, 1)))
        TierAssignmentFactory(customer=customer, tier=gold, valid=(date(2026, 4, 1), None))
        contact = InteractionFactory.create(customer=customer, occurred_at=LATE, tier=bronze)
        order = OrderFactory.create(customer=customer, placed_at=LATE, tier=bronze)
        line = OrderLine.objects.create(
            order=order, quantity=1, unit_price=1, amount_company=1, day=date(2026, 3, 31), tier=bronze
        )

        change_time_zone(zone="Asia/Shanghai")

        for row in (contact, order, line):
            row.refresh_from_db()
            assert (row.day, row.tier_id) == (date(2026, 4, 1), gold.pk)

    def test_open_tasks_are_due_when_the_new_clock_says(self) -> None:
        nine = TaskFactory.create(due_on=date(2026, 4, 1), due_time=time(9), due_at=datetime(2026, 4, 1, 9, tzinfo=UTC))
        day = TaskFactory.create(due_on=date(2026, 4, 1), due_at=datetime(2026, 4, 2, tzinfo=UTC))
        done = TaskFactory.create(due_on=date(2026, 4, 1), due_at=LATE, done_at=LATE)
        some_day = TaskFactory.create(due_on=None, due_at=None)

        assert change_time_zone(zone="Asia/Shanghai") == 0

        for task in (nine, day, done, some_day):
            task.refresh_from_db()
        assert (nine.due_time, nine.due_at) == (time(9), datetime(2026, 4, 1, 1, tzinfo=UTC))
        assert day.due_at == datetime(2026, 4, 1, 16, tzinfo=UTC)
        assert (done.due_at, some_day.due_at) == (LATE, None)

    def test_the_months_in_which_customers_were_confirmed_follow(self) -> None:
        CustomerFactory.create()
        Customer.objects.update(created_at=LATE)
        refresh_hygiene()
        assert CustomerHygiene.objects.get().confirmed == 2026 * 12 + 2
        change_time_zone(zone="Asia/Shanghai")
        refresh_hygiene()
        assert CustomerHygiene.objects.get().confirmed == 2026 * 12 + 3

    def test_tasks_follow_after_a_kill_too(self) -> None:
        nine = TaskFactory.create(due_on=date(2026, 4, 1), due_time=time(9), due_at=datetime(2026, 4, 1, 9, tzinfo=UTC))
        time_zone._begin("Asia/Shanghai")  # and here the process died
        resume_zone_change()
        nine.refresh_from_db()
        assert nine.due_at == datetime(2026, 4, 1, 1, tzinfo=UTC)

    def test_stay_where_the_zone_is_none(self) -> None:
        with pytest.raises(time_zone.UnknownZone, match="“Mars/Olympus” is no time zone"):
            change_time_zone(zone="Mars/Olympus")
        assert stored_zone() == "UTC"

    def test_are_cut_to_the_end_after_a_kill(self, late_order: Order) -> None:
        time_zone._begin("Asia/Shanghai")  # and here the process died
        assert Company.objects.get().zone_changing_since is not None

        assert resume_zone_change() == 1

        late_order.refresh_from_db()
        assert late_order.day == date(2026, 4, 1)
        assert Company.objects.get().zone_changing_since is None
        assert resume_zone_change() == 0

    def test_are_cut_by_the_job_after_it_died_in_the_middle(
        self, late_order: Order, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begin_zone_change(zone="Asia/Shanghai")
        with monkeypatch.context() as killed:
            killed.setattr(time_zone, "follow_zone", lambda: 1 // 0)
            with pytest.raises(ZeroDivisionError):
                resume_zone_change()
        assert company.refresh().zone_is_changing
        with pytest.raises(time_zone.ZoneChangeUnderWay, match="is being changed already"):
            begin_zone_change(zone="Europe/Berlin")

        assert resume_zone_change() == 0  # the days were cut before
        late_order.refresh_from_db()
        assert (late_order.day, company.company().zone_is_changing) == (date(2026, 4, 1), False)
        assert company.company().time_zone == "Asia/Shanghai"

    def test_are_nobody_else_s_to_cut_before_the_change_is_committed(self) -> None:
        begin_zone_change(zone="Asia/Shanghai")
        with another_connection() as session:
            tried = session.execute("SELECT pg_try_advisory_lock(%s, %s)", [*locks.ZONE_CHANGE])
            assert tried.fetchone() == (False,)

    def test_stay_where_only_the_database_does_not_know_the_zone(self) -> None:
        with pytest.raises(time_zone.UnknownZone, match="no time zone that the database knows"):
            time_zone._begin("Mars/Olympus")
        assert (stored_zone(), Company.objects.get().time_zone) == ("UTC", "UTC")

    @pytest.mark.parametrize("state", ["queued", "staging", "applying"])
    def test_stay_while_a_file_is_read(self, state: str) -> None:
        ImportBatchFactory(state=state, filename="orders.csv")
        with pytest.raises(time_zone.ImportsUnderWay, match=r"orders\.csv"):
            change_time_zone(zone="Asia/Shanghai")
        assert (stored_zone(), Company.objects.get().time_zone) == ("UTC", "UTC")


@pytest.mark.django_db
def test_a_file_after_the_change_means_the_new_zone(tmp_path: Path) -> None:
    rows = [["1", "web", "2026-04-01 04:30"]]
    path = write_csv(tmp_path / "contacts.csv", "external_id,channel,occurred_at", rows)
    load("interactions", path)
    assert Interaction.objects.get().occurred_at == datetime(2026, 4, 1, 4, 30, tzinfo=UTC)
    change_time_zone(zone="Asia/Shanghai")
    company.assume(company.CompanyFacts("UTC", "EUR"))  # a process that has not heard of it

    load("interactions", path)

    contact = Interaction.objects.get()
    assert (contact.occurred_at, contact.day) == (LATE, date(2026, 4, 1))


def found_wrong() -> list[CheckMessage]:
    """What a check of the database says of company and zone."""
    found = run_checks(tags=["database"], databases=["default"])
    return [each for each in found if each.id.startswith("customers.")]


@pytest.mark.django_db
class TestStart:
    def test_with_what_the_database_has_or_nothing_said(self, settings: Settings) -> None:
        for zone, currency in (("", ""), ("UTC", "EUR")):
            settings.CRM_ENVIRONMENT = {"CRM_TIME_ZONE": zone, "CRM_CURRENCY": currency}
            assert found_wrong() == []

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize(
        ("name", "said", "words"),
        [
            (
                "CRM_TIME_ZONE",
                "Asia/Shanghai",
                "has UTC. Set it back or leave it out; to change the zone: manage.py",
            ),
            ("CRM_CURRENCY", "USD", "has EUR. Set it back or leave it out: amounts are kept in the company's currency"),
        ],
    )
    def test_with_another_is_refused_by_name(self, settings: Settings, name: str, said: str, words: str) -> None:
        settings.CRM_ENVIRONMENT = {name: said}

        (error,) = found_wrong()
        with pytest.raises(CommandError) as refused:
            call_command("prepare")

        assert error.id == "customers.E001"
        assert error.msg == str(refused.value)
        assert error.msg.startswith(f"{name} is {said}, but this database {words}")

    def test_a_function_that_was_replaced_by_hand_is_found(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT crm_set_zone('Asia/Shanghai')")
        (error,) = found_wrong()
        assert (error.id, error.msg) == (
            "customers.E002",
            "The stored days are cut in Asia/Shanghai, but the company's time zone is UTC.",
        )


@pytest.fixture
def utc_again() -> Iterator[None]:
    """Functions are none of what is put back after a test that commits."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_set_zone('UTC')")


@pytest.mark.usefixtures("utc_again")
@pytest.mark.django_db(transaction=True)
class TestNobodyWaits:
    def test_readers_and_writers_go_on_while_days_are_cut(self) -> None:
        customers = CustomerFactory.create_batch(20)
        Interaction.objects.bulk_create(
            Interaction(customer=customers[number % 20], channel="phone", occurred_at=LATE) for number in range(20_000)
        )
        ended, refused, written = threading.Event(), list[str](), list[int]()

        def write() -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '200ms'")
                while not ended.is_set():
                    _log_and_touch(customers[len(written) % 20].pk)
                    written.append(Interaction.objects.filter(customer=customers[0]).count())
            except Exception as error:  # noqa: BLE001 - whatever it is fails the test below
                refused.append(repr(error))
            finally:
                connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert change_time_zone(zone="Asia/Shanghai") >= 20_000
        finally:
            ended.set()
            writer.join()

        assert refused == []
        assert written
        assert set(Interaction.objects.values_list("day", flat=True)) == {date(2026, 4, 1)}

    def test_an_import_cannot_be_queued_while_the_zone_is_replaced(self, tmp_path: Path) -> None:
        """The change waits for whoever is just queueing, sees the import, and is refused."""
        batch = batches.create_batch(
            file=write_csv(tmp_path / "c.csv", "external_id,name", [["1", "A"]]),
            system=batches.find_or_make_system(name="shop"),
            kind="customers",
        )
        outcome: list[object] = []

        def change() -> None:
            try:
                outcome.append(change_time_zone(zone="Asia/Shanghai"))
            except time_zone.ImportsUnderWay as error:
                outcome.append(error)
            finally:
                connection.close()

        with transaction.atomic(), connection.cursor() as cursor:
            locks.take(cursor, shared=[locks.ZONE])
            changer = threading.Thread(target=change)
            changer.start()
            changer.join(timeout=0.3)
            assert outcome == []
            ImportBatch.objects.filter(pk=batch.pk).update(state="queued")
        changer.join(timeout=10)
        assert [type(one) for one in outcome] == [time_zone.ImportsUnderWay]
        assert stored_zone() == "UTC"

    def test_a_change_beside_a_running_import_is_refused_and_goes_through_when_that_has_ended(
        self, tmp_path: Path
    ) -> None:
        """The worker stands at a chunk that another session holds up; its times mean the zone it began with."""
        rows = [["1", "web", "2026-03-31 20:30"]]
        path = write_csv(tmp_path / "contacts.csv", "external_id,channel,occurred_at", rows)
        worker = threading.Thread(target=_load_and_close, args=[path])
        with another_connection() as session:
            session.execute("LOCK TABLE customers_interaction IN SHARE MODE")
            worker.start()
            assert processes.wait_until(
                lambda: ImportBatch.objects.filter(state__in=("staging", "applying")).exists(), seconds=30
            )
            with pytest.raises(time_zone.ImportsUnderWay, match=r"Wait until these imports have ended: contacts\.csv"):
                change_time_zone(zone="Asia/Shanghai")
            assert stored_zone() == "UTC"
        worker.join(timeout=30)
        assert ImportBatch.objects.get().state == ImportBatch.State.DONE
        contact = Interaction.objects.get()
        assert (contact.occurred_at, contact.day) == (LATE, date(2026, 3, 31))

        assert change_time_zone(zone="Asia/Shanghai") == 1

        assert Interaction.objects.get().day == date(2026, 4, 1)


def _load_and_close(path: Path) -> None:
    load("interactions", path)
    connection.close()


def _log_and_touch(customer_id: int) -> None:
    """Insert a contact and change one that is being cut."""
    Interaction.objects.create(customer_id=customer_id, channel="email", occurred_at=LATE)
    oldest = Interaction.objects.filter(customer_id=customer_id).order_by("pk").values_list("pk", flat=True)[0]
    Interaction.objects.filter(pk=oldest).update(subject="seen")
