"""What the import pages show of a batch."""

from typing import Final

from django.utils.translation import gettext as _

from crm.common.working import WAITING, Progress
from customers.importing.sql import BUCKETS
from customers.models import ImportBatch

RUNNING: Final = frozenset({ImportBatch.State.QUEUED, ImportBatch.State.STAGING, ImportBatch.State.APPLYING})
REJECTS_SHOWN: Final = 20
# state: colour and icon of its badge
LOOK: Final = {
    ImportBatch.State.UPLOADED: ("yellow", "columns"),
    ImportBatch.State.QUEUED: ("azure", "clock"),
    ImportBatch.State.STAGING: ("azure", "loader"),
    ImportBatch.State.APPLYING: ("azure", "loader"),
    ImportBatch.State.DONE: ("green", "circle-check"),
    ImportBatch.State.FAILED: ("red", "alert-circle"),
}


def progress(batch: ImportBatch) -> Progress:
    """A share in hundredths: reading the file is the first half, applying it the second."""
    words = {
        ImportBatch.State.QUEUED: WAITING,
        ImportBatch.State.STAGING: _("Reading the file"),
        ImportBatch.State.APPLYING: _("Applying the rows"),
    }
    read = batch.bytes_read / batch.bytes_total if batch.bytes_total else 0
    applied = batch.buckets_done / BUCKETS
    done = batch.state in {ImportBatch.State.DONE, ImportBatch.State.FAILED}
    return Progress(
        done=100 if done else round(50 * min(read, 1) + 50 * applied),
        total=100,
        label=str(words.get(ImportBatch.State(batch.state), "")),
        running=batch.state in RUNNING,
    )


def last_mapping(batch: ImportBatch) -> dict[str, object]:
    """How the last file of this source and kind was mapped; empty when there was none."""
    earlier = ImportBatch.objects.filter(system=batch.system_id, kind=batch.kind, pk__lt=batch.pk).exclude(mapping={})
    found = earlier.exclude(state=ImportBatch.State.UPLOADED).order_by("-pk").values_list("mapping", flat=True).first()
    return dict(found or {})
