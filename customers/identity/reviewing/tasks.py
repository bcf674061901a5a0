"""Jobs of the duplicates: each may run twice."""

import structlog
from celery import shared_task

from crm.common import jobs, locks
from crm.common.errors import DomainError
from customers.identity.reviewing import running, runs
from customers.models import MatchRun

log = structlog.get_logger(__name__)


@shared_task
def run_match(*, run_id: int, **_: object) -> None:
    _run(run_id)


@shared_task
def resume_matching(**_: object) -> None:
    """The sweeper: runs in nobody's hands, as their message was lost or their worker died."""
    for run_id in running.unfinished():
        try:
            _run(run_id)
        except Exception:
            log.exception("run broke off", run=run_id)


@shared_task
def look_every_night(**_: object) -> None:
    """Nightly: who stands there more than once; merges by itself where an administrator has switched that on."""
    _look(MatchRun.How.NIGHT)


@shared_task
def look_at_changes(**_: object) -> None:
    """Hourly: what came or changed since the last look becomes proposals; merges nobody."""
    if running.has_changed():
        _look(MatchRun.How.CHANGES)


def _look(how: MatchRun.How) -> None:
    try:
        found = runs.begin(how=how)
    except runs.RunsAlready as error:
        log.info("no look for duplicates now", how=how.value, reason=str(error))
    else:
        _run(found.pk)


def _run(run_id: int) -> None:
    try:
        running.run(pk=run_id)
    except locks.Busy as error:
        log.info("run has to wait", run=run_id, reason=str(error))
    except DomainError as error:
        log.warning("run failed", run=run_id, reason=str(error))


def queue(run: MatchRun) -> None:
    """Hand it to a worker."""
    jobs.wake(run_match, run_id=run.pk)
