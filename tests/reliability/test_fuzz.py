"""Fifty rounds of anything that may happen to the facts, whoever does it: then the figures are the truth.

Raw SQL, files, tiers decided anew, another time zone, queues given away, KPI rules changed. After each round a
recompute must equal what the source rows give, and every derived column what it is derived from.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.db import connection

from crm.common.days import start_of
from customers.interactions.last_contact import refresh_last_contact
from customers.interactions.telephony.calls import assign_queue
from customers.models import (
    Call,
    Customer,
    Interaction,
    Invoice,
    Order,
    OrderLine,
    Payment,
    Queue,
    SourceSystem,
    Tier,
)
from customers.tiers.tiering import retier
from customers.time_zone import change_time_zone
from customers.trade.figures import refresh_figures
from metrics.engine.changing_rules import RulesUnchanged, change_rules
from metrics.engine.recomputing import recompute
from metrics.engine.rules import USUAL
from metrics.engine.shown import notes
from metrics.kpis import CATALOGUE
from metrics.models import LedgerShare
from service.models import SurveyAnswer
from tests.customers.importing.files import load, write_csv
from tests.factories.accounts import TeamFactory
from tests.factories.telephony import QueueFactory
from tests.factories.trade import ProductGroupFactory
from tests.metrics import truth

ROUNDS = 50
ACTIONS_A_ROUND = 4
FIRST, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 150
AS_OF = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin")

STATUSES = "(ARRAY['placed', 'shipped', 'cancelled', 'returned'])"
NO_CALL = "NOT EXISTS (SELECT FROM customers_call c WHERE c.interaction_id = customers_interaction.id)"
RAW = (
    f"UPDATE customers_order SET status = {STATUSES}[1 + id % 4] WHERE id % 3 = {{n}}",
    "UPDATE customers_order SET status = 'cancelled' WHERE id % 7 = {n}",
    "UPDATE customers_order SET team_id = {team} WHERE id % 5 = {n}",
    "UPDATE customers_orderline SET counted = NOT counted, day = day + 3 WHERE id % 6 = {n}",
    "UPDATE customers_orderline SET cost_company = NULL WHERE id % 9 = {n}",
    "UPDATE customers_orderline SET quantity = quantity + 1, amount_company = amount_company + 1 WHERE id % 8 = {n}",
    "DELETE FROM customers_orderline WHERE id % 11 = {n}",
    "DELETE FROM customers_payment WHERE id % 5 = {n}",
    "UPDATE customers_payment SET amount = amount * 2 WHERE id % 4 = {n}",
    "UPDATE customers_payment SET paid_on = paid_on + 20 WHERE id % 4 = {n}",
    "UPDATE customers_invoice SET amount = amount + 5, amount_company = amount_company + 5 WHERE id % 6 = {n}",
    "UPDATE customers_invoice SET paid = 0, paid_on_time = amount, settled_on = NULL WHERE id % 5 = {n}",
    "UPDATE customers_interaction SET purpose = 'repair' WHERE id % 5 = {n}",
    "UPDATE customers_interaction SET direction = 'out' WHERE id % 13 = {n}",
    f"DELETE FROM customers_interaction WHERE id % 17 = {{n}} AND {NO_CALL}",
    "UPDATE customers_call SET waited_ms = waited_ms + 7000 WHERE id % 5 = {n}",
    "UPDATE customers_call SET outcome = 'abandoned', talk_ms = NULL WHERE id % 9 = {n}",
    "DELETE FROM customers_call WHERE id % 13 = {n}",
    "UPDATE customers_sourcesystem SET rank = (rank + {n} + id) % 3 WHERE key IN ('erp', 'venture')",
    "UPDATE metrics_ledgermonth SET share = 1, revenue_company = revenue_company + 1 WHERE id % 2 = {n}",
    "UPDATE customers_product SET group_id = {group} WHERE id % 2 = {n}",
    "UPDATE customers_product SET unit_cost = coalesce(unit_cost, 0) + 0.25 WHERE id % 3 = {n}",
    "UPDATE service_surveyanswer SET team_id = {team}, score = 10 - score WHERE survey = 'nps' AND id % 3 = {n}",
    "DELETE FROM service_surveyanswer WHERE id % 11 = {n}",
)  # fmt: skip

# Rows whose derived columns are not what they are derived from.
UNDERIVED = {
    "order lines": """
