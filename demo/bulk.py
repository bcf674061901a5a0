"""A company of any size for benchmarks, written straight into the tables: no files, no importers, no audit.

Indexes and foreign keys of the big tables are dropped, the rows drawn in SQL, then both are made again, all in one
transaction: stopped half way, nothing has happened.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from accounts.models import Team
from crm.common.audit.acting import in_bulk
from crm.common.company.current import company
from crm.common.errors import DomainError
from crm.owner import as_owner
from customers.identity.hygiene.following import refresh_hygiene
from customers.models import Customer, Product, ProductGroup, Queue, SourceSystem
from customers.tiers import changed, tiering
from customers.trade import figures
from demo import words
from metrics.engine.recomputing import recompute

log = structlog.get_logger(__name__)

SCALES = {"100k": 100_000, "1m": 1_000_000}
SQL = Path(__file__).parent / "sql"
STEPS = ("bulk_draw", "bulk_contacts", "bulk_trade", "bulk_customers", "bulk_spellings")
TABLES = (
    "customers_interaction", "customers_call", "customers_order", "customers_orderline", "customers_invoice",
    "customers_payment", "customers_customer", "customers_contactpoint", "customers_tierassignment",
    "service_surveyanswer",
)  # fmt: skip
SPELLINGS = "customers_customerspelling"
TEAMS, PRODUCTS, GROUPS = 12, 400, 8


class NotEmpty(DomainError):
    """Bulk data would mix with customers that are there."""


@dataclass(frozen=True, slots=True)
class Seeded:
    customers: int
    interactions: int
    calls: int
    orders: int
    seconds: float


def seed_bulk(*, customers: int, last: date, force: bool = False) -> Seeded:
    """`customers` customers with 10 interactions (4 of them calls) and 3 orders each, over the two years up to `last`.

    Raises NotEmpty where customers exist, unless `force`, which adds to them.
    """
    if not force and Customer.objects.exists():
        raise NotEmpty(_("This database holds customers; use an empty one, or --force to add to it."))
    began = monotonic()
    with as_owner():
        _write(customers=customers, last=last)
    figures.start_again()
    changed.forget()
    figures.refresh_figures()
    refresh_hygiene()
    tiering.retier(as_of=last)
    recompute(full=True)
    return Seeded(customers, 10 * customers, 4 * customers, 3 * customers, round(monotonic() - began, 1))


def _write(*, customers: int, last: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        in_bulk(cursor)
        parameters = _parameters(cursor, customers=customers, last=last)
        with _bare_tables(cursor):
            for step in STEPS:
                _timed(step, cursor, (SQL / f"{step}.sql").read_text(encoding="utf-8"), parameters)
        for table in TABLES:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, max(1, _highest(cursor, table))]
            )
    with connection.cursor() as cursor:
        _timed("vacuum", cursor, f"VACUUM (ANALYZE) {', '.join((*TABLES, SPELLINGS))}")


def _timed(name: str, cursor: CursorWrapper, sql: str, parameters: dict[str, Any] | None = None) -> None:
    began = monotonic()
    cursor.execute(sql, parameters)
    log.info("demo step done", step=name, seconds=round(monotonic() - began, 1))


def _parameters(cursor: CursorWrapper, *, customers: int, last: date) -> dict[str, Any]:
    system, _made = SourceSystem.objects.get_or_create(key="bulk", defaults={"name": "Bulk data"})
    teams = [
        Team.objects.get_or_create(key=f"team-{i}", defaults={"name": f"Team {i}"})[0] for i in range(1, TEAMS + 1)
    ]
    queues = [Queue.objects.get_or_create(name=team.key, defaults={"team": team})[0] for team in teams]
    _make_products(system)
    policy = tiering.find_policy()
    return {
        "n": customers,
        "last": last,
        "system": system.pk,
        "teams": [team.pk for team in teams],
        "queues": [queue.pk for queue in queues],
        "products": PRODUCTS,
        "currency": company().currency,
        "policy": policy.pk if policy else None,
        "base": _highest(cursor, "customers_customer"),
        "interaction_base": _highest(cursor, "customers_interaction"),
        "order_base": _highest(cursor, "customers_order"),
        "invoice_base": _highest(cursor, "customers_invoice"),
        **_words(),
    }


def _highest(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 - a table of `TABLES`
    return int(cursor.fetchone()[0])


def _make_products(system: SourceSystem) -> None:
    if Product.objects.filter(system=system).exists():
        return
    groups = [ProductGroup.objects.get_or_create(name=f"Group {place}")[0] for place in range(1, GROUPS + 1)]
    Product.objects.bulk_create(
        Product(system=system, code=f"P{i}", name=f"Product {i}", group=groups[i % GROUPS], unit_cost=5 + i * 37 % 400)
        for i in range(1, PRODUCTS + 1)
    )


def _words() -> dict[str, Sequence[str]]:
    return {
        "channels": ["email", "email", "email", "web", "web", "chat", "letter", "visit"],
        "purposes": ["order", "repair", "complaint", "enquiry", "delivery", "billing", "other"],
        "subjects": [subject for subjects in words.SUBJECTS.values() for subject in subjects],
        "comments": list(words.COMMENTS),
        "surnames": list("张王李赵刘陈杨黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"),
        "given": list(
            "伟芳娜敏静强磊军洋艳勇娟涛明超兰霞平刚桂英华建文玉红国立海云山峰林波宁琳丽晓东雪佳欣怡然子涵宇轩"
        ),
        "first_names": [
            *words.GERMAN_FIRST,
            *words.ENGLISH_FIRST,
            "José",
            "Łukasz",
            "Ingrid",
            "Mehmet",
            "Ольга",
            "فاطمة",
        ],
        "last_names": [*words.GERMAN_LAST, *words.ENGLISH_LAST, "García", "Nowak", "Öztürk", "Ström", "Иванова", "علي"],
        "cities_cn": [city[0] for city in words.CHINESE_CITIES],
        "stems_cn": [stem[0] for stem in words.CHINESE_STEMS],
        "sectors_cn": [sector[0] for sector in words.CHINESE_SECTORS],
        "stems_ru": ["Север", "Восток", "Альфа", "Вектор", "Заря", "Прогресс"],
        "stems": [*words.GERMAN_STEMS, *words.ENGLISH_STEMS],
        "sectors": [sector[0] for sector in (*words.GERMAN_SECTORS, *words.ENGLISH_SECTORS)],
        "forms": [*words.GERMAN_FORMS, *words.ENGLISH_FORMS],
        "cities": [city[0] for city in (*words.CHINESE_CITIES, *words.GERMAN_CITIES, *words.ENGLISH_CITIES)],
    }


@contextmanager
def _bare_tables(cursor: CursorWrapper) -> Iterator[None]:
    """Without foreign keys, without indexes that no constraint needs, and without triggers: the rows are right as they
    are drawn, and marking each would be in vain.
    """
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '256MB'")
    tables = list(TABLES)
    keys = _definitions(cursor, FOREIGN_KEYS, tables)
    indexes = _definitions(cursor, INDEXES, tables)
    triggers = _definitions(cursor, TRIGGERS, tables)
    for table, name, _definition in keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for _table, name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    for table, name, _definition in triggers:
        cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
    yield
    for _table, name, definition in indexes:
        _timed(name, cursor, definition)
    for table, name, definition in keys:
        _timed(name, cursor, f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for table, name, _definition in triggers:
        cursor.execute(f'ALTER TABLE {table} ENABLE TRIGGER "{name}"')


FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) ORDER BY 1, 2
"""
INDEXES = """
SELECT i.indrelid::regclass::text, c.relname, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid::regclass::text = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
ORDER BY 1, 2
"""
TRIGGERS = """
SELECT tgrelid::regclass::text, tgname, '' FROM pg_trigger
WHERE tgrelid::regclass::text = ANY(%s) AND tgenabled <> 'D' AND NOT tgisinternal ORDER BY 1, 2
"""


def _definitions(cursor: CursorWrapper, sql: str, tables: list[str]) -> list[tuple[str, str, str]]:
    cursor.execute(sql, [tables])
    return list(cursor.fetchall())
