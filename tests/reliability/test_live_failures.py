"""The running product when its parts fail: a worker killed at its work, Redis gone while people use pages."""

import contextlib
import os
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Notice
from crm.common.company.models import Company
from crm.common.outbox.models import OutboxMail
from customers.importing import uploads
from customers.importing.tasks import delete_expired
from customers.interactions import attaching
from customers.models import BulkJob, CustomerFigures, ImportBatch, Interaction, Order, OrderLine
from customers.page.bulk import files
from customers.tasks import delete_exports, delete_files, resume_imports
from metrics.models import Mark
from metrics.tasks import recompute as recompute_task
from tests.conftest import UserFor
from tests.customers.importing.files import write_csv
from tests.customers.page.bulk.asked import begun
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import FollowFactory
from tests.factories.to_do import TaskFactory
from tests.factories.trade import OrderFactory
from tests.live import LiveStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PageFor = Callable[[str], Page]
Wait = Callable[..., None]
TAKEN_UP_WITHIN_S = 60
ORDERS, LINES_EACH = 12_000, 3


def upload(page: Page, *, file: Path, kind: str) -> None:
    page.goto("/imports/new/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Source").fill("shop")
    page.get_by_label("What it holds").select_option(kind)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Import").click()


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Every order's lines stand far apart, so that nothing can be applied before all of it is read."""
    rows = [
        [f"o{number}", "", "2024-01-01", f"P{line}", 2, 1] for line in range(LINES_EACH) for number in range(ORDERS)
    ]
    return write_csv(
        tmp_path / "orders.csv", "external_id,customer_external_id,placed_at,product_code,quantity,unit_price", rows
    )


def test_a_worker_killed_in_an_import_leaves_nothing_undone_or_doubled(
    page_for: PageFor, live_stack: LiveStack, orders: Path, wait_for: Wait
) -> None:
    upload(page_for("manager"), file=orders, kind="orders")
    wait_for(lambda: ImportBatch.objects.filter(state="applying", buckets_done__gte=1).exists(), seconds=120)
    live_stack.kill_worker()
    done = ImportBatch.objects.get().buckets_done
    live_stack.start_worker()
    wait_for(lambda: ImportBatch.objects.get().buckets_done > done, seconds=TAKEN_UP_WITHIN_S)
    wait_for(lambda: ImportBatch.objects.get().state == "done", seconds=120)
    batch = ImportBatch.objects.get()
    assert (batch.rows, batch.created, batch.unchanged, batch.rejected) == (ORDERS * LINES_EACH, batch.rows, 0, 0)
    assert (Order.objects.count(), OrderLine.objects.count()) == (ORDERS, ORDERS * LINES_EACH)
    assert OrderLine.objects.aggregate(total=Sum("amount_company"))["total"] == Decimal(ORDERS * LINES_EACH * 2)


@pytest.fixture
def morning(live_stack: LiveStack) -> datetime:
    """Now, when it is between eight and nine where the company is."""
    now = timezone.now()
    ahead = (8 - now.hour + 11) % 24 - 11
    Company.objects.update(time_zone=f"Etc/GMT{-ahead:+d}")
    return now


def test_a_worker_takes_up_what_a_killed_one_had_not_done(
    live_stack: LiveStack, user_for: UserFor, morning: datetime, wait_for: Wait
) -> None:
    live_stack.kill_worker()
    user, customer, an_hour_ago = user_for("sales"), OrderFactory.create().customer, morning - timedelta(hours=1)
    FollowFactory.create(user=user, customer=customer, told_until=an_hour_ago)
    InteractionFactory.create(customer=customer)
    TaskFactory.create(assignee=user, due_on=an_hour_ago.date(), due_time=time(), due_at=an_hour_ago)
    begun("assign_owner", user, owner_id=user.pk)
    assert Mark.objects.exists()
    live_stack.start_worker()
    done: dict[str, Callable[[], bool]] = {
        "recompute": lambda: not Mark.objects.exists(),
        "refresh_figures": lambda: CustomerFigures.objects.filter(customer=customer).exists(),
        "tell_followers": lambda: Notice.objects.filter(user=user, kind="follow").exists(),
        "remind_of_tasks": lambda: Notice.objects.filter(user=user, kind="task_due").exists(),
        "send_digests": lambda: OutboxMail.objects.filter(to=user.email, kind="digest").exists(),
        "resume_bulk": lambda: BulkJob.objects.get().state == "done",
    }
    with contextlib.suppress(AssertionError):  # what is not done is named below
        wait_for(lambda: all(is_done() for is_done in done.values()), seconds=TAKEN_UP_WITHIN_S)
    assert [job for job, is_done in done.items() if not is_done()] == []


def test_a_worker_clears_up_at_night(live_stack: LiveStack, wait_for: Wait) -> None:
    """The jobs that go by the clock: what left files behind years ago is known to nobody."""
    old = [attaching.folder() / "left", files.folder() / "customers-1.part", uploads.folder() / "left"]
    for path in old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (0, 0))
    live_stack.send(delete_files, delete_exports, delete_expired)
    wait_for(lambda: not any(path.exists() for path in old))


def test_pages_answer_and_nothing_is_lost_while_redis_is_down(
    page_for: PageFor, live_stack: LiveStack, tmp_path: Path, wait_for: Wait
) -> None:
    customer = CustomerFactory.create(name="Acme")
    page = page_for("manager")
    live_stack.stop_redis()
    for path in ("/customers/?q=acm", f"/customers/{customer.pk}/", "/dashboard/", "/kpis/csat/", "/imports/"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
    page.goto(f"/customers/{customer.pk}/")
    page.get_by_role("link", name="E-mail", exact=True).click()
    page.get_by_label("Purpose").first.fill("repair")
    page.get_by_label("Notes").fill("It broke")
    page.get_by_role("button", name="Log contact").click()
    expect(page.get_by_text("Contact logged.")).to_be_visible()
    assert Interaction.objects.get().customer == customer
    upload(page, file=write_csv(tmp_path / "c.csv", "external_id,name", [["1", "Zenith"]]), kind="customers")
    page.wait_for_url("**/imports/*/")
    assert ImportBatch.objects.get().state == "queued"

    live_stack.heal()
    wait_for(lambda: resume_imports() is None and ImportBatch.objects.get().state == "done")
    recompute_task()
    assert not Mark.objects.exists()
