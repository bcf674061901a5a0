"""A customer of fifty thousand contacts becomes one with another, and two again; answers of the queue of duplicates.

Beside the floor of the same run: the plain UPDATE that gives the contacts to the other, with all that hangs on it,
rolled back. What is made for it is taken away again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.asking import asking, figures, sent
from bench.processor import Cost, costed
from customers.identity.editing import create_customer
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.models import Customer, Interaction, Match, Merge, SourceRecord

CONTACTS, TIMES, DECISIONS = 50_000, 3, 30
GOAL_S: Final = 2.0
GOALS_MS: Final = {"different": 50, "later": 50, "merge": 100}
HEADERS: Final = {"HX-Request": "true"}
_CONTACTS: Final = """
INSERT INTO customers_interaction (customer_id, contact_value, contact_normalised, channel, direction, purpose, subject,
  body, outcome, occurred_at, agent_name, is_contact, created_at)
SELECT %(customer)s, '', '', 'phone', 'in', (array['order', 'delivery', 'complaint'])[1 + n %% 3], '', '', '',
  now() - n * interval '20 minutes', '', true, now() FROM generate_series(1, %(many)s) n
"""
_PLAIN: Final = "UPDATE customers_interaction SET customer_id = %(new)s WHERE customer_id = %(old)s"
_CHECK: Final = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


def measure() -> dict[str, Any]:
    with two(contacts=CONTACTS) as (survivor, absorbed):
        found = {"contacts": CONTACTS, **merging(survivor, absorbed)}
    with asking() as client:
        return {**found, "answers": answers(client)}


@contextmanager
def two(*, contacts: int) -> Iterator[tuple[Customer, Customer]]:
    """The second has so many contacts."""
    made = [create_customer(fields={"name": f"Quarzwerk {side}", "kind": "organization"}) for side in "AB"]
    ids = [customer.pk for customer in made]
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, {"customer": ids[1], "many": contacts})
    try:
        yield made[0], made[1]
    finally:
        Interaction.objects.filter(customer__in=ids)._raw_delete(using="default")  # noqa: SLF001 - without reading them
        SourceRecord.objects.filter(customer__in=ids).delete()
        Customer.objects.filter(pk__in=ids).delete()


def merging(survivor: Customer, absorbed: Customer) -> dict[str, Any]:
    """The quickest of a few times each."""
    merges, undos = list[Cost](), list[Cost]()
    for _time in range(TIMES):
        merges.append(
            costed(lambda: merge_customers(survivor=survivor, absorbed=absorbed, by=None, now=timezone.now()))
        )
        merge = Merge.objects.get(Merge.ACTIVE, absorbed_id=absorbed.pk)
        undos.append(costed(lambda merge=merge: undo_merge(merge=merge, by=None, now=timezone.now())))  # type: ignore[misc]
    floor = min((costed(partial(plain, survivor, absorbed)) for _time in range(TIMES)), key=_seconds)
    best = {"merge": min(merges, key=_seconds), "undo": min(undos, key=_seconds)}
    return {
        name: {
            "floor_s": round(floor.seconds, 2), "floor_processor_s": floor.processor_s,
            "seconds": round(one.seconds, 2), "processor_s": one.processor_s,
            "goal_s": GOAL_S, "within_goal": one.seconds <= GOAL_S,
        }
        for name, one in best.items()
    }  # fmt: skip


def _seconds(cost: Cost) -> float:
    return cost.seconds


def plain(survivor: Customer, absorbed: Customer) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLAIN, {"new": survivor.pk, "old": absorbed.pk})
        cursor.execute(_CHECK)
        transaction.set_rollback(True)


def answers(client: Client) -> dict[str, Any]:
    """What somebody who decides by keys is answered with: the next pair."""
    ids = list(
        Customer.objects.filter(kind="organization").order_by("pk").values_list("pk", flat=True)[: 6 * DECISIONS]
    )
    evidence = [{"key": "name", "level": "near", "weight": 6.1, "left": "acme", "right": "acmee"}]
    said = {"kind": "organization", "score": 0.999, "evidence": evidence, "proposed_at": timezone.now()}
    pairs = zip(ids[::2], ids[1::2], strict=True)
    made = Match.objects.bulk_create([Match(left_id=left, right_id=right, **said) for left, right in pairs])
    try:
        found = {}
        for number, (what, goal) in enumerate(GOALS_MS.items()):
            mine = made[number * DECISIONS : (number + 1) * DECISIONS]
            found[what] = held_against(goal, [partial(decide, client, match, what) for match in mine])
        return found
    finally:
        for merge in Merge.objects.filter(Merge.ACTIVE, absorbed_id__in=ids, how=Merge.How.HAND):
            undo_merge(merge=merge, by=None, now=timezone.now())
        Match.objects.filter(pk__in=[match.pk for match in made]).delete()


def decide(client: Client, match: Match, what: str) -> Any:
    path, form = reverse("customers:duplicate", args=[match.pk]), {"decision": what, "survivor": match.left_id}
    return client.post(path, form, headers=HEADERS)


def held_against(goal: float, decisions: list[Callable[[], Any]]) -> dict[str, Any]:
    """The first warms up. A goal of processors, as people share them."""
    told = figures([sent(one, expected=[200])[0] for one in decisions][1:])
    spent = round(told["python_cpu_p50_ms"] + told["backend_cpu_p50_ms"], 1)
    return {**told, "processor_p50_ms": spent, "goal_processor_ms": goal, "within_goal": spent <= goal}
