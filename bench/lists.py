"""The customer list and its search: every filter in every order at three depths, the worst of them by name.

Filters, orders and operations are those that the list declares, with values that the data have. The operations of a
field beside its first are asked for once each, in the list's own order.
"""

import json
import random
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.domain.views import state_of
from accounts.models import User
from bench.asking import Asked, ask, asking, figures, manager, queries
from bench.narrowing import Narrowing, narrowings
from bench.pages import searches
from crm.common.lists.state import RELEVANCE
from crm.common.paging import keyset_page
from customers.models import Customer
from customers.page.listing import meant
from customers.page.tables import CUSTOMER_LIST

GOAL_MS, GOAL_QUERIES, GOAL_PYTHON_MS = 25, 7, 10
TEXTS = 1  # of each kind that is searched for
WORST, DOUBTED, AGAIN, REPORTED = 10, 20, 2, 200
Places = Mapping[str, Mapping[str, str]]  # order → depth → cursor


@dataclass(frozen=True, kw_only=True)
class Case:
    """One address of the list: how it is narrowed, its order, and where in it."""

    narrowed: str
    depth: str
    sort: str
    path: str
    kind: str = "list"

    @property
    def name(self) -> str:
        return f"{self.narrowed} | {self.sort} | {self.depth}"


def measure() -> dict[str, Any]:
    with asking() as client:
        found = list(cases(manager()))
        client.get(found[0].path)
        asked = {case: ask(client, case.path) for case in reported(found)}
        doubted = sorted(asked, key=lambda case: -asked[case].wall_ms)[:DOUBTED]
        # Slow once may be the machine's doing; slow each time is the list's.
        asked |= {case: quickest(client, case, asked[case]) for case in doubted}
        most = {case: queries(client, case.path) for case in {one.kind + one.depth: one for one in found}.values()}
        worst = sorted(doubted, key=lambda case: -asked[case].wall_ms)[:WORST]
        return summed(asked, most, {case: queries(client, case.path) for case in worst})


def reported(found: list[Case]) -> Iterator[Case]:
    for number, case in enumerate(found):
        if number % REPORTED == 0:
            sys.stderr.write(f"  {number:,} of {len(found):,}: {case.narrowed}\n")
        yield case


def quickest(client: Client, case: Case, first: Asked) -> Asked:
    return min([first, *(ask(client, case.path) for _time in range(AGAIN))], key=lambda one: one.wall_ms)


def summed(asked: Mapping[Case, Asked], sampled: Mapping[Case, int], worst: Mapping[Case, int]) -> dict[str, Any]:
    """`sampled`, `worst`: queries of a request."""
    found, most = figures(list(asked.values())), max([*sampled.values(), *worst.values()])
    kinds = sorted({case.kind for case in asked})
    depths = sorted({case.depth for case in asked if case.kind == "list"})
    by_kind = {kind: figures([one for case, one in asked.items() if case.kind == kind]) for kind in kinds}
    by_depth = {
        depth: figures([one for case, one in asked.items() if (case.kind, case.depth) == ("list", depth)])
        for depth in depths
    }
    return {
        "narrowed": len({case.narrowed for case in asked}),
        "sorts": len({case.sort for case in asked}),
        **found,
        "queries": most,
        "goal_p95_ms": GOAL_MS,
        "goal_python_cpu_p50_ms": GOAL_PYTHON_MS,
        "goal_queries": GOAL_QUERIES,
        "above_goal": sum(one.wall_ms > GOAL_MS for one in asked.values()),
        "within_goal": max(one.wall_ms for one in asked.values()) <= GOAL_MS and most <= GOAL_QUERIES,
        "by_depth": by_depth,
        "by_kind": by_kind,
        "worst": {case.name: {**of_one(asked[case]), "queries": count} for case, count in worst.items()},
    }


def of_one(asked: Asked) -> dict[str, float]:
    return {
        "wall_ms": round(asked.wall_ms, 1),
        "python_cpu_ms": round(asked.python_ms, 1),
        "backend_cpu_ms": round(asked.backend_ms, 1),
    }


def cases(user: User) -> Iterator[Case]:
    places = {sort: cursors(user, sort) for sort in sorts()}
    for one in narrowings(user):
        yield from of_list(one, places if one.is_usual else {CUSTOMER_LIST.sort: {"first": ""}})
    for kind, text in texts():
        yield from of_search(kind, text, places)


def of_list(narrowing: Narrowing, places: Places) -> Iterator[Case]:
    where = json.dumps(narrowing.conditions, ensure_ascii=False)
    for sort, depths in places.items():
        for depth, cursor in depths.items():
            path = address({"where": where, "sort": sort, "cursor": cursor})
            yield Case(narrowed=narrowing.name, sort=sort, depth=depth, path=path)


def of_search(kind: str, text: str, places: Places) -> Iterator[Case]:
    """By relevance, and in every order at both ends."""
    named = {"narrowed": f"search {kind} “{text}”", "kind": f"search_{kind}"}
    yield Case(**named, sort=RELEVANCE, depth="first", path=address({"q": text}))
    for sort, depths in places.items():
        for depth in ("first", "last"):
            path = address({"q": text, "sort": sort, "cursor": depths[depth]})
            yield Case(**named, sort=sort, depth=depth, path=path)


def address(asked: Mapping[str, str]) -> str:
    return f"{reverse(CUSTOMER_LIST.url_name)}?{urlencode({key: value for key, value in asked.items() if value})}"


def texts() -> list[tuple[str, str]]:
    return [(kind, text) for kind, found in searches(random.Random(7)).items() for text in found[:TEXTS]]


def sorts() -> list[str]:
    keys = [column.sort for column in CUSTOMER_LIST.columns_for(None).values() if column.sort]
    return [f"{sign}{key}" for key in keys for sign in ("", "-")]


def cursors(user: User, sort: str) -> dict[str, str]:
    """Where the first page, one from the middle and the last begin; the same places for every filter."""
    state = state_of(CUSTOMER_LIST, user, QueryDict(f"where={{}}&sort={sort}"))
    rows = meant(state, user)
    return {"first": "", "deep": in_the_middle(rows, state.order), "last": at_the_end(rows, state.order)}


def in_the_middle(rows: QuerySet[Customer], order: str) -> str:
    """After the row in the middle of those that have a value; without two of them, the first page."""
    known = rows.filter(**{f"{order.removeprefix('-')}__isnull": False})
    middle = max(known.count() // 2 - 1, 0)
    sign = "-" if order.startswith("-") else ""
    two = list(known.order_by(order, f"{sign}pk").values_list("pk", flat=True)[middle : middle + 2])
    return keyset_page(rows.filter(pk__in=two), sort=order, size=1).next_cursor


def at_the_end(rows: QuerySet[Customer], order: str) -> str:
    """Before the very last row, going back: those without a value come last in both directions."""
    field, turned = order.removeprefix("-"), order.removeprefix("-") if order.startswith("-") else f"-{order}"
    empty = rows.filter(**{f"{field}__isnull": True})
    last_two = keyset_page(empty, sort=turned, size=2) if empty[:3].count() > 2 else None
    last_two = last_two or keyset_page(rows, sort=turned, size=2)
    return keyset_page(rows, sort=order, size=1, cursor=last_two.next_cursor).previous_cursor
