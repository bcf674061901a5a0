"""Costs of the programme from a file: planned, paid, or both."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from customers.models import ImportReject
from metrics.models import CostEntry
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.trade import ExchangeRateFactory

pytestmark = pytest.mark.django_db
HEADERS = "external_id,date,category,phase,planned,actual,currency,note"
DAY = date(2026, 3, 1)


def load_costs(path: Path, *lines: list[object]) -> dict[str, int]:
    return counts(load("costs", write_csv(path / "costs.csv", HEADERS, lines), source="finance"))


def costs() -> list[tuple[object, ...]]:
    fields = ("category", "phase", "currency", "planned", "actual", "planned_company", "actual_company", "note")
    return list(CostEntry.objects.order_by("pk").values_list(*fields))


def test_what_is_not_given_is_unknown_and_what_is_nothing_is_0(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["k1", DAY, "licence", "1", "9000.00", "", "", "yearly"],
        ["k2", DAY, "training", "", "", "0", "", ""],
        ["k3", DAY, "administration_support", "", "1", "2.5", "EUR", ""],
    ]
    assert load_costs(tmp_path, *lines) == {"rows": 3, "created": 3}
    assert costs() == [
        ("licence", "1", "EUR", 9000, None, 9000, None, "yearly"),
        ("training", "", "EUR", None, 0, None, 0, ""),
        ("administration_support", "", "EUR", 1, Decimal("2.5"), 1, Decimal("2.5"), ""),
    ]
    assert set(CostEntry.objects.values_list("date", flat=True)) == {DAY}


def test_amounts_are_converted_at_the_rate_of_the_day(tmp_path: Path) -> None:
    for day, rate in ((DAY, "0.9"), (date(2026, 3, 2), "0.8")):
        ExchangeRateFactory.create(day=day, rate=Decimal(rate))
    load_costs(tmp_path, ["k1", DAY, "licence", "", "10", "20", "USD", ""])
    assert costs() == [("licence", "", "USD", 10, 20, 9, 18, "")]


def test_a_correction_takes_the_place_of_what_was_said_also_where_it_says_less(tmp_path: Path) -> None:
    line: list[object] = ["k1", DAY, "licence", "1", "10", "20", "", "x"]
    load_costs(tmp_path, line)
    assert load_costs(tmp_path, line) == {"rows": 1, "unchanged": 1}
    assert load_costs(tmp_path, ["k1", DAY, "hardware", "", "", "20", "", ""]) == {"rows": 1, "updated": 1}
    assert costs() == [("hardware", "", "EUR", None, 20, None, 20, "")]


def test_what_is_wrong_is_rejected_with_its_column(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["k1", DAY, "licence", "", "", "", "", ""],
        ["k2", DAY, "coffee", "", "1", "", "", ""],
        ["k3", DAY, "licence", "", "1", "", "USD", ""],
        ["k4", DAY, "licence", "", 10**12, "", "", ""],
        ["k5", DAY, "licence", "", "1", 10**12, "", ""],
        ["k6", "", "licence", "", "1", "", "", ""],
        ["", DAY, "licence", "", "1", "", "", ""],
    ]
    assert load_costs(tmp_path, *lines) == {"rows": 7, "rejected": 7}
    assert list(ImportReject.objects.order_by("line").values_list("column", flat=True)) == [
        "actual", "category", "currency", "planned", "actual", "date", "external_id",
    ]  # fmt: skip
    assert ImportReject.objects.earliest("line").reason == "neither planned nor actual is given"
