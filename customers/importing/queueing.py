"""Hand an import to a worker."""

from typing import Any

from crm.common import jobs
from customers.importing import batches
from customers.importing.tasks import run_import
from customers.models import ImportBatch


def queue(
    *, batch: ImportBatch, mapping: dict[str, Any], dry_run: bool = False, headers: list[str] | None = None
) -> None:
    """Raises `MappingError` when the mapping does not fit the file's `headers`, `AlreadyStarted`."""
    batches.enqueue(batch=batch, mapping=mapping, dry_run=dry_run, headers=headers)
    jobs.wake(run_import, batch_id=batch.pk)
