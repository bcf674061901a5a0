"""What people type in, saved through its page: a contact that is logged, a customer made after a look for duplicates.

Beside the floor of the same run: the last of these rows INSERTed again by itself, with the triggers of its table.
"""

import random
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import reverse

from bench.asking import Asked, asking, figures, sent
from bench.timing import best, timed
from customers.models import Customer, Interaction

WRITES = 60
GOALS_MS = {"log_interaction": 30, "create_customer": 40}
SAVED, ASKS_BACK = 302, 422


def measure() -> dict[str, Any]:
    with asking() as client:
        return {"log_interaction": log_interaction(client), "create_customer": create_customer(client)}


def log_interaction(client: Client) -> dict[str, Any]:
    """Each with another customer."""
    form = {"channel": "phone", "direction": "in", "purpose": "delivery", "notes": "Asked when it comes."}
    known = Customer.objects.order_by("?").values_list("pk", flat=True)[: WRITES + 1]
    paths = [reverse("customers:log_interaction", args=[pk]) for pk in known]
    asked = [sent(partial(client.post, path, form), expected=[SAVED])[0] for path in paths]
    return held_against("log_interaction", asked, floor_ms(Interaction))


def create_customer(client: Client) -> dict[str, Any]:
    """A third have the name of a customer who is there: the page asks back instead, which costs as much looking."""
    path = reverse("customers:create")
    found = [sent(partial(client.post, path, form), expected=[SAVED, ASKS_BACK]) for form in people()]
    figures = held_against("create_customer", [asked for asked, _status in found], floor_ms(Customer, link_key=None))
    return {**figures, "asked_back": sum(status == ASKS_BACK for _asked, status in found)}


def people() -> Iterator[dict[str, Any]]:
    names = Customer.objects.order_by("pk").values_list("name", flat=True)[: WRITES + 1]  # none of an import's file
    for number, name in enumerate(names):
        own = random.randrange(10**9)  # another in each run
        yield {
            "name": name if number % 3 == 2 else f"Quarzwerk {own} KG", "kind": "organization",
            "tax_id": f"QX{own:09}", "email": f"post@quarz{own}.example", "phone": f"+49 30 8{own % 10**7:07}",
            "city": "Bremen", "country": "DE",
        }  # fmt: skip


def held_against(what: str, asked: list[Asked], floor: float) -> dict[str, Any]:
    """The first warms up."""
    found = figures(asked[1:])
    goal = GOALS_MS[what]
    return {**found, "floor_ms": round(floor, 2), "goal_p95_ms": goal, "within_goal": found["p95_ms"] <= goal}


def floor_ms(model: type[Model], *, repeat: int = 10, **changed: object) -> float:
    """Of a copy of the newest row, which is taken away again."""
    row = model._default_manager.latest("pk")  # noqa: SLF001
    last = row.pk
    for name, value in changed.items():
        setattr(row, name, value)

    def insert() -> None:
        row.pk = None
        row.save(force_insert=True)

    try:
        return best(repeat, lambda: timed(insert)) * 1000
    finally:
        model._default_manager.filter(pk__gt=last).delete()  # noqa: SLF001
