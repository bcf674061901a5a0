"""Pages asked for as somebody who is signed in, through Django's client: middleware and rendering in, network out."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from accounts.domain import staff
from accounts.models import Team, User
from accounts.roles import Role
from bench.processor import backend
from bench.timing import percentile
from crm.common.limits.rates import Rate
from customers.models import Customer

NO_LIMIT = Rate(uses=10**6, window=timedelta(minutes=1))
OWNED = 300


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Milliseconds of one request: by the clock, of Python's processor and of the database backend's."""

    wall_ms: float
    python_ms: float
    backend_ms: float


@contextmanager
def asking() -> Iterator[Client]:
    """A manager's client, who may ask as often as a benchmark does; requests are not logged."""
    requests = logging.getLogger("crm.requests")  # noqa: TID251 - silences the request log
    before = requests.level
    requests.setLevel(logging.WARNING)
    try:
        with override_settings(CRM_LIMITS=dict.fromkeys(settings.CRM_LIMITS, NO_LIMIT)):
            yield signed_in()
    finally:
        requests.setLevel(before)


def signed_in() -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(manager())
    return client


def manager() -> User:
    email = "bench@bench.example"
    user = User.objects.filter(email=email).first() or staff.create_user(email=email, name="B", role=Role.MANAGER)
    own_some(user)
    return user


def own_some(user: User) -> None:
    """Whose day begins with news of their customers, some of them their team's.

    The planner is told, as it knows of owners where many customers have one.
    """
    if Customer.objects.filter(owner=user).exists():
        return
    newest = Customer.objects.filter(last_contact_at__isnull=False).order_by("-last_contact_at").values("pk")[:OWNED]
    user.team = Team.objects.order_by("pk").first()
    user.save(update_fields=["team"])
    Customer.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).update(owner=user, team=user.team)
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_analyse('customers_customer')")


def ask(client: Client, path: str) -> Asked:
    """Raises where the page is not there."""
    return sent(partial(client.get, path), expected=(200,))[0]


def sent(send: Callable[[], Any], *, expected: Sequence[int]) -> tuple[Asked, int]:
    """With the status of the answer; raises where that is another than expected."""
    _pid, worked = backend()
    spent, began = time.process_time(), time.perf_counter()
    response = send()
    wall, python = time.perf_counter() - began, time.process_time() - spent
    backend_s = backend()[1] - worked
    assert response.status_code in expected, (response.status_code, response.content[:2000])
    return Asked(wall_ms=wall * 1000, python_ms=python * 1000, backend_ms=backend_s * 1000), response.status_code


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def figures(asked: Sequence[Asked]) -> dict[str, float]:
    wall, python, server = ([getattr(one, name) for one in asked] for name in ("wall_ms", "python_ms", "backend_ms"))
    return {
        "requests": len(asked),
        "p50_ms": round(percentile(wall, 0.5), 1),
        "p95_ms": round(percentile(wall, 0.95), 1),
        "python_cpu_p50_ms": round(percentile(python, 0.5), 1),
        "backend_cpu_p50_ms": round(percentile(server, 0.5), 1),
        "backend_cpu_p95_ms": round(percentile(server, 0.95), 1),
    }
