"""What the real web server serves to eight clients at once, and the memory of each process of the product at rest."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.urls import reverse

from bench.asking import signed_in
from bench.lists import sorts
from bench.serving import HOST, at_rest, background, family, pid, pss_mb, served, session_cookie
from bench.timing import percentile
from customers.models import Customer

CLIENTS, REQUESTS = 8, 60  # each
GOALS = {"list": 100, "customer": 60}
GOALS_MB = {"web_worker_mb": 130, "worker_with_children_mb": 220, "beat_mb": 110}


def measure() -> dict[str, Any]:
    """Requests a second of a page beside its floor: the least the same server can answer with."""
    headers = {"Cookie": session_cookie(signed_in().cookies[settings.SESSION_COOKIE_NAME].value)}
    with served() as (web, port):
        asked = addresses()
        for paths in asked.values():
            at_once(port, headers, paths[: 2 * CLIENTS])  # every worker is warm
        floor = at_once(port, {}, [reverse("healthz")] * (CLIENTS * REQUESTS))
        found = {page: throughput(page, at_once(port, headers, asked[page]), floor) for page in GOALS}
        at_rest(family(pid(web)))
        memory = {**web_memory(family(pid(web))), **background_memory()}
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


def throughput(page: str, found: tuple[float, list[float]], floor: tuple[float, list[float]]) -> dict[str, Any]:
    rate, most = (len(took) / seconds for seconds, took in (found, floor))
    return {
        "requests": len(found[1]),
        "requests_per_s": round(rate, 1),
        "floor_requests_per_s": round(most, 1),
        "goal_requests_per_s": GOALS[page],
        "p50_ms": round(percentile(found[1], 0.5), 1),
        "p95_ms": round(percentile(found[1], 0.95), 1),
        "within_goal": rate >= GOALS[page],
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
