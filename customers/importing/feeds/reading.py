"""One look at a feed: what is new is imported, file by file in their order, and what came of it is written down.

It may die at any line: what was begun stands in rows, and whoever comes next goes on with it. A file's import is one as
of an upload; the sweeper of the imports may be at it too, and takes turns.
"""

from time import monotonic
from typing import Final

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common import faults, locks
from crm.common.errors import DomainError
from customers.importing import batches
from customers.importing.feeds import closing, mapping
from customers.importing.feeds.looking import Look
from customers.importing.feeds.taking import Gone
from customers.models import Feed, FeedFile, ImportBatch

log = structlog.get_logger(__name__)
LONGEST_S: Final = 600.0  # then a worker turns to others, and comes back


def read_feed(*, feed_id: int) -> bool:
    """Do what is due; → whether there is more to do at once. Nothing where another worker is at it."""
    with locks.held(locks.feed_reader(feed_id)) as free:
        feed = Feed.objects.due(timezone.now()).select_related("system", "owner").filter(pk=feed_id).first()
        return bool(free and feed and _read(feed))


def _read(feed: Feed) -> bool:
    asked_for, began = feed.next_at, monotonic()
    Feed.objects.filter(pk=feed.pk).update(state=Feed.State.READING)
    look, error = Look(feed), ""
    try:
        for file in FeedFile.objects.filter(feed=feed, state=FeedFile.State.READING).order_by("pk"):
            bring_in(feed, file)
        for file in look.taken():
            bring_in(feed, file)
            if monotonic() - began > LONGEST_S:
                return True
    except locks.Busy as busy:  # the import is in other hands, or in somebody's way
        log.info("feed has to wait", feed=feed.pk, reason=str(busy))
        return False
    except Gone:
        closing.leave(feed)
        return False
    except DomainError as refusal:
        error = str(refusal)
    except batches.FAULTS as fault:
        log.exception("feed failed", feed=feed.pk)
        error = _failed(fault)
    closing.close(feed, error=error or look.problem, rests=look.rests, asked_for=asked_for)
    return False


def bring_in(feed: Feed, file: FeedFile) -> None:
    """Import it, if it is to be. Raises `locks.Busy`."""
    batch = file.batch
    if file.state != FeedFile.State.READING:
        return
    if batch is None:  # somebody deleted the import
        closing.settle(file, state=FeedFile.State.FAILED, error=_("Its import was deleted."))
        return
    batch.refresh_from_db()
    if batch.state == ImportBatch.State.UPLOADED:
        _start(feed, batch)
    try:
        batches.run(batch=batch)
    except locks.Busy:
        raise
    except DomainError as error:
        log.warning("file of a feed failed", feed=feed.pk, batch=batch.pk, error=str(error))
    batch.refresh_from_db()
    if batch.state == ImportBatch.State.DONE:
        closing.settle(file, state=FeedFile.State.DONE, headers=batch.headers)
    elif batch.state == ImportBatch.State.FAILED:
        closing.settle(file, state=FeedFile.State.FAILED, error=batch.error, headers=batch.headers)


def _start(feed: Feed, batch: ImportBatch) -> None:
    """What the file itself is to blame for ends its import, as a failing read does."""
    try:
        batches.enqueue(batch=batch, mapping=mapping.of_feed(feed), dry_run=False)
    except batches.AlreadyStarted:
        pass
    except DomainError as error:
        batches.fail(batch, str(error))
    except batches.FAULTS as error:
        log.exception("import failed", batch=batch.pk)
        batches.fail(batch, _failed(error))


def _failed(error: Exception) -> str:
    return _("The import failed: %(error)s") % {"error": faults.said(error)}
