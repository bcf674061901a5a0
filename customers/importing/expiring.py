"""Files that have served are deleted: uploads, lists of rejects, what a killed web process left of an upload.

Only what lies in our own folders; a file that a command named by its path is whoever's it is. The rows stay.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from crm.common.files import is_older
from customers.importing import batches, rejects, uploads
from customers.models import ImportBatch

UNFINISHED_UPLOAD: Final = timedelta(days=1)


def delete_expired(*, now: datetime) -> int:
    """Delete what is over for `CRM_KEEP_UPLOADS_DAYS` (0: for ever); returns how many files.

    An upload whose columns nobody mapped in all that time has failed. Left-overs of interrupted uploads and uploads of
    no import go after a day, and at once what brought people who were erased.
    """
    left_over = [*Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"), *uploads.folder().glob("*.part")]
    deleted = _delete(_older(left_over, now - UNFINISHED_UPLOAD)) + _delete(_of_erased())
    if not settings.CRM_KEEP_UPLOADS_DAYS:
        return deleted
    deleted += _delete(orphans(before=now - UNFINISHED_UPLOAD))
    before = now - timedelta(days=settings.CRM_KEEP_UPLOADS_DAYS)
    deleted += _delete(_older(rejects.folder().glob("import-*.csv"), before))
    return deleted + sum(_delete_upload(path, before) for path in _older(uploads.folder().glob("*"), before))


def _of_erased() -> Iterator[Path]:
    """Uploads that brought people who were erased on request: their rejects hold no row."""
    brought = ImportBatch.objects.filter(rejects__row={}).exclude(state__in=batches.UNFINISHED)
    paths = (Path(path) for path in brought.values_list("path", flat=True).distinct())
    return (path for path in paths if path.parent == uploads.folder() and path.is_file())


def orphans(*, before: datetime) -> list[Path]:
    """Uploads last written before that which are of no import: what was broken off. Whoever writes one makes its import
    soon after.
    """
    old = list(_older(uploads.folder().glob("*"), before))
    names = {path: {str(path), str(path.resolve())} for path in old}  # of a feed's it is the whole path
    named = [name for found in names.values() for name in found]
    known = set(ImportBatch.objects.filter(path__in=named).values_list("path", flat=True))
    return [path for path, found in names.items() if not found & known]


def _older(paths: Iterable[Path], before: datetime) -> Iterator[Path]:
    return (path for path in paths if is_older(path, before))


def _delete(paths: Iterable[Path]) -> int:
    done = 0
    for path in paths:
        path.unlink(missing_ok=True)
        done += 1
    return done


def _delete_upload(path: Path, before: datetime) -> int:
    """Its batches are locked, so that nobody starts one whose file goes; a file without a batch was left behind."""
    with transaction.atomic():
        found = ImportBatch.objects.select_for_update().filter(path=str(path))
        if found.annotate(over_at=Coalesce("finished_at", "created_at")).filter(_wanted(before)).exists():
            return 0
        for batch in found.filter(state=ImportBatch.State.UPLOADED):
            days = settings.CRM_KEEP_UPLOADS_DAYS
            words = _("Nobody mapped its columns within %(days)d days; the file was deleted.") % {"days": days}
            batches.fail(batch, words)
        path.unlink(missing_ok=True)
        return 1


def _wanted(before: datetime) -> Q:
    return Q(state__in=batches.UNFINISHED) | Q(over_at__gte=before)
