"""What an import writes names, in the audit, the import and whoever brought its file."""

from contextlib import AbstractContextManager

from crm.common.audit.acting import acting
from customers.models import ImportBatch


def as_import(batch: ImportBatch | None) -> AbstractContextManager[None]:
    """None: a row whose import is gone from the records. On a command line nobody of ours brought the file."""
    if batch is None:
        return acting(user=None, batch=None, job="import")
    return acting(user=batch.created_by_id, batch=batch.pk, job="import")
