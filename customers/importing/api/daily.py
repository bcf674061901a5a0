"""What came by the API, as imports show it: one a day, source and kind, whose counters grow with each request."""

from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from crm.common.days import today
from customers.importing.registry import Counts
from customers.models import ImportBatch, ImportReject, SourceSystem

MOST_REJECTS: Final = 1_000  # kept a day; all are counted


def todays_batch(*, system: SourceSystem, kind: str) -> ImportBatch:
    """Today's import of the API's rows; one look once it is there."""
    day = today()
    rows = ImportBatch.objects.filter(system=system, kind=kind, api_on=day)
    found = rows.first()
    if found is None:
        now = timezone.now()
        try:
            with transaction.atomic():
                found = ImportBatch.objects.create(
                    system=system, kind=kind, api_on=day, filename=f"API {day.isoformat()}",
                    state=ImportBatch.State.DONE, started_at=now, finished_at=now, buckets_done=0,
                )  # fmt: skip
        except IntegrityError:  # another was first
            found = rows.get()
    found.system = system
    return found


def note(batch: ImportBatch, counts: Counts, rejects: Sequence[ImportReject] = ()) -> None:
    """Add to the counters, and keep the day's first rejects with where among the rows they stood."""
    total = counts.created + counts.updated + counts.unchanged + counts.parked + counts.rejected
    ImportBatch.objects.filter(pk=batch.pk).update(
        rows=F("rows") + total,
        created=F("created") + counts.created,
        updated=F("updated") + counts.updated,
        unchanged=F("unchanged") + counts.unchanged,
        parked=F("parked") + counts.parked,
        rejected=F("rejected") + counts.rejected,
        finished_at=timezone.now(),
    )
    if rejects and batch.rejected < MOST_REJECTS:
        ImportReject.objects.bulk_create(rejects)
