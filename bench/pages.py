"""Server time and queries of the pages people have open all day, one request at a time, middleware and rendering in.

Each request asks something else, so that no cache answers; a first one warms code and connection up.
"""

import random
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from bench.asking import ask, asking, figures, queries
from customers.models import Customer, CustomerSpelling, Invoice, Note, Order, Tag, Task, Tier
from metrics.engine import months
from metrics.kpis import CATALOGUE

REQUESTS = 60
DEEP_PAGES = 40
GOAL_MS, GOAL_QUERIES = 30, 9
LIST_MS, LIST_QUERIES = 25, 7  # of the customer list and its search
BUSIEST_MS = 40
TABS = ("orders", "repairs", "people", "notes", "related", "sources", "history", "customer_tasks")
FORMS = ("edit", "log_interaction", "add_contact", "add_note", "owner")
SINGLE = (
    "accounts:notices", "accounts:bell", "accounts:profile", "customers:create", "customers:task_new", "customers:tags",
    "customers:tag_options", "customers:calendar", "customers:parked", "customers:unmatched",
)  # fmt: skip
NEXT = re.compile(r'href="\?([^"]*cursor=[^"]*)"')


def measure() -> dict[str, Any]:
    """Page → p50 and p95 in milliseconds, the most queries of a request, goals and whether both are met.

    The processor time of Python and of the database beside them tells a slow page from a busy machine.
    """
    months.keep_all()  # as a worker has
    with asking() as client:
        asked = {name: list(paths) for name, paths in requests(client, random.Random(7)).items()}
        return {name: page(client, name, paths) for name, paths in asked.items() if paths}


def requests(client: Client, generator: random.Random) -> dict[str, Iterable[str]]:
    customers, kpis = reverse("customers:list"), [kpi for kpi in CATALOGUE.values() if not kpi.variant_of]
    pks = any_of(Customer)
    return {
        "home": [reverse("home")] * REQUESTS,
        "home_steering": [reverse("customers:home_panel", args=["steering"])] * REQUESTS,
        "home_news": [reverse("customers:my_news")] * REQUESTS,
        "tasks": [reverse("customers:tasks")] * REQUESTS,
        "tasks_all": [reverse("customers:tasks") + "?view=open"] * REQUESTS,
        "orders_all": (
            f"{reverse('customers:order_list')}?sort={sort}" for sort in ("-placed", "-amount", "number") * 20
        ),
        "invoices_all": (f"{reverse('customers:invoice_list')}?view={view}" for view in ("all", "overdue") * 30),
        "invoices_sorted": (
            f"{reverse('customers:invoice_list')}?view=all&sort={sort}" for sort in ("-open", "number") * 30
        ),
        "view_new": [f"{reverse('accounts:add_view', args=['page.customers'])}?query=view%3Dmine"] * REQUESTS,
        "bulk_tasks": (f"{reverse('customers:task_bulk')}?action=task_done&ids={pk}" for pk in any_of(Task)),
        "list_by_figures": (f"{customers}?sort={sort}" for sort in ("tier", "-owner", "-revenue", "-overdue") * 15),
        "task": (reverse("customers:task", args=[pk]) for pk in any_of(Task)),
        "note": (reverse("customers:note", args=[pk]) for pk in any_of(Note)),
        "tag": (reverse("customers:tag", args=[pk]) for pk in any_of(Tag)),
        **{name: [reverse(name)] * REQUESTS for name in SINGLE},
        "list": (f"{customers}?sort={sort}" for sort in ("name", "-name", "last_contact_at", "-last_contact_at") * 15),
        "list_deep": deep(client, customers),
        "list_filtered": filtered(customers, generator),
        **{f"search_{kind}": (f"{customers}?q={q}" for q in words) for kind, words in searches(generator).items()},
        "customer": (reverse("customers:detail", args=[pk]) for pk in pks),
        **{f"customer_{tab}": (reverse(f"customers:{tab}", args=[pk]) for pk in pks) for tab in (*TABS, *FORMS)},
        "customer_contacts": (f"{reverse('customers:timeline', args=[pk])}?kind=contacts" for pk in pks),
        "customer_searched": (f"{reverse('customers:timeline', args=[pk])}?text=deliver" for pk in busiest()),
        "similar": (f"{reverse('customers:similar')}?{urlencode({'name': name})}" for name in names()),
        "bulk": (f"{customers}bulk/?action=add_tag&ids={pk}" for pk in pks),
        "order": (reverse("customers:order", args=[pk]) for pk in any_of(Order)),
        "invoice": (reverse("customers:invoice", args=[pk]) for pk in any_of(Invoice)),
        "customer_busiest": (reverse("customers:detail", args=[pk]) for pk in busiest()),
        "dashboard": [reverse("metrics:dashboard")] * REQUESTS,
        "kpi": (reverse("metrics:kpi", args=[kpis[i % len(kpis)].key]) for i in range(REQUESTS)),
    }


