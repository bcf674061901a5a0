"""Bulk actions as jobs: begun, run in short chunks, taken back.

`after_id` says how far a job is and moves with the changes and the counters, in one transaction a chunk: killed between
any two statements, the next run goes on where the last commit was. The sweeper finds jobs in nobody's hands.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import structlog
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.notices import tell
from accounts.models import User
from crm.common import locks
from crm.common.audit.acting import acting
from crm.common.audit.recording import record
from crm.common.errors import DomainError
from crm.common.files import is_full
from crm.common.pacing import HELD_S, Pace
from crm.common.retrying import may_pass, retried
from customers.models import BulkChange, BulkJob, Customer
from customers.page.bulk.actions import Changed, get_action
from customers.querysets.customers import CustomerQuerySet

log = structlog.get_logger(__name__)

State = BulkJob.State
FIRST, MOST, STEP_S = 100, 5_000, HELD_S  # customers a chunk
WATCHED: Final = timedelta(seconds=15)  # so long one looks on
NOTICE: Final = "bulk"
UNDONE_BY: Final = "undone_by"  # among the parameters
TOLD: Final = ("action", "state", "done", "changed", "skipped", "error")
# What trying again would not mend: these end the job, others leave it to the sweeper.
FAULTS = (ArithmeticError, LookupError, TypeError, ValueError, DataError, IntegrityError)

# By their place: to look through all of them cost half a second a chunk where there are a million.
_NEXT: Final = "SELECT unnest(customer_ids[done + 1 : done + %s]) FROM customers_bulkjob WHERE id = %s"


class NobodySelected(DomainError):
    """There is nobody to do it to."""


class NotAllowed(DomainError):
    """It takes a permission that the user does not have."""

    status = 403


class NothingToTakeBack(DomainError):
    """The job is not over, changed nothing, or is taken back already."""


def begin(
    *, action: str, parameters: Mapping[str, Any], customers: CustomerQuerySet[Customer],
    selection: Mapping[str, Any], by: User,
) -> BulkJob:  # fmt: skip
    """Write down what is to be done to whom, for a worker; `customers` are those that `by` may see, `selection` says
    in brief how they were chosen. Raises UnknownAction, NotAllowed, NobodySelected.
    """
    wanted = get_action(action)
    if not by.has_perm(wanted.permission):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        job = BulkJob.objects.create(
            action=action, parameters=dict(parameters), selection=dict(selection), created_by=by,
            created_at=timezone.now(),
        )  # fmt: skip
        ids = ArraySubquery(customers.order_by("pk").values("pk"))
        BulkJob.objects.filter(pk=job.pk).update(customer_ids=ids)
        BulkJob.objects.filter(pk=job.pk).update(total=F("customer_ids__len"))
        job = BulkJob.objects.defer("customer_ids").get(pk=job.pk)
        if not job.total:
            raise NobodySelected(_("No customer is selected."))
        what = "customers.export" if wanted.write else f"bulk.{action}"
        record(what=what, by=by, count=job.total, details={"bulk": job.pk, **job.selection})
    return job


def undo(*, job: BulkJob, by: User) -> None:
    """Have it taken back by `by`, as far as it still stands. Raises NotAllowed, NothingToTakeBack."""
    if not by.has_perm(get_action(job.action).permission):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        fitting = BulkJob.objects.filter(pk=job.pk, state__in=(State.DONE, State.FAILED), changed__gt=0)
        if get_action(job.action).undo is None or not fitting.update(
            state=State.UNDOING,
            parameters={**job.parameters, UNDONE_BY: by.pk},
            after_id=0,
            done=0,
            skipped=0,
            error="",
        ):
            raise NothingToTakeBack(_("There is nothing to take back, or it was taken back before."))
        record(what="bulk.undo", by=by, count=job.changed, details={"bulk": job.pk})


def run(*, job: BulkJob) -> None:
    """Do what is left of it. Raises `locks.Busy` when another worker is at it; how it ended stands in the row."""
    with locks.held(locks.bulk_worker(job.pk)) as free:
        if not free:
            raise locks.Busy(_("Another worker is at this bulk action."))
        job = BulkJob.objects.defer("customer_ids").get(pk=job.pk)
        if job.state in BulkJob.OPEN:
            by = _whose(job)
            with acting(user=by.pk if by else None, job="bulk", bulk=job.pk), _ending(job):
                _continue(job, by)


def _whose(job: BulkJob) -> User | None:
    """Who answers for what it does now."""
    if job.state == State.UNDOING and UNDONE_BY in job.parameters:
        return User.objects.filter(pk=job.parameters[UNDONE_BY]).first()
    return job.created_by


def unfinished() -> list[BulkJob]:
    """Those in a worker's hands as well: `run` tells."""
    return list(BulkJob.objects.defer("customer_ids").filter(state__in=BulkJob.OPEN).order_by("pk"))


