from pathlib import Path

import pytest

from bench import imports
from customers.models import Call, Customer, Order


@pytest.mark.parametrize(
    ("kind", "present", "rows"),
    [("customers", 1_000, 20_000), ("customers", 100_000, 50_000), ("orders", 100_000, 200_000),
     ("customers", 1_000_000, 500_000), ("calls", 1_000_000, 500_000)],
)  # fmt: skip
def test_files_grow_with_the_data(kind: str, present: int, rows: int) -> None:
    assert imports.rows(kind, present) == rows


@pytest.mark.django_db(transaction=True)
def test_each_run_loads_what_none_before_has_loaded(tmp_path: Path) -> None:
    for kind, write in imports.WRITERS.items():
        for _run in range(2):
            imports.load(kind, write(tmp_path / kind, 8, imports.loaded(kind)))
    assert (Customer.objects.count(), Order.objects.count(), Call.objects.count()) == (16, 8, 4)


def test_the_most_memory_held_is_counted_anew() -> None:
    before = imports.forget_peak()
    assert 0 < before <= imports.peak_mb()