def names() -> list[str]:
    return list(Customer.objects.order_by("?").values_list("name", flat=True)[:REQUESTS])


def any_of(model: type[Model]) -> list[int]:
    return list(model._default_manager.order_by("?").values_list("pk", flat=True)[:REQUESTS])  # noqa: SLF001


def deep(client: Client, customers: str) -> Iterator[str]:
    """Page after page, as someone leafing does; the last of them are measured."""
    path = customers
    for number in range(REQUESTS + DEEP_PAGES):
        if number >= DEEP_PAGES:
            yield path
        found = NEXT.findall(client.get(path).content.decode())
        if not found:
            return
        path = f"{customers}?{found[-1].replace('&amp;', '&')}"


def filtered(customers: str, generator: random.Random) -> Iterator[str]:
    tiers = list(Tier.objects.values_list("pk", flat=True))
    for number in range(REQUESTS):
        choice = (f"tier={generator.choice(tiers)}", "kind=person", "country=CN", "overdue=yes&country=GB")[number % 4]
        yield f"{customers}?{choice}&sort={('name', '-last_contact_at')[number % 2]}"


def searches(generator: random.Random) -> dict[str, list[str]]:
    """What people type, cut out of what is there, and what is not there."""
    names = list(Customer.objects.order_by("?").values_list("name", flat=True)[: 20 * REQUESTS])
    latin = [name for name in names if name.isascii()][:REQUESTS]
    chinese = [name for name in names if "\u4e00" <= name[0] <= "\u9fff"][:REQUESTS]
    spelt = typed(generator)
    phones = Customer.objects.order_by("?").values_list("phone", flat=True)[:REQUESTS]
    numbers = Order.objects.order_by("?").values_list("number", flat=True)[:REQUESTS]
    return {
        "latin_fragment": [
            generator.choice([word for word in name.split() if len(word) > 3] or ["harb"])[1:5] for name in latin
        ],
        "latin_prefix": [name[:5] for name in latin],
        "latin_common": ["ltd", "gmbh", "engineering"] * (REQUESTS // 3),
        "chinese": [name[(at := generator.randrange(max(1, len(name) - 2))) : at + 2] for name in chinese],
        "pinyin": [text.lower() for text in spelt],
        "initials": [re.sub("[a-z]", "", text).lower() for text in spelt],
        "chinese_common": ["公司", "有限"] * (REQUESTS // 2),
        "phone_digits": [phone[-6:] for phone in phones],
        "email": [f"c{generator.randrange(10**5)}@" for _number in range(REQUESTS)],
        "order": list(numbers),
        "nothing": [f"zq{generator.randrange(10**6)}xv" for _number in range(REQUESTS)],
    }


def typed(generator: random.Random) -> list[str]:
    """Two or three syllables of names in Chinese characters, each of which begins with a capital."""
    names = CustomerSpelling.objects.order_by("?").values_list("spelt", flat=True)[:REQUESTS]
    each = [re.findall("[A-Z][a-z]+", name.split()[0]) for name in names]
    return ["".join(one[(at := generator.randrange(max(1, len(one) - 2))) : at + 3]) for one in each]


def busiest() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id FROM customers_interaction WHERE customer_id IS NOT NULL "
            f"GROUP BY 1 ORDER BY count(*) DESC LIMIT {REQUESTS}"
        )
        return [pk for (pk,) in cursor.fetchall()]


def page(client: Client, name: str, paths: list[str]) -> dict[str, Any]:
    client.get(paths[0])
    found = figures([ask(client, path) for path in paths])
    most = max(queries(client, path) for path in paths[:5])
    goal_ms, goal_queries = goals(name)
    return {
        **found,
        "queries": most,
        "goal_ms": goal_ms,
        "goal_queries": goal_queries,
        "within_goal": found["p95_ms"] <= goal_ms and most <= goal_queries,
    }


def goals(name: str) -> tuple[int, int]:
    """Milliseconds and queries."""
    if name.startswith(("list", "search_")):
        return LIST_MS, LIST_QUERIES
    return (BUSIEST_MS if name == "customer_busiest" else GOAL_MS), GOAL_QUERIES
