"""Jobs of the imports: each takes ids, calls one verb, and may run twice."""

import structlog
from celery import shared_task
from django.utils import timezone

from crm.common import locks
from crm.common.errors import DomainError
from customers.importing import batches, expiring, freeing, pending_entries
from customers.models import ImportBatch

log = structlog.get_logger(__name__)


@shared_task
def run_import(*, batch_id: int, **_: object) -> None:
    """Do what is left of an import; its outcome stands in the batch."""
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        return
    try:
        batches.run(batch=batch)
    except locks.Busy as error:
        log.info("import has to wait", batch=batch_id, reason=str(error))
    except DomainError as error:
        log.warning("import failed", batch=batch_id, error=str(error))


@shared_task
def free_waiting(**_: object) -> None:
    """Apply the parked rows whose reference has come."""
    try:
        freeing.free_due()
    except locks.Busy as error:
        log.info("parked rows have to wait", reason=str(error))


@shared_task
def resume_imports(**_: object) -> None:
    """The sweeper: run imports in nobody's hands (their message was lost, their worker died), apply the parked
    rows and merge the entries they left, and those of what was typed in.
    """
    for batch_id in batches.unfinished():
        run_import(batch_id=batch_id)
    free_waiting()
    pending_entries.merge_all()


@shared_task
def delete_expired(**_: object) -> None:
    """Nightly: delete the files that have served."""
    log.info("expired files deleted", files=expiring.delete_expired(now=timezone.now()))
