"""What the API takes: one record a request from one client and from eight at once, and batches of a thousand.

Beside the floor of the same run: the least the same server can answer with, and COPY of the same rows. Each run sends
records that no run before has sent.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from django.utils import timezone

from bench.http import CLIENTS, Load
from bench.imports import copy_seconds
from bench.processor import backend, server_s
from bench.serving import HOST, family, pid, served, worked
from bench.timing import percentile
from customers.importing import batches
from customers.importing.api import tokens
from customers.models import SourceRecord

SOURCE = "bench-api"
SINGLE, EACH = 60, 40
ITEMS, BATCHES = 1_000, 5
GOAL_MS = 30
Json = dict[str, Any]


@dataclass(frozen=True)
class Ask:
    method: str
    path: str
    body: Json | None = None


def measure() -> dict[str, Any]:
    os.environ["CRM_LIMIT_API"] = "999999/1m"
    system = batches.find_or_make_system(name=SOURCE)
    _token, secret = tokens.make_token(system=system, now=timezone.now())
    fresh = numbers(SourceRecord.objects.filter(system=system, kind="customers").count())
    with served() as (web, port):

        def load(asks: Sequence[Ask], clients: int) -> Load:
            return loaded(family(pid(web)), port, secret, asks, clients)

        load([put_customer(next(fresh)) for _ in range(4 * CLIENTS)], CLIENTS)  # every worker is warm
        return {"clients": CLIENTS, **singles(load, fresh), **several(load, fresh)}


def singles(load: Callable[[Sequence[Ask], int], Load], fresh: Iterator[int]) -> dict[str, Any]:
    floor = load([Ask("GET", "/healthz")] * SINGLE, 1), load([Ask("GET", "/healthz")] * (CLIENTS * EACH), CLIENTS)
    known = [next(fresh) for _ in range(SINGLE)]
    made = load([put_customer(number) for number in known], 1)
    asks = {
        "unchanged": [put_customer(number) for number in known],
        "changed": [put_customer(number, city="Ulm") for number in known],
        "order": [put_order(number) for number in known],
        "read": [Ask("GET", f"/api/v1/customers/{SOURCE}/{number}") for number in known],
        "page_of_100": [Ask("GET", "/api/v1/customers?limit=100")] * 20,
    }
    one = {name: figures(load(these, 1), floor[0]) for name, these in asks.items()}
    eight = load([put_customer(next(fresh)) for _ in range(CLIENTS * EACH)], CLIENTS)
    orders = load([put_order(number, more="b") for number in known for _ in range(5)], CLIENTS)
    one["customer"] = {**figures(made, floor[0]), "goal_p50_ms": GOAL_MS}
    return {
        "one_client": one,
        "eight_clients": {"customer": figures(eight, floor[1]), "order": figures(orders, floor[1])},
    }


def several(load: Callable[[Sequence[Ask], int], Load], fresh: Iterator[int]) -> dict[str, Any]:
    rows = [[customer(next(fresh)) for _ in range(ITEMS)] for _ in range(BATCHES)]
    asks = [Ask("POST", "/api/v1/customers/batch", {"items": items}) for items in rows]
    first, again = load(asks, 1), load(asks, 1)
    number = ITEMS * BATCHES
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.writelines(",".join(map(str, row.values())) + "\n" for items in rows for row in items)
        file.flush()
        floor = copy_seconds(Path(file.name))
    return {
        "batches_of_1000": {
            "rows_per_s": round(number / first.seconds),
            "again_rows_per_s": round(number / again.seconds),
            "copy_rows_per_s": round(number / floor),
            "p50_ms": round(percentile(first.took_ms, 0.5)),
        }
    }


def figures(found: Load, floor: Load) -> dict[str, Any]:
    number = len(found.took_ms)
    return {
        "requests_per_s": round(found.rate, 1),
        "floor_requests_per_s": round(floor.rate, 1),
        "p50_ms": round(percentile(found.took_ms, 0.5), 1),
        "p95_ms": round(percentile(found.took_ms, 0.95), 1),
        "web_cpu_ms": round(found.web_s / number * 1000, 1),
        "server_cpu_ms": round(found.server_s / number * 1000, 1),
    }


def loaded(pids: Sequence[int], port: int, secret: str, asks: Sequence[Ask], clients: int) -> Load:
    database, _worked = backend()
    web_before, server_before, began = worked(pids), server_s(database), time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        done = [pool.submit(one_client, port, secret, asks[first::clients]) for first in range(clients)]
        took = [one for client in done for one in client.result()]
    seconds = time.perf_counter() - began
    return Load(
        seconds=seconds, took_ms=took, web_s=worked(pids) - web_before, server_s=server_s(database) - server_before
    )


def one_client(port: int, secret: str, asks: Sequence[Ask]) -> list[float]:
    """Over one connection that is kept."""
    connection, took = HTTPConnection(HOST, port, timeout=60), []
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    try:
        for ask in asks:
            body = None if ask.body is None else json.dumps(ask.body)
            began = time.perf_counter()
            connection.request(ask.method, ask.path, body=body, headers=headers)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status < 300, (ask.path, answer.status, said[:500])
            took.append((time.perf_counter() - began) * 1000)
    finally:
        connection.close()
    return took


def numbers(first: int) -> Iterator[int]:
    while True:
        first += 1
        yield first


def put_customer(number: int, **changed: str) -> Ask:
    fields = customer(number) | changed
    return Ask("PUT", f"/api/v1/customers/{SOURCE}/{fields.pop('external_id')}", fields)


def customer(number: int) -> Json:
    return {
        "external_id": str(number), "name": f"Tischlerei {number * 7919 % 10**7} GmbH", "kind": "organization",
        "email": f"a{number}@tischlerei.example", "phone": f"+49 30 7{number:07}", "city": "Bremen", "country": "DE",
    }  # fmt: skip


def put_order(number: int, more: str = "") -> Ask:
    lines = [{"product_code": f"T{number % 50}", "quantity": 2, "unit_price": "12.50", "unit_cost": "7"}] * 2
    head = {"customer_external_id": str(number), "placed_at": "2026-11-02T10:00:00Z", "status": "shipped"}
    key = f"{number}{more}{time.perf_counter_ns() if more else ''}"
    return Ask("PUT", f"/api/v1/orders/{SOURCE}/{key}", {**head, "lines": lines})
