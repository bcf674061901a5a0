"""The Celery application. The database is the queue of record: a lost message only delays work until the next sweep."""

import os
import signal
from functools import cached_property
from typing import Any

import structlog
from celery import Celery, Task, signals

from crm.common.audit.acting import acting
from crm.embedded import processes
from crm.worker_watch import Watch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")


class NamedTask(Task):  # type: ignore[type-arg]
    """What a task writes says in the audit which task it was."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with acting(job=str(self.name).rpartition(".")[2]):
            return super().__call__(*args, **kwargs)


class App(Celery):
    """With a beat that ends when it is told to."""

    @cached_property
    def Beat(self) -> type:  # noqa: N802 - Celery's name
        return self.subclass_with_self("crm.beat_process:Beat")  # type: ignore[arg-type]  # it takes a name, too


app = App("crm", task_cls=NamedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(Watch)


@signals.setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """Being connected is the point: Celery then leaves the logging that Django has set up alone."""


@signals.worker_process_init.connect
def end_with_the_worker(**_: object) -> None:
    """A worker killed with -9 takes its children along, so that no task runs on unseen while it is started again."""
    processes.die_with_parent(signal.SIGKILL)


@signals.worker_init.connect
@signals.beat_init.connect
def refuse_another_company(**_: object) -> None:
    """A worker whose environment names another zone or currency than the database ends before it takes work."""
    from crm.common.company.starting import refuse_other_company  # noqa: PLC0415 - Django not ready

    refuse_other_company()


@signals.worker_ready.connect
def sweep_at_once(**_: object) -> None:
    """What a worker that was killed had in hand stands in rows; it is taken up now, not when the next sweep is due."""
    for entry in app.conf.beat_schedule.values():
        if isinstance(entry["schedule"], float):
            app.send_task(entry["task"], **entry.get("options", {}))


@signals.task_prerun.connect
def name_task_in_logs(task_id: str = "", task: object = None, **_: object) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=getattr(task, "name", ""), task_id=task_id)
