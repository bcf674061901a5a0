"""UCI Online Retail (Chen, Sain, Guo 2012) through `import_file` and the documented mapping; totals from its README."""

import csv
import gzip
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Q, Sum

from customers.models import Customer, Order, OrderLine, SourceRecord

CHECKOUT = Path(__file__).parents[2]
DATA = CHECKOUT.parent / "shared/data/online_retail.csv.gz"
MAPPING = CHECKOUT / "docs/examples/online_retail.mapping.json"

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.exists(), reason="online_retail.csv.gz does not lie beside the checkout"),
]


def import_it() -> dict[str, object]:
    out = StringIO()
    call_command("import_file", "orders", str(DATA), source="shop", mapping=MAPPING, json=True, stdout=out)
    found: dict[str, object] = json.loads(out.getvalue())
    return {name: value for name, value in found.items() if name not in {"batch", "rejects_path"} and value}


def truth() -> tuple[dict[date, Decimal], dict[str, Decimal]]:
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    by_customer: dict[str, Decimal] = defaultdict(Decimal)
    first_at: dict[str, str] = {}
    rows = []
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            number, at = row["InvoiceNo"], row["InvoiceDate"]
            first_at[number] = min(first_at.get(number, at), at)
            rows.append((number, row["CustomerID"], int(row["Quantity"]) * Decimal(row["UnitPrice"])))
    for number, customer, amount in rows:
        by_day[date.fromisoformat(first_at[number][:10])] += amount
        by_customer[customer] += amount
    return by_day, by_customer


def test_every_line_goes_in_and_the_totals_are_exact() -> None:
    assert import_it() == {"rows": 541_909, "created": 541_909}
    lines = OrderLine.objects.all()
    assert (lines.count(), Order.objects.count()) == (541_909, 25_900)
    assert lines.aggregate(total=Sum("amount_company"))["total"] == Decimal("9747747.934")
    credit = Order.objects.filter(status="returned")
    assert (credit.count(), lines.filter(order__in=credit).count()) == (3_836, 9_288)
    assert lines.filter(order__customer=None).count() == 135_080
    good = lines.filter(quantity__gt=0, order__customer__isnull=False)
    spent = good.values("order__customer").annotate(total=Sum("amount_company"))
    totals = sorted((row["total"] for row in spent), reverse=True)
    assert (len(totals), sum(totals)) == (4_339, Decimal("8911407.904"))
    assert round(sum(totals[: 4_339 // 5]) / sum(totals), 3) == Decimal("0.746")
    by_day, by_customer = truth()
    assert dict(lines.values_list("day").annotate(total=Sum("amount_company"))) == by_day
    found = lines.values_list("order__customer__name").annotate(total=Sum("amount_company"))
    assert {name or "": total for name, total in found} == by_customer
    assert Customer.objects.exclude(country="").count() == len(by_customer) - 1
    assert SourceRecord.objects.filter(kind="customers").aggregate(
        all=Count("id"), right=Count("id", filter=Q(customer__name=F("external_id")))
    ) == {"all": 4_372, "right": 4_372}  # fmt: skip
    assert import_it() == {"rows": 541_909, "unchanged": 541_909}