@contextmanager
def _ending(job: BulkJob) -> Iterator[None]:
    """What cannot be done ends the job and stands in its row."""
    try:
        yield
    except locks.Busy:
        raise
    except DomainError as error:
        _fail(job, str(error))
    except OSError as error:
        if not is_full(error):
            raise
        _fail(job, _("There is no space left for the file."))
    except FAULTS as error:
        log.exception("bulk action failed", job=job.pk)
        _fail(job, _("It failed: %(error)s") % {"error": str(error).replace("\0", "␀")})


def _fail(job: BulkJob, error: str) -> None:
    _end(job, State.FAILED, error=error)


def _continue(job: BulkJob, by: User | None) -> None:
    action = get_action(job.action)
    if by is None or not by.is_active or not by.has_perm(action.permission):
        raise NotAllowed(_("Whoever asked for it may not do this any more."))
    if job.state == State.UNDOING:
        _in_chunks(job, _take_back)
        _end(job, State.UNDONE)
        return
    BulkJob.objects.filter(pk=job.pk).update(state=State.WORKING)
    if action.write:
        _end(job, State.DONE, path=str(action.write(job)))
    else:
        _in_chunks(job, _apply)
        _end(job, State.DONE)


def _end(job: BulkJob, state: str, **more: Any) -> None:
    """Whoever asked is told of what took so long that they may have gone on."""
    now = timezone.now()
    with transaction.atomic():
        BulkJob.objects.filter(pk=job.pk).update(state=state, finished_at=now, customer_ids=None, **more)
        ended = BulkJob.objects.defer("customer_ids").get(pk=job.pk)
        if ended.created_by_id and state != State.UNDONE and now - ended.created_at > WATCHED:
            data = {**{name: getattr(ended, name) for name in TOLD}, "path": bool(ended.path)}
            url, key = reverse("customers:bulk_job", args=[job.pk]), f"bulk:{job.pk}:{state}"
            tell(user_ids=[ended.created_by_id], kind=NOTICE, key=key, now=now, data=data, url=url)


def _in_chunks(job: BulkJob, chunk: Callable[[BulkJob, int], int]) -> None:
    pace = Pace(FIRST, seconds=STEP_S, least=10, most=MOST)
    step = retried(_chunk, passing=_may_pass)
    while step(job, chunk, pace):
        pass


def _may_pass(error: DatabaseError) -> bool:
    """A customer may go while something is written for them: the next time they are not found."""
    return isinstance(error, IntegrityError) or may_pass(error)


def _chunk(job: BulkJob, chunk: Callable[[BulkJob, int], int], pace: Pace) -> int:
    with pace.timed(), transaction.atomic():
        return chunk(job, pace.amount)


def _apply(job: BulkJob, most: int) -> int:
    """→ how many it went through."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [most, job.pk])
        ids = [int(pk) for (pk,) in cursor.fetchall()]
    if ids:
        assert job.created_by, "see `_continue`"
        seen = Customer.objects.visible_to(job.created_by).filter(pk__in=ids).values_list("pk", flat=True)
        there = sorted(seen)
        apply = get_action(job.action).apply
        assert apply, "an action writes a file or changes customers"
        changes = apply(there, job.parameters)
        BulkChange.objects.bulk_create(
            BulkChange(job=job, customer_id=each.customer_id, before=each.before, after=each.after) for each in changes
        )
        _advance(job, after_id=ids[-1], done=len(ids), changed=len(changes), skipped=len(ids) - len(there))
    return len(ids)


def _take_back(job: BulkJob, most: int) -> int:
    after_id = BulkJob.objects.values_list("after_id", flat=True).get(pk=job.pk)
    rows = BulkChange.objects.filter(job=job, customer_id__gt=after_id).order_by("customer_id")[:most]
    changes = [Changed(customer_id=row.customer_id, before=row.before, after=row.after) for row in rows]
    if changes:
        take_back = get_action(job.action).undo
        assert take_back, "see `undo`"
        back = take_back(job.parameters, changes)
        skipped = len(changes) - len(back)
        _advance(job, after_id=changes[-1].customer_id, done=len(changes), changed=0, skipped=skipped)
    return len(changes)


def _advance(job: BulkJob, *, after_id: int, **counts: int) -> None:
    more = {name: F(name) + count for name, count in counts.items()}
    BulkJob.objects.filter(pk=job.pk).update(after_id=after_id, **more)
