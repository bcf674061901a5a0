"""Pages asked one after the other while long work runs beside them: nobody is to wait long for it."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.db import connections
from django.urls import reverse

from bench.asking import Asked, ask, asking
from bench.imports import customers, load, loaded
from bench.timing import percentile
from crm.common.days import today
from customers.models import Customer
from customers.tiers import tiering
from metrics.engine import months
from metrics.engine.recomputing import recompute

ROWS, GOAL_MS, DAYS_BACK = 60_000, 150, 30


def measure() -> dict[str, Any]:
    """Beside an import of new customers, then of the same file with another city in each row; beside a retier where
    some move, and a full recompute.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = customers(Path(folder) / "beside", ROWS, loaded("customers"))
        first = beside(partial(load, "customers", file))
        file.write_text(file.read_text(encoding="utf-8").replace("Bremen", "Weimar"), encoding="utf-8")
        changed = beside(partial(load, "customers", file))
    return {
        "rows": ROWS,
        "goal_p99_ms": GOAL_MS,
        "created": first,
        "changed": changed,
        "retier": beside(moving),
        "recompute": beside(recomputing),
    }


def moving() -> None:
    """To today, or a month back where that moves nobody."""
    for day in (today(), today() - timedelta(days=DAYS_BACK)):
        run = tiering.retier(as_of=day)
        if run.upgraded + run.downgraded:
            return


def recomputing() -> None:
    """As a worker does."""
    recompute(full=True)
    months.keep_all()


def beside(work: Callable[[], object]) -> dict[str, Any]:
    asked: dict[str, list[Asked]] = {}
    with asking() as client:
        pages = paths()
        for path in pages.values():
            ask(client, path)  # code and caches are warm, as in a web process that has been at it for a while
        connections.close_all()  # the copy of this process gets connections of its own
        working = get_context("fork").Process(target=work)
        working.start()
        every = cycle(pages.items())
        while working.is_alive():
            name, path = next(every)
            asked.setdefault(name, []).append(ask(client, path))
        working.join()
    assert working.exitcode == 0
    return waited(asked)


def waited(asked: dict[str, list[Asked]]) -> dict[str, Any]:
    every = [one.wall_ms for many in asked.values() for one in many]
    p99 = percentile(every, 0.99)
    return {
        "requests": len(every),
        "p50_ms": round(percentile(every, 0.5)),
        "p99_ms": round(p99),
        "longest_ms": {name: round(max(one.wall_ms for one in many)) for name, many in asked.items()},
        "within_goal": p99 <= GOAL_MS,
    }


def paths() -> dict[str, str]:
    known = Customer.objects.order_by("pk").values_list("pk", flat=True)[0]
    return {
        "list": reverse("customers:list"),
        "search": f"{reverse('customers:list')}?q=neuland",
        "customer": reverse("customers:detail", args=[known]),
        "dashboard": reverse("metrics:dashboard"),
        "imports": reverse("customers:imports"),
    }
