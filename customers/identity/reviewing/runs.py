"""The row of a run: begun, how far it is, how it ended."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.audit.recording import record
from crm.common.errors import DomainError
from customers.models import MatchRun

State = MatchRun.State
What, How = MatchRun.What, MatchRun.How


class RunsAlready(DomainError):
    """One of the kind has not ended yet."""


def begin(
    *, what: str = What.LOOK, how: str = How.PERSON, by: User | None = None, asked: Mapping[str, Any] | None = None,
    total: int = 0,
) -> MatchRun:  # fmt: skip
    """A row for a worker; of looks for duplicates one at a time. Raises RunsAlready."""
    if what == What.LOOK and how != How.COMMAND and find_unfinished(what):
        raise RunsAlready(_("Somebody is looking for duplicates already."))
    run = MatchRun.objects.create(
        what=what, how=how, asked=dict(asked or {}), total=total, asked_by=by, created_at=timezone.now()
    )
    if by is not None:
        record(what=f"duplicates.{what}", by=by, count=total or None, details={"run": run.pk})
    return run


def find_unfinished(what: str) -> MatchRun | None:
    return MatchRun.objects.filter(what=what, state__in=MatchRun.OPEN).order_by("pk").first()


def reached(run: MatchRun, stage: str, count: int) -> None:
    """How far it is, for those who look on."""
    run.stage, run.progress = stage, {**run.progress, stage: count}
    MatchRun.objects.filter(pk=run.pk).update(state=State.WORKING, stage=stage, progress=run.progress)


def end(run: MatchRun, **counts: Any) -> None:
    MatchRun.objects.filter(pk=run.pk).update(state=State.DONE, finished_at=timezone.now(), error="", **counts)


def fail(run: MatchRun, error: str) -> None:
    MatchRun.objects.filter(pk=run.pk).update(state=State.FAILED, finished_at=timezone.now(), error=error)


@contextmanager
def failing(run: MatchRun) -> Iterator[None]:
    """What ends it for good stands in its row; what the database refused just now is left to the sweeper."""
    try:
        yield
    except DatabaseError:
        raise
    except Exception as error:
        fail(run, str(error).replace("\0", "␀"))
        raise
