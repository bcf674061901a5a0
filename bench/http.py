"""What the real web server serves to eight clients at once, and the memory of each process of the product at rest."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.urls import reverse

from bench.asking import signed_in
from bench.lists import sorts
from bench.processor import backend, server_s
from bench.serving import HOST, at_rest, background, family, pid, pss_mb, served, session_cookie, worked
from bench.timing import percentile
from customers.models import Customer

CLIENTS, REQUESTS = 8, 60  # each
GOALS = {"list": 100, "customer": 60}
GOALS_MB = {"web_worker_mb": 130, "worker_with_children_mb": 220, "beat_mb": 110}


@dataclass(frozen=True, kw_only=True)
class Load:
    """Seconds in all and milliseconds of each request; seconds of processor of the web server and the database."""

    seconds: float
    took_ms: Sequence[float]
    web_s: float
    server_s: float

    @property
    def rate(self) -> float:
        return len(self.took_ms) / self.seconds


def measure() -> dict[str, Any]:
    """Requests a second of a page beside its floor: the least the same server can answer with."""
    headers = {"Cookie": session_cookie(signed_in().cookies[settings.SESSION_COOKIE_NAME].value)}
    with served() as (web, port):
        asked, pids = addresses(), family(pid(web))
        for paths in asked.values():
            at_once(port, headers, paths[: 2 * CLIENTS])  # every worker is warm
        floor = load(pids, port, {}, [reverse("healthz")] * (CLIENTS * REQUESTS))
        found = {page: throughput(page, load(pids, port, headers, asked[page]), floor) for page in GOALS}
        at_rest(pids)
        memory = {**web_memory(pids), **background_memory()}
    return {"clients": CLIENTS, **found, "memory": held_against_goals(memory)}


def held_against_goals(memory: dict[str, float]) -> dict[str, Any]:
    goals = {f"goal_{key}": most for key, most in GOALS_MB.items()}
    return {**memory, **goals, "within_goal": all(memory[key] <= most for key, most in GOALS_MB.items())}


def addresses() -> dict[str, list[str]]:
    generator, orders = random.Random(7), sorts()
    between = Customer.objects.aggregate(low=Min("pk"), high=Max("pk"))
    picked = Customer.objects.filter(
        pk__in=[generator.randint(between["low"], between["high"]) for _number in range(4 * CLIENTS * REQUESTS)]
    )
    pks = list(picked.values_list("pk", flat=True))
    number = CLIENTS * REQUESTS
    return {
        "list": [f"{reverse('customers:list')}?sort={orders[i % len(orders)]}" for i in range(number)],
        "customer": [reverse("customers:detail", args=[pks[i % len(pks)]]) for i in range(number)],
    }


def at_once(port: int, headers: dict[str, str], paths: Sequence[str]) -> tuple[float, list[float]]:
    """Seconds in all, and the milliseconds of each request."""
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        done = [pool.submit(one_client, port, headers, paths[first::CLIENTS]) for first in range(CLIENTS)]
        took = [one for client in done for one in client.result()]
    return time.perf_counter() - began, took


def one_client(port: int, headers: dict[str, str], paths: Sequence[str]) -> list[float]:
    """Over one connection that is kept."""
    connection, took = HTTPConnection(HOST, port, timeout=60), []
    try:
        for path in paths:
            began = time.perf_counter()
            connection.request("GET", path, headers={"Accept-Encoding": "gzip", **headers})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)
            took.append((time.perf_counter() - began) * 1000)
    finally:
        connection.close()
    return took


def load(pids: Sequence[int], port: int, headers: dict[str, str], paths: Sequence[str]) -> Load:
    """`pids`: of the web server."""
    database, _worked = backend()
    web_before, server_before = worked(pids), server_s(database)
    seconds, took_ms = at_once(port, headers, paths)
    web_s, of_server_s = worked(pids) - web_before, server_s(database) - server_before
    return Load(seconds=seconds, took_ms=took_ms, web_s=web_s, server_s=of_server_s)


def throughput(page: str, found: Load, floor: Load) -> dict[str, Any]:
    number = len(found.took_ms)
    return {
        "requests": number,
        "requests_per_s": round(found.rate, 1),
        "floor_requests_per_s": round(floor.rate, 1),
        "goal_requests_per_s": GOALS[page],
        "p50_ms": round(percentile(found.took_ms, 0.5), 1),
        "p95_ms": round(percentile(found.took_ms, 0.95), 1),
        "web_cpu_ms": round(found.web_s / number * 1000, 1),
        "server_cpu_ms": round(found.server_s / number * 1000, 1),
        "within_goal": found.rate >= GOALS[page],
    }


def web_memory(pids: Sequence[int]) -> dict[str, float]:
    """The first process only starts the others."""
    first, *workers = [pss_mb(one) for one in pids]
    return {"web_first_mb": round(first, 1), "web_worker_mb": round(max(workers), 1), "web_workers": len(workers)}


def background_memory() -> dict[str, float]:
    with background() as (worker, beat):
        workers, beats = family(pid(worker)), family(pid(beat))
        at_rest([*workers, *beats])
        return {
            "worker_with_children_mb": round(sum(pss_mb(one) for one in workers), 1),
            "worker_children": len(workers) - 1,
            "beat_mb": round(sum(pss_mb(one) for one in beats), 1),
        }