SELECT l.id FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
LEFT JOIN customers_product p ON p.id = l.product_id
WHERE (l.day, l.counted, l.team_id, l.tier_id, l.product_group_id)
  IS DISTINCT FROM (o.day, o.status <> 'cancelled', o.team_id, o.tier_id, p.group_id)""",
    "costs": """
SELECT l.id FROM customers_orderline l LEFT JOIN customers_product p ON p.id = l.product_id
WHERE l.unit_cost IS NULL AND l.cost_company IS DISTINCT FROM round(l.quantity * p.unit_cost, 4)""",
    "days": """
SELECT id FROM customers_order WHERE day <> crm_day(placed_at)
UNION ALL SELECT id FROM customers_interaction WHERE day <> crm_day(occurred_at)
UNION ALL SELECT id FROM customers_call WHERE day <> crm_day(entered_at)
UNION ALL SELECT id FROM service_surveyanswer WHERE day <> crm_day(answered_at)""",
    "tiers of the day": """
SELECT o.id FROM customers_order o LEFT JOIN LATERAL crm_tier_on(o.customer_id, o.day) t ON true
WHERE o.tier_id IS DISTINCT FROM t.tier_id
UNION ALL SELECT i.id FROM customers_invoice i LEFT JOIN LATERAL crm_tier_on(i.customer_id, i.due_on) t ON true
WHERE i.tier_id IS DISTINCT FROM t.tier_id
UNION ALL SELECT i.id FROM customers_interaction i LEFT JOIN LATERAL crm_tier_on(i.customer_id, i.day) t ON true
WHERE i.tier_id IS DISTINCT FROM t.tier_id
UNION ALL SELECT c.id FROM customers_call c LEFT JOIN customers_interaction i ON i.id = c.interaction_id
LEFT JOIN LATERAL crm_tier_on(i.customer_id, c.day) t ON true WHERE c.tier_id IS DISTINCT FROM t.tier_id
UNION ALL SELECT a.id FROM service_surveyanswer a LEFT JOIN LATERAL crm_tier_on(a.customer_id, a.day) t ON true
WHERE a.tier_id IS DISTINCT FROM t.tier_id""",
    "teams of calls": """
SELECT c.id FROM customers_call c JOIN customers_queue q ON q.id = c.queue_id
WHERE c.team_id IS DISTINCT FROM q.team_id""",
    "last contacts": """
SELECT c.id FROM customers_customer c WHERE c.last_contact_at IS DISTINCT FROM (
  SELECT max(i.occurred_at) FROM customers_interaction i WHERE i.customer_id = c.id AND i.is_contact)""",
    "figures of customers": f"""
WITH bought AS (
  SELECT o.customer_id AS id, sum(l.amount_company) AS revenue, sum(l.amount_company - l.cost_company) AS profit
  FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
  WHERE o.status <> 'cancelled' AND o.day > '{AS_OF}'::date - interval '12 months' AND o.day <= '{AS_OF}' GROUP BY 1
), owed AS (
  SELECT customer_id AS id, sum(part) AS open, sum(part) FILTER (WHERE due_on < '{AS_OF}') AS overdue
  FROM (SELECT *, round(amount_company * (amount - paid) / amount, 4) AS part FROM customers_invoice
        WHERE amount > 0 AND paid < amount) unpaid GROUP BY 1
)
SELECT c.id FROM customers_customer c LEFT JOIN bought USING (id) LEFT JOIN owed USING (id)
LEFT JOIN customers_customerfigures f ON f.customer_id = c.id
WHERE (coalesce(f.revenue, 0), coalesce(f.profit, 0), coalesce(f.open, 0), coalesce(f.overdue, 0)) IS DISTINCT FROM
  (coalesce(bought.revenue, 0), coalesce(bought.profit, 0), coalesce(owed.open, 0), coalesce(owed.overdue, 0))""",
}


@pytest.fixture
def utc_again() -> Iterator[None]:
    """Functions are none of what is put back after a test that commits."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_set_zone('UTC')")


