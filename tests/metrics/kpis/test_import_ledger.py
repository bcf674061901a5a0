"""The ledger by month from a file, in its own currency and the company's."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from customers.models import ImportReject
from metrics.models import LedgerMonth
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.trade import ExchangeRateFactory

pytestmark = pytest.mark.django_db
HEADERS = "month,revenue,cost_of_sales,operating_cost,currency"


def load_ledger(path: Path, *lines: Sequence[object], source: str = "finance") -> dict[str, int]:
    return counts(load("ledger", write_csv(path / "ledger.csv", HEADERS, lines), source=source))


def months() -> list[tuple[object, ...]]:
    amounts = ("revenue", "cost_of_sales", "operating_cost")
    fields = ("month", "currency", *amounts, *(f"{name}_company" for name in amounts))
    return list(LedgerMonth.objects.order_by("month", "system__key").values_list(*fields))


def test_without_a_currency_it_is_the_companys(tmp_path: Path) -> None:
    assert load_ledger(tmp_path, ["2026-01", "10.50", "0", "-3", ""]) == {"rows": 1, "created": 1}
    given = (Decimal("10.5"), 0, -3)
    assert months() == [(date(2026, 1, 1), "EUR", *given, *given)]


def test_amounts_are_converted_at_the_rate_of_the_month(tmp_path: Path) -> None:
    ExchangeRateFactory.create(day=date(2026, 1, 1), rate=Decimal("0.9"))
    ExchangeRateFactory.create(day=date(2026, 2, 1), rate=Decimal("0.33333"))
    lines = [[month, "10", "20.0001", "30", "USD"] for month in ("2026-01", "2026-02")]
    assert load_ledger(tmp_path, *lines) == {"rows": 2, "created": 2}
    assert [(row[1], *row[5:]) for row in months()] == [
        ("USD", 9, Decimal("18.0001"), 27),
        ("USD", Decimal("3.3333"), Decimal("6.6666"), Decimal("9.9999")),
    ]


def test_the_same_again_changes_nothing_and_a_correction_takes_its_place(tmp_path: Path) -> None:
    load_ledger(tmp_path, ["2026-01", 1, 2, 3, ""], ["2026-02", 1, 2, 3, ""])
    assert load_ledger(tmp_path, ["2026-01", 1, 2, 3, "EUR"], ["2026-02", 1, 2, 4, ""])["updated"] == 1
    assert [row[4] for row in months()] == [3, 4]
    assert load_ledger(tmp_path, ["2026-02", 1, 2, 4, ""]) == {"rows": 1, "unchanged": 1}
    assert load_ledger(tmp_path, ["2026-02", 1, 2, 4, ""], source="venture") == {"rows": 1, "created": 1}
    assert len(months()) == 3


def test_what_is_wrong_is_rejected_with_its_column(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["", 1, 2, 3, ""], ["2026-13", 1, 2, 3, ""], ["2026-01", "", 2, 3, ""], ["2026-01", 1, 2, 3, "USD"],
        ["2026-01", 1, 10**12, 3, ""], ["2026-01", 1, 2, -(10**12), ""], ["2026-01", 10**12 - 1, 2, 3, ""],
    ]  # fmt: skip
    assert load_ledger(tmp_path, *lines) == {"rows": 7, "created": 1, "rejected": 6}
    assert list(ImportReject.objects.order_by("line").values_list("line", "column")) == [
        (2, "month"), (3, "month"), (4, "revenue"), (5, "currency"), (6, "cost_of_sales"), (7, "operating_cost"),
    ]  # fmt: skip
