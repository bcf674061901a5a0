"""A bulk action killed with -9 at any point is gone on with by the sweeper, and ends as if nothing had been."""

from collections.abc import Callable
from functools import partial

import pytest

from accounts.models import User
from customers.models import BulkChange, BulkJob, Customer, CustomerEvent
from customers.page.bulk import running
from customers.tasks import resume_bulk, run_bulk
from tests.conftest import UserFor
from tests.factories.customers import CustomerFactory
from tests.reliability.conftest import Begin

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
CUSTOMERS = 400
WaitFor = Callable[[Callable[[], object]], None]


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("sales")


@pytest.fixture
def job(by: User, monkeypatch: pytest.MonkeyPatch) -> BulkJob:
    """Of few customers a chunk."""
    monkeypatch.setattr(running, "FIRST", 10)
    monkeypatch.setattr(running, "MOST", 10)
    CustomerFactory.create_batch(CUSTOMERS)
    everybody = Customer.objects.visible_to(by).filter(owner=None)
    parameters = {"owner_id": by.pk}
    return running.begin(action="assign_owner", parameters=parameters, rows=everybody, selection={"filters": []}, by=by)


def reached(state: str, count: int) -> bool:
    return BulkJob.objects.filter(state=state, done__gte=count).exists()


def killed_at(state: str, counts: tuple[int, ...], job: BulkJob, begin: Begin, wait_for: WaitFor) -> None:
    for count in counts:
        process = begin(partial(run_bulk, job_id=job.pk))
        wait_for(partial(reached, state, count))
        process.kill()
        process.join()
        assert BulkJob.objects.get().done < CUSTOMERS


def test_killed_while_it_is_done_and_while_it_is_taken_back(
    job: BulkJob, by: User, begin: Begin, wait_for: WaitFor
) -> None:
    killed_at("working", (10, 100, 200), job, begin, wait_for)
    wait_for(lambda: resume_bulk() is None and BulkJob.objects.get().state == "done")
    job = BulkJob.objects.get()
    assert (job.total, job.done, job.changed, job.skipped) == (CUSTOMERS, CUSTOMERS, CUSTOMERS, 0)
    assert Customer.objects.filter(owner=by).count() == BulkChange.objects.count() == CUSTOMERS
    assert CustomerEvent.objects.filter(pgh_label="update").count() == CUSTOMERS
    running.undo(job=job, by=by)
    killed_at("undoing", (10, 100), job, begin, wait_for)
    wait_for(lambda: resume_bulk() is None and BulkJob.objects.get().state == "undone")
    job = BulkJob.objects.get()
    assert (job.done, job.changed, job.skipped) == (CUSTOMERS, CUSTOMERS, 0)
    assert not Customer.objects.filter(owner=by).exists()
    assert CustomerEvent.objects.filter(pgh_label="update").count() == 2 * CUSTOMERS
