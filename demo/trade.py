"""What the demo company's customers bought, were billed and paid, and its ledger. Nothing here changed with go-live."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from crm.common.days import days_between
from demo import words
from demo.departments import finance_id, shop_id
from demo.files import DemoFile, Row, write_csv, write_xlsx
from demo.parties import Party
from demo.plan import Timeline

ORDERS = 8_000
WALK_IN_SHARE = 0.03
INVOICES = {
    "columns": {
        "external_id": "Belegnr.", "customer_external_id": "Debitor", "order_external_id": "Auftrag",
        "issued_on": "Belegdatum", "due_on": "Fällig am", "currency": "Währung", "amount": "Betrag",
    },
    "delimiter": ";", "date": "%d.%m.%Y", "decimal": ",",
}  # fmt: skip
PAYMENTS = {
    "columns": {
        "external_id": "Zahlungsnr.", "invoice_external_id": "Belegnr.", "paid_on": "Wertstellung", "amount": "Betrag",
    },
    "delimiter": ";", "date": "%d.%m.%Y", "decimal": ",",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Good:
    code: str
    name: str
    group: str
    cents: int
    cost_cents: int


@dataclass(frozen=True, slots=True)
class Line:
    good: Good
    quantity: int


@dataclass(frozen=True, slots=True)
class Sale:
    number: int
    party: Party | None
    placed_on: date
    minute: int
    status: str
    lines: tuple[Line, ...]

    @property
    def cents(self) -> int:
        return sum(line.quantity * line.good.cents for line in self.lines)

    @property
    def cost_cents(self) -> int:
        return sum(line.quantity * line.good.cost_cents for line in self.lines)


def draw_goods(generator: random.Random) -> list[Good]:
    goods: list[Good] = []
    for group, names, low, high in words.GOODS:
        for name in names:
            cents = generator.randrange(low * 100, high * 100, 50)
            cost = round(cents * generator.uniform(0.5, 0.72))
            goods.append(Good(f"{group[:2].upper()}{100 + len(goods)}", name, group, cents, cost))
    return goods


def draw_sales(
    generator: random.Random, *, buyers: Sequence[Party], goods: Sequence[Good], timeline: Timeline, count: int = ORDERS
) -> list[Sale]:
    """Orders over working days, a little more each month; some big customers, many small ones, some walk-ins."""
    days = [
        day for day in days_between(timeline.first, timeline.last) if day.weekday() < 5 or generator.random() < 0.25
    ]
    busy = list(accumulate(1 + 0.15 * timeline.progress(day) for day in days))
    weights = list(accumulate(party.weight for party in buyers))
    placed = sorted(generator.choices(days, cum_weights=busy, k=count))
    return [
        Sale(
            number=number,
            party=None if generator.random() < WALK_IN_SHARE else generator.choices(buyers, cum_weights=weights)[0],
            placed_on=day,
            minute=generator.randrange(7 * 60, 19 * 60),
            status=_status(generator, (timeline.last - day).days),
            lines=tuple(_lines(generator, goods)),
        )
        for number, day in enumerate(placed, start=1)
    ]


def _status(generator: random.Random, age: int) -> str:
    chance = generator.random()
    if chance < 0.03:
        return "cancelled"
    return "shipped" if age > 6 or chance > 0.7 else "placed"


def _lines(generator: random.Random, goods: Sequence[Good]) -> Iterator[Line]:
    for _number in range(generator.choices((1, 2, 3, 4, 5), weights=(35, 28, 20, 11, 6))[0]):
        yield Line(generator.choice(goods), max(1, round(generator.lognormvariate(0.6, 0.7))))
    if generator.random() < 0.04:
        yield Line(generator.choice(goods), -1)


def write_orders(sales: Sequence[Sale], folder: Path) -> DemoFile:
    headers = (
        "external_id", "customer_external_id", "placed_at", "status", "currency", "product_code", "product_name",
        "quantity", "unit_price", "unit_cost",
    )  # fmt: skip
    rows = (
        (
            f"O-{sale.number:06}", shop_id(sale.party) if sale.party else "",
            f"{sale.placed_on}T{sale.minute // 60:02}:{sale.minute % 60:02}:00", sale.status, "", line.good.code,
            line.good.name, line.quantity, f"{line.good.cents / 100:.2f}", f"{line.good.cost_cents / 100:.2f}",
        )
        for sale in sales for line in sale.lines
    )  # fmt: skip
    return DemoFile("orders", "shop", write_csv(folder / "shop" / "orders.csv.gz", headers=headers, rows=rows))


@dataclass(frozen=True, slots=True)
class Bill:
    number: int
    sale: Sale
    party: Party
    issued_on: date
    due_on: date


def draw_bills(generator: random.Random, *, sales: Sequence[Sale], timeline: Timeline) -> list[Bill]:
    bills: list[Bill] = []
    for sale in sales:
        party = sale.party
        issued = sale.placed_on + timedelta(days=generator.randrange(1, 4))
        if party is None or not party.on_account or sale.status == "cancelled" or sale.cents <= 0:
            continue
        if issued <= timeline.last:
            term = 14 if party.number % 4 == 0 else 30
            bills.append(Bill(len(bills) + 1, sale, party, issued, issued + timedelta(days=term)))
    return bills


def write_bills(bills: Sequence[Bill], folder: Path) -> DemoFile:
    headers = ("Belegnr.", "Debitor", "Auftrag", "Belegdatum", "Fällig am", "Währung", "Betrag", "Sachbearbeiter")
    rows = (
        (
            f"RE{bill.number:06}", finance_id(bill.party), f"shop/O-{bill.sale.number:06}", _german(bill.issued_on),
            _german(bill.due_on), "EUR", _amount(bill.sale.cents), "Jäger" if bill.number % 2 else "Groß",
        )
        for bill in bills
    )  # fmt: skip
    path = folder / "finance" / "rechnungen.csv"
    write_csv(path, headers=headers, rows=rows, encoding="cp1252", delimiter=";")
    return DemoFile("invoices", "finance", path, INVOICES)


def write_payments(generator: random.Random, *, bills: Sequence[Bill], timeline: Timeline, folder: Path) -> DemoFile:
    """On time or not is each customer's habit; one bill in eight is paid in two parts."""
    rows: list[Row] = []
    for bill in bills:
        for paid_on, cents in _payments(generator, bill):
            if paid_on <= timeline.last:
                rows.append((f"ZE{len(rows) + 1:06}", f"RE{bill.number:06}", _german(paid_on), _amount(cents)))
    path = folder / "finance" / "zahlungen.csv"
    headers = ("Zahlungsnr.", "Belegnr.", "Wertstellung", "Betrag")
    write_csv(path, headers=headers, rows=rows, encoding="cp1252", delimiter=";")
    return DemoFile("payments", "finance", path, PAYMENTS)


