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
from django.db.models import F, Max, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.notices import tell
from accounts.models import User
from crm.common import faults, locks
from crm.common.audit.acting import acting
from crm.common.audit.recording import record
from crm.common.errors import DomainError
from crm.common.files import is_full
from crm.common.pacing import HELD_S, Pace
from crm.common.retrying import may_pass, retried
from customers.models import BulkChange, BulkJob
from customers.page.bulk import files
from customers.registry.bulk import ALL, Action, Changed, Subject, get_action

log = structlog.get_logger(__name__)

State = BulkJob.State
FIRST, MOST, STEP_S = 100, 5_000, HELD_S  # rows a chunk
WATCHED: Final = timedelta(seconds=15)  # so long one looks on
NOTICE: Final = "bulk"
UNDONE_BY: Final = "undone_by"  # among the parameters
TOLD: Final = ("action", "state", "done", "changed", "skipped", "overtaken", "error")
# What trying again would not mend: these end the job, others leave it to the sweeper.
FAULTS = (ArithmeticError, LookupError, TypeError, ValueError, DataError, IntegrityError)

TABLES: Final = {"customer_id": "customers_customer", "task_id": "customers_task"}
ANALYSED: Final = 500  # rows gone through
# By their place: to look through all of them cost half a second a chunk where there are a million.
_NEXT: Final = "SELECT unnest(row_ids[done + 1 : done + %s]) FROM customers_bulkjob WHERE id = %s"


class NobodySelected(DomainError):
    """There is nobody to do it to."""


class NotAllowed(DomainError):
    """It takes a permission that the user does not have."""

    status = 403


class NothingToTakeBack(DomainError):
    """The job is not over, changed nothing, or is taken back already."""


def begin(
    *, action: str, parameters: Mapping[str, Any], rows: QuerySet[Any], selection: Mapping[str, Any],
    by: User,
) -> BulkJob:  # fmt: skip
    """Write down what is to be done to whom, for a worker; `rows` are those that `by` may see, `selection` says
    in brief how they were chosen. Raises UnknownAction, NotAllowed, NobodySelected.
    """
    wanted = get_action(action)
    if not by.has_perm(wanted.permission):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        job = BulkJob.objects.create(
            action=action, parameters=dict(parameters), selection=dict(selection), created_by=by,
            created_at=timezone.now(), last_event=_last_event(wanted.subject),
        )  # fmt: skip
        ids = ArraySubquery(rows.order_by("pk").values("pk"))
        BulkJob.objects.filter(pk=job.pk).update(row_ids=ids)
        BulkJob.objects.filter(pk=job.pk).update(total=F("row_ids__len"))
        job = BulkJob.objects.defer("row_ids").get(pk=job.pk)
        if not job.total:
            raise NobodySelected(wanted.subject.words.none)
        what = f"{wanted.of}.export" if wanted.is_file else f"bulk.{action}"
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
        job = BulkJob.objects.defer("row_ids").get(pk=job.pk)
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
    return list(BulkJob.objects.defer("row_ids").filter(state__in=BulkJob.OPEN).order_by("pk"))


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
        _fail(job, _("It failed: %(error)s") % {"error": faults.said(error)})


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
    if action.is_file:
        _end(job, State.DONE, path=str(files.write_file(job)))
    else:
        _in_chunks(job, _apply)
        _end(job, State.DONE)


def _end(job: BulkJob, state: str, **more: Any) -> None:
    """Whoever asked is told of what took so long that they may have gone on."""
    now = timezone.now()
    with transaction.atomic():
        BulkJob.objects.filter(pk=job.pk).update(state=state, finished_at=now, row_ids=None, **more)
        ended = BulkJob.objects.defer("row_ids").get(pk=job.pk)
        if ended.created_by_id and state != State.UNDONE and now - ended.created_at > WATCHED:
            data = {**{name: getattr(ended, name) for name in TOLD}, "path": bool(ended.path)}
            url, key = reverse("customers:bulk_job", args=[job.pk]), f"bulk:{job.pk}:{state}"
            tell(user_ids=[ended.created_by_id], kind=NOTICE, key=key, now=now, data=data, url=url)


