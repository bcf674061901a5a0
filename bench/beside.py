"""Pages asked one after the other while 60,000 customers are imported: nobody is to wait long for it."""

import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.test.utils import override_settings
from django.urls import reverse

from bench.imports import customers, load
from bench.pages import NO_LIMIT, signed_in
from bench.timing import percentile
from customers.models import Customer

ROWS, GOAL_MS = 60_000, 500


def measure() -> dict[str, Any]:
    """Page requests beside an import of new customers, then beside the same file with another city in each row."""
    logging.getLogger("crm.requests").setLevel(logging.WARNING)  # noqa: TID251 - silences the request log
    with tempfile.TemporaryDirectory() as folder:
        file = customers(Path(folder) / "beside", ROWS)
        first = beside(file)
        file.write_text(file.read_text(encoding="utf-8").replace("Bremen", "Weimar"), encoding="utf-8")
        return {"rows": ROWS, "goal_ms": GOAL_MS, "created": first, "changed": beside(file)}


def beside(file: Path) -> dict[str, Any]:
    with asking() as ask:
        for path in paths().values():
            ask(path)  # code and caches are warm, as in a web process that has been at it for a while
    connections.close_all()  # the copy of this process gets connections of its own
    importing = get_context("fork").Process(target=load, args=("customers", file))
    importing.start()
    took: dict[str, list[float]] = {}
    with asking() as ask:
        asked = cycle(paths().items())
        while importing.is_alive():
            name, path = next(asked)
            took.setdefault(name, []).append(ask(path))
    importing.join()
    assert importing.exitcode == 0
    every = [one for many in took.values() for one in many]
    return {
        "requests": len(every),
        "p50_ms": round(percentile(every, 0.5)),
        "p99_ms": round(percentile(every, 0.99)),
        "longest_ms": {name: round(max(many)) for name, many in took.items()},
        "within_goal": max(every) <= GOAL_MS,
    }


@contextmanager
def asking() -> Iterator[Callable[[str], float]]:
    """A function that asks for a path and gives the milliseconds."""
    with override_settings(CRM_LIMITS=dict.fromkeys(settings.CRM_LIMITS, NO_LIMIT)):
        client = signed_in()

        def ask(path: str) -> float:
            began = time.perf_counter()
            assert client.get(path).status_code == 200, path
            return (time.perf_counter() - began) * 1000

        yield ask


def paths() -> dict[str, str]:
    known = Customer.objects.order_by("pk").values_list("pk", flat=True)[0]
    return {
        "list": reverse("customers:list"),
        "search": f"{reverse('customers:list')}?q=neuland",
        "customer": reverse("customers:detail", args=[known]),
        "dashboard": reverse("metrics:dashboard"),
        "imports": reverse("customers:imports"),
    }