class World:
    """A small company, and what may happen to it."""

    def __init__(self, *, seed: int, folder: Path) -> None:
        self.random = random.Random(seed)
        self.folder, self.files = folder, 0
        self.teams = TeamFactory.create_batch(3)
        self.groups = ProductGroupFactory.create_batch(2)
        self.queues = QueueFactory.create_batch(2)
        load("products", self.file("external_id,name,unit_cost", [[f"p{n}", f"Product {n}", n + 1] for n in range(2)]))
        known = [[n, f"Customer {n}", f"+49301{n:04}"] for n in range(12)]
        load("customers", self.file("external_id,name,phone", known))

    def file(self, headers: str, rows: list[list[object]]) -> Path:
        self.files += 1
        return write_csv(self.folder / f"{self.files}.csv", headers, rows)

    def moment(self) -> str:
        return (FIRST + timedelta(minutes=self.random.randrange(DAYS * 24 * 60))).isoformat()

    def day(self) -> date:
        return (FIRST + timedelta(days=self.random.randrange(DAYS))).date()

    def some(self, most: int) -> list[int]:
        return [self.random.randrange(60) for _ in range(self.random.randrange(1, most))]

    def orders(self) -> None:
        headers = "external_id,customer_external_id,placed_at,status,product_code,quantity,unit_price,unit_cost,team"
        rows: list[list[object]] = []
        for order in set(self.some(12)):
            placed, status = self.moment(), self.random.choice(["placed", "shipped", "cancelled", "returned"])
            owner, team = self.random.randrange(14), self.random.choice(["", "north", "south"])
            rows += [
                [
                    f"o{order}",
                    owner,
                    placed,
                    status,
                    f"p{line}",
                    self.random.randrange(-2, 9),
                    line + 1,
                    self.random.choice(["", "0.5"]),
                    team,
                ]
                for line in range(self.random.randrange(1, 4))
            ]
        load("orders", self.file(headers, rows))

    def invoices(self) -> None:
        rows = []
        for invoice in set(self.some(12)):
            issued = self.day()
            due = issued + timedelta(days=self.random.choice([0, 14, 30]))
            rows.append([f"i{invoice}", self.random.randrange(14), f"o{invoice}", issued, due, invoice + 1])
        load("invoices", self.file("external_id,customer_external_id,order_external_id,issued_on,due_on,amount", rows))

    def payments(self) -> None:
        rows: list[list[object]] = [
            [f"y{number}", f"i{self.random.randrange(60)}", self.day(), self.random.randrange(1, 40)]
            for number in set(self.some(15))
        ]
        load("payments", self.file("external_id,invoice_external_id,paid_on,amount", rows))

    def ledgers(self) -> None:
        rows: list[list[object]] = [[f"2026-0{self.random.randrange(1, 6)}", self.random.randrange(900), 7, 50]]
        source = self.random.choice(["erp", "venture"])
        load("ledger", self.file("month,revenue,cost_of_sales,operating_cost", rows), source=source)

    def shares(self) -> None:
        system = SourceSystem.objects.filter(key="venture").first()
        if system and not LedgerShare.objects.filter(system=system).update(share=Decimal(self.random.randrange(5)) / 4):
            LedgerShare.objects.create(system=system, share=Decimal("0.4"), reason="Our part.")

    def answers(self) -> None:
        rows: list[list[object]] = [
            [f"a{number}", survey, self.random.randrange(14), self.moment(), self.random.randrange(1, most)]
            for number in set(self.some(12))
            for survey, most in [self.random.choice([("csat", 6), ("nps", 11), ("ces", 8)])]
        ]
        load("survey_answers", self.file("external_id,survey,customer_external_id,answered_at,value", rows))

    def contacts(self) -> None:
        rows: list[list[object]] = [
            [f"c{number}", self.random.randrange(14), "email", "in", self.random.choice(["order", "repair"]),
             self.moment(), self.random.choice(["", "noise", "solved"])]
            for number in set(self.some(20))
        ]  # fmt: skip
        headers = "external_id,customer_external_id,channel,direction,purpose,occurred_at,outcome"
        load("interactions", self.file(headers, rows))

    def calls(self) -> None:
        lines = []
        for number in set(self.some(10)):
            at = int(FIRST.timestamp()) + self.random.randrange(DAYS * 86_400)
            queue, wait = self.random.choice(self.queues).name, self.random.randrange(60)
            lines.append(f"{at}|{number}|{queue}|NONE|ENTERQUEUE||+49301{number:04}|1")
            end = self.random.choice(["ABANDON|1|1|", "COMPLETEAGENT|", "EXITWITHTIMEOUT|1|1|"])
            tail = f"{wait}|{wait * 3}|1" if end.startswith("COMPLETE") else str(wait)
            lines.append(f"{at + wait}|{number}|{queue}|SIP/1|{end}{tail}")
        self.files += 1
        path = self.folder / f"{self.files}.log"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        load("calls", path)

    def raw(self) -> None:
        statement = self.random.choice(RAW).format(
            n=self.random.randrange(2),
            team=self.random.choice(self.teams).pk,
            group=self.random.choice([group.pk for group in self.groups]),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement)
            if "DELETE FROM customers_interaction" in statement:  # no trigger sees contacts go: the nightly check does
                cursor.execute("SELECT id FROM customers_customer")
                refresh_last_contact(cursor, [pk for (pk,) in cursor.fetchall()])

    def tiers(self) -> None:
        retier(as_of=self.day())

    def zone(self) -> None:
        change_time_zone(zone=self.random.choice(ZONES))

    def queue(self) -> None:
        queue = Queue.objects.get(pk=self.random.choice(self.queues).pk)
        team, purpose = self.random.choice([None, *self.teams]), self.random.choice(["", "order"])
        assign_queue(queue=queue, team=team, purpose=purpose)

    def rules(self) -> None:
        """Changed, and perhaps changed back before anything was recomputed."""
        values = {
            **USUAL,
            "answer_within_s": self.random.choice([10, 20, 30]),
            "short_abandon_s": self.random.choice([3, 5]),
            "repeat_window_hours": self.random.choice([24, 168]),
        }
        with suppress(RulesUnchanged):
            change_rules(values=values, reason="whim", by=None)

    @property
    def actions(self) -> list[Callable[[], None]]:
        files = [self.orders, self.invoices, self.payments, self.contacts, self.calls, self.ledgers]
        files.append(self.answers)
        return [*files, *files, *[self.raw] * 4, self.tiers, self.zone, self.queue, self.shares, self.rules]