def _payments(generator: random.Random, bill: Bill) -> list[tuple[date, int]]:
    chance = generator.random()
    if chance > 0.985:
        return []
    days = -generator.randrange(13) if chance < bill.party.punctual else 2 + round(generator.expovariate(1 / 16))
    paid_on = bill.due_on + timedelta(days=days)
    if generator.random() < 0.125:
        half = bill.sale.cents // 2
        return [(paid_on, half), (paid_on + timedelta(days=9), bill.sale.cents - half)]
    return [(paid_on, bill.sale.cents)]


def write_ledger(generator: random.Random, *, sales: Sequence[Sale], timeline: Timeline, folder: Path) -> DemoFile:
    """Whole months only: finance closes a month when it is over."""
    rows: list[Row] = []
    for month in timeline.months:
        sold = [s for s in sales if s.status != "cancelled" and s.placed_on.replace(day=1) == month]
        revenue = sum(sale.cents for sale in sold) / 100
        cost = sum(sale.cost_cents for sale in sold) / 100
        operating = revenue * generator.gauss(0.235, 0.008) + 9_000
        if timeline.last_day(month) < timeline.last:
            rows.append((f"{month:%Y-%m}", round(revenue, 2), round(cost, 2), round(operating, 2), "EUR"))
    headers = ("month", "revenue", "cost_of_sales", "operating_cost", "currency")
    return DemoFile("ledger", "finance", write_xlsx(folder / "finance" / "ledger.xlsx", headers=headers, rows=rows))


def _german(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _amount(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"
