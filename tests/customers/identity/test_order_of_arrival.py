"""Any order of files and of their rows ends in the same state."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.identity.survivorship_rules import set_rule
from customers.models import Customer, Interaction, Invoice, ParkedRow
from tests.conftest import NOON
from tests.customers.importing.files import counts, load, write_csv
from tests.customers.importing.world import FILES, state

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def load_all(folder: Path, order: list[int], shuffle: Random | None = None) -> None:
    """Load the files in an order, their rows shuffled."""
    for position in order:
        source, kind, mapping, headers, rows = FILES[position]
        ordered = list(rows)
        if shuffle:
            shuffle.shuffle(ordered)
        file = write_csv(folder / f"{position}.csv", headers, ordered)
        batch = load(kind, file, source=source, mapping=mapping)
        assert batch.rejected == 0


def test_the_world_is_as_written(tmp_path: Path) -> None:
    load_all(tmp_path, list(range(len(FILES))))
    muller = Customer.objects.get(link_key="tax:DE811193231")
    assert (muller.name, muller.country, muller.email) == ("Müller GmbH", "DE", "info@mueller.de")
    assert sorted(muller.source_records.filter(kind="customers").values_list("system__key", "external_id")) == [
        ("crm", "1"),
        ("shop", "c1"),
    ]
    assert Customer.objects.get(link_key="rec:shop/c7").country == "ES"
    invoice = Invoice.objects.get(number="2024/1")
    assert (invoice.customer, str(invoice.paid), str(invoice.paid_on_time)) == (muller, "30.3333", "10.0000")
    assert str(invoice.settled_on) == "2024-02-09"
    owners = dict(Interaction.objects.values_list("contact_value", "customer__name"))
    assert owners == {
        "Info@Mueller.de": "Müller GmbH",
        "030 1234567": None,
        "+49 30 999999": "lovelace ada",
        "030 999999": "Alone",
        "030 555555": None,
        "eva@mueller.de": "Müller GmbH",
    }
    assert sorted(ParkedRow.objects.values_list("kind", "external_id")) == [
        ("contacts", "k3"),
        ("invoices", "2024/3"),
        ("payments", "p4"),
        ("payments", "p5"),
        ("repairs", "r3"),
        ("survey_answers", "s3"),
    ]


def test_all_files_again_change_nothing(tmp_path: Path) -> None:
    load_all(tmp_path, list(range(len(FILES))))
    before = state()
    for position, (source, kind, mapping, _headers, rows) in enumerate(FILES):
        again = counts(load(kind, tmp_path / f"{position}.csv", source=source, mapping=mapping))
        assert {name for name in again if name not in {"rows", "parked"}} <= {"unchanged"}
        assert again["rows"] == len(rows) == again.get("unchanged", 0) + again.get("parked", 0)
    assert state() == before


@pytest.fixture
def expected(tmp_path: Path, db: None) -> dict[str, Any]:
    with transaction.atomic():
        load_all(tmp_path, list(range(len(FILES))))
        found = state()
        transaction.set_rollback(True)
    return found


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(order=st.permutations(range(len(FILES))), seed=st.integers(0, 2**32))
def test_any_order_of_files_and_rows_ends_in_the_same_state(
    tmp_path: Path, expected: dict[str, Any], order: list[int], seed: int
) -> None:
    with transaction.atomic():
        load_all(tmp_path, order, Random(seed))
        found = state()
        transaction.set_rollback(True)
    assert found == expected


# Newest alone goes by when records came.
BY_RULES = (("name", "longest"), ("email", "most_frequent"), ("phone", "longest"), ("country", "most_frequent"))


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(order=st.permutations(range(len(FILES))), seed=st.integers(0, 2**32))
def test_so_it_does_whatever_the_rules_of_fields(tmp_path: Path, order: list[int], seed: int) -> None:
    def ended(order: list[int], shuffle: Random | None = None) -> dict[str, Any]:
        with transaction.atomic():
            for field, rule in BY_RULES:
                set_rule(field=field, rule=rule, by=None, now=NOON)
            load_all(tmp_path, order, shuffle)
            found = state()
            transaction.set_rollback(True)
        return found

    assert ended(order, Random(seed)) == ended(list(range(len(FILES))))
