"""What the demo company's after-sales mended, and the goods as it names them. Nothing changed with go-live."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from crm.common.days import days_between
from demo import words
from demo.departments import after_sales_id
from demo.files import DemoFile, Row, write_csv
from demo.parties import Party
from demo.plan import Timeline
from demo.service_desk import Sampler
from demo.trade import Good

REPAIRS = 320
WARRANTY_SHARE = 0.4


def write_products(goods: Sequence[Good], folder: Path) -> DemoFile:
    rows = [(good.code, good.name) for good in _mended(goods)]
    path = write_csv(folder / "after-sales" / "products.csv", headers=("external_id", "name"), rows=rows)
    return DemoFile("products", "after-sales", path)


def write_repairs(
    generator: random.Random, *, parties: Sequence[Party], goods: Sequence[Good], timeline: Timeline, folder: Path
) -> DemoFile:
    headers = (
        "external_id", "customer_external_id", "product_code", "opened_at", "closed_at", "cost", "under_warranty",
        "description",
    )  # fmt: skip
    rows = _repairs(generator, Sampler.over(parties), _mended(goods), timeline)
    path = write_csv(folder / "after-sales" / "repairs.csv", headers=headers, rows=rows)
    return DemoFile("repairs", "after-sales", path)


def _mended(goods: Sequence[Good]) -> list[Good]:
    return [good for good in goods if good.group in words.FAULTS]


def _repairs(generator: random.Random, sampler: Sampler, goods: Sequence[Good], timeline: Timeline) -> Iterator[Row]:
    days = [day for day in days_between(timeline.first, timeline.last) if day.weekday() < 5]
    for number, day in enumerate(sorted(generator.choices(days, k=REPAIRS)), start=1):
        party, good = sampler.draw(generator), generator.choice(goods)
        opened = _at(day, generator.randrange(8 * 60, 17 * 60))
        closed = _closed(generator, opened)
        is_closed, cost = closed.date() <= timeline.last, generator.randrange(1500, 16000) / 100
        yield (
            f"R{number:05}", after_sales_id(party), good.code, opened.isoformat(),
            closed.isoformat() if is_closed else "", f"{cost:.2f}" if is_closed else "",
            "yes" if generator.random() < WARRANTY_SHARE else "no", generator.choice(words.FAULTS[good.group]),
        )  # fmt: skip


def _closed(generator: random.Random, opened: datetime) -> datetime:
    """Four days later as a rule, in working hours; now and then the same day."""
    days = round(generator.lognormvariate(1.4, 0.8))
    if not days:
        return opened + timedelta(minutes=generator.randrange(20, 90))
    day = opened.date() + timedelta(days=days)
    until_monday = 7 - day.weekday() if day.weekday() > 4 else 0
    return _at(day + timedelta(days=until_monday), generator.randrange(8 * 60, 17 * 60))


def _at(day: date, minute: int) -> datetime:
    """Without a zone: the company's."""
    return datetime.combine(day, time(minute // 60, minute % 60))
