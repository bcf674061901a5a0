"""Bulk actions as somebody would ask for them."""

from typing import Any

from accounts.models import User
from customers.models import BulkJob, Customer
from customers.page.bulk import running
from tests.factories.customers import CustomerFactory


def three() -> list[Customer]:
    return [CustomerFactory.create(name=name) for name in "ABC"]


def begun(action: str, by: User, **parameters: Any) -> BulkJob:
    """For all customers there are."""
    return running.begin(
        action=action, parameters=parameters, rows=Customer.objects.visible_to(by), selection={"picked": 3}, by=by
    )


def done(job: BulkJob) -> BulkJob:
    running.run(job=job)
    job.refresh_from_db()
    return job


def taken_back(job: BulkJob, by: User) -> BulkJob:
    running.undo(job=job, by=by)
    return done(job)


def counts(job: BulkJob) -> tuple[str, int | None, int, int, int]:
    return str(job.state), job.total, job.done, job.changed, job.skipped