def _in_chunks(job: BulkJob, chunk: Callable[[BulkJob, int], int]) -> None:
    pace = Pace(min(FIRST, get_action(job.action).subject.first), seconds=STEP_S, least=10, most=MOST)
    step = retried(_chunk, passing=_may_pass)
    while step(job, chunk, pace):
        pass
    _analyse(job)


def _analyse(job: BulkJob) -> None:
    """Have lists planned by what many rows say now: an owner has no customers for the planner until it has looked."""
    if BulkJob.objects.filter(pk=job.pk, done__gte=ANALYSED).exists():
        subject = get_action(job.action).subject
        with connection.cursor() as cursor:
            cursor.execute("SELECT crm_analyse(%s::regclass)", [TABLES[subject.column]])


def _may_pass(error: DatabaseError) -> bool:
    """A row may go while something is written for it: the next time it is not found."""
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
        action = get_action(job.action)
        there = _there(action, job, ids)
        overtaken = _overtaken(action, job, there)
        assert action.apply, "an action writes a file or changes rows"
        changes = action.apply([pk for pk in there if pk not in overtaken], job.parameters, job.created_by)
        BulkChange.objects.bulk_create(
            BulkChange(job=job, before=each.before, after=each.after, **{action.subject.column: each.row_id})
            for each in changes
        )
        counts = {"changed": len(changes), "skipped": len(ids) - len(there), "overtaken": len(overtaken)}
        _advance(job, after_id=ids[-1], done=len(ids), **counts)
    return len(ids)


def _there(action: Action, job: BulkJob, ids: list[int]) -> list[int]:
    """Those of them that whoever asked may still see; kept as they are where changes by others count."""
    assert job.created_by, "see `_continue`"
    seen = action.subject.visible(job.created_by).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)
    return list(seen.select_for_update(no_key=True) if action.guarded else seen)


def _overtaken(action: Action, job: BulkJob, ids: list[int]) -> set[int]:
    """Those that another person has changed since it was asked for; gone through from the last change to the first."""
    if not action.guarded:
        return set()
    assert job.created_by, "see `_continue`"
    columns = () if action.guarded == ALL else action.guarded
    events = action.subject.events._default_manager  # noqa: SLF001 (Django's documented name)
    since = events.filter(pgh_obj_id__in=ids, pgh_label="update", pgh_id__gt=job.last_event).order_by("-pgh_id")
    rows = action.subject.visible(job.created_by).filter(pk__in=ids)
    became = {pk: now for pk, *now in rows.values_list("pk", *columns)}
    found = set()
    for pk, user, *was in since.values_list("pgh_obj_id", "pgh_context__metadata__user", *columns):
        is_another = user is not None and user != job.created_by_id
        if is_another and (not columns or was != became[pk]):
            found.add(pk)
        became[pk] = was
    return found


def _last_event(subject: Subject) -> int:
    """The audit's last row of them by now."""
    return subject.events._default_manager.aggregate(last=Max("pgh_id"))["last"] or 0  # noqa: SLF001 (Django's documented name)


def _take_back(job: BulkJob, most: int) -> int:
    after_id = BulkJob.objects.values_list("after_id", flat=True).get(pk=job.pk)
    action, by = get_action(job.action), _whose(job)
    column = action.subject.column
    rows = BulkChange.objects.filter(job=job, **{f"{column}__gt": after_id}).order_by(column)[:most]
    changes = [Changed(row_id=getattr(row, column), before=row.before, after=row.after) for row in rows]
    if changes:
        assert action.undo, "see `undo`"
        assert by, "see `_continue`"
        back = action.undo(job.parameters, changes, by)
        skipped = len(changes) - len(back)
        _advance(job, after_id=changes[-1].row_id, done=len(changes), changed=0, skipped=skipped)
    return len(changes)


def _advance(job: BulkJob, *, after_id: int, **counts: int) -> None:
    more = {name: F(name) + count for name, count in counts.items()}
    BulkJob.objects.filter(pk=job.pk).update(after_id=after_id, **more)
