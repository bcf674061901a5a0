"""Jobs of the bulk actions: each may run twice."""

import structlog
from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from crm.common import jobs, locks
from customers.models import BulkJob
from customers.page.bulk import files, running

log = structlog.get_logger(__name__)


@shared_task
def run_bulk(*, job_id: int, **_: object) -> None:
    for job in BulkJob.objects.defer("row_ids").filter(pk=job_id):
        _run(job)


@shared_task
def resume_bulk(**_: object) -> None:
    """The sweeper: bulk actions in nobody's hands, as their message was lost or their worker died. One that breaks off
    again and again, as on a folder that nobody can write to, keeps no other waiting.
    """
    for job in running.unfinished():
        try:
            _run(job)
        except (DatabaseError, OSError):
            log.exception("bulk action broke off", job=job.pk)


@shared_task
def delete_exports(**_: object) -> None:
    """Nightly: delete the files that nobody may have any more."""
    log.info("exports deleted", files=files.delete_expired(now=timezone.now()))


def _run(job: BulkJob) -> None:
    try:
        running.run(job=job)
    except locks.Busy as error:
        log.info("bulk action has to wait", job=job.pk, reason=str(error))


def queue(job: BulkJob) -> None:
    """Hand it to a worker."""
    jobs.wake(run_bulk, job_id=job.pk)