def wrongly_derived() -> dict[str, list[int]]:
    found = {}
    with connection.cursor() as cursor:
        for what, statement in UNDERIVED.items():
            cursor.execute(statement)
            found[what] = [pk for (pk,) in cursor.fetchall()]
    found["paid invoices"] = [invoice.pk for invoice in Invoice.objects.all() if not is_settled_right(invoice)]
    return {what: rows for what, rows in found.items() if rows}


def is_settled_right(invoice: Invoice) -> bool:
    """By its payments in plain Python: sums capped between nothing and the amount."""
    payments = list(Payment.objects.filter(invoice=invoice).values_list("paid_on", "amount"))
    side = 1 if invoice.amount >= 0 else -1
    total = sum((amount for _day, amount in payments), Decimal(0)) * side
    in_time = sum((amount for day, amount in payments if day <= invoice.due_on), Decimal(0)) * side
    paid = side * min(invoice.amount * side, max(total, Decimal(0)))
    on_time = side * min(invoice.amount * side, max(min(in_time, total), Decimal(0)))
    return (invoice.paid, invoice.paid_on_time) == (paid, on_time)


@pytest.mark.slow
@pytest.mark.usefixtures("utc_again")
@pytest.mark.django_db(transaction=True)
def test_figures_are_the_truth_whatever_happened(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    world = World(seed=seed, folder=tmp_path)
    for number in range(ROUNDS):
        done = []
        for _ in range(ACTIONS_A_ROUND):
            action = world.random.choice(world.actions)
            action()
            done.append(action.__name__)
        said = f"seed {seed}, round {number}: {', '.join(done)}"
        with time_machine.travel(NOW, tick=False):
            refresh_figures()
        assert wrongly_derived() == {}, said
        recompute(as_of=AS_OF, full=world.random.random() < 0.1)
        now = start_of(AS_OF + timedelta(days=1)) - timedelta(microseconds=1)
        assert truth.shown_by_day() == truth.all_by_day(now=now), said
        assert notes(CATALOGUE.values()) == [], said
    assert min(model.objects.count() for model in (Order, OrderLine, Payment, Interaction, Call, SurveyAnswer)) > 0
    assert Customer.objects.count() == 12
    assert Tier.objects.filter(assignments__isnull=False).exists()
