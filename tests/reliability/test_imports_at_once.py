"""Files of all departments at once, tiers decided beside them, all killed with -9 again and again: they end as one file
after the other does.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from crm.common.days import today
from customers.importing import applying
from customers.models import Customer, Interaction, Order, SourceRecord
from customers.tasks import follow_points, follow_tiers, resume_imports
from customers.tiers.tiering import retier
from tests import database
from tests.customers.importing.files import load, write_csv
from tests.customers.importing.world import state
from tests.reliability.conftest import Begin

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

FIRMS, ROUNDS = 200, 3
WaitFor = Callable[[Callable[[], object]], None]
File = tuple[str, str, dict[str, Any], str, list[list[object]]]


def files() -> Sequence[File]:
    """Two departments know most firms, a shop names some before they do, and calls come by number."""
    firms, day = range(FIRMS), today().isoformat()
    bare = {"create_missing": {"customers": {"country": "land"}}}
    return (
        ("crm", "customers", {}, "external_id,name,tax_id,phone",
         [[n, f"Firm {n}", f"DE8{n:08}", f"030 7{n:06}"] for n in firms]),
        ("shop", "customers", {}, "external_id,name,tax_id,email",
         [[f"c{n}", f"FIRM {n} Ltd", f"DE8{n:08}" if n % 3 else "", f"f{n}@x.org"] for n in firms]),
        ("shop", "orders", bare, "external_id,customer_external_id,placed_at,product_code,quantity,unit_price,land",
         [[f"o{n}", f"c{n % (FIRMS + 50)}", day, f"P{n % 7}", n % 5 + 1, 900, "DE"] for n in range(3 * FIRMS)]),
        ("finance", "invoices", {}, "external_id,customer_external_id,order_external_id,issued_on,due_on,amount",
         [[f"i{n}", "", f"shop/o{n}", day, day, 100] for n in firms]),
        ("finance", "payments", {}, "external_id,invoice_external_id,paid_on,amount",
         [[f"p{n}", f"i{n // 2}", day, 50] for n in range(2 * FIRMS)]),
        ("desk", "interactions", {}, "external_id,contact_value,channel,occurred_at,team",
         [[f"t{n}", f"030 7{n % (FIRMS + 30):06}", "phone", f"{day} 00:00", f"t{n % 3}"] for n in range(2 * FIRMS)]),
    )  # fmt: skip


@pytest.fixture
def works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sequence[Callable[[], object]]:
    """Each file's import, and deciding tiers; chunks are small, so that there are many to be killed between."""
    monkeypatch.setattr(applying, "MOST_ROWS", 60)
    monkeypatch.setattr(applying, "FIRST_ROWS", 60)
    imports = []
    for number, (source, kind, mapping, headers, rows) in enumerate(files()):
        path = write_csv(tmp_path / f"{number}.csv", headers, rows)
        imports.append(lambda kind=kind, path=path, source=source, mapping=mapping: load(
            kind, path, source=source, mapping=mapping
        ))  # fmt: skip
    return imports


def outcome() -> dict[str, Any]:
    """What the files became, and the tiers, after all that was left to do."""
    resume_imports()
    follow_points()
    retier()
    follow_tiers()
    tiers = Customer.objects.values_list("link_key", "tier__key")
    facts = [model.objects.values_list("customer__link_key", "tier__key") for model in (Order, Interaction)]
    return {**state(), "tiers": sorted(map(str, tiers)), "facts": [sorted(map(str, rows)) for rows in facts]}


def test_killed_at_any_moment_they_end_as_one_after_the_other(
    works: Sequence[Callable[[], object]], begin: Begin, wait_for: WaitFor
) -> None:
    for work in works:
        work()
    expected = outcome()
    assert len(expected["customers"]) > FIRMS
    assert len(set(expected["tiers"])) > FIRMS
    database.restore()

    for number in range(ROUNDS):
        running = [begin(work) for work in (*works, retier)]
        part = (number + 1) * len(expected["records"]) // (ROUNDS + 1)
        wait_for(lambda part=part: SourceRecord.objects.count() >= part, 120)
        for process in running:
            process.kill()
            process.join()
    running = [begin(work) for work in (*works, retier)]
    for process in running:
        process.join(120)
    assert [process.exitcode for process in running] == [0] * len(running)
    assert outcome() == expected
