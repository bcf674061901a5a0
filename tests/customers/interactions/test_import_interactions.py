from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from customers.models import Customer, ImportBatch, Interaction, Tier
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.accounts import UserFactory
from tests.factories.customers import ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.interactions import OutcomeFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = pytest.mark.django_db
FIRST, LATER = datetime(2024, 4, 1, 9, tzinfo=UTC), datetime(2024, 4, 2, 9, tzinfo=UTC)
HEADERS = (
    "external_id", "customer_external_id", "contact_value", "channel", "direction", "purpose", "subject", "body",
    "occurred_at", "agent_email", "team", "duration_s", "outcome",
)  # fmt: skip


def deliver(folder: Path, *rows: dict[str, str]) -> ImportBatch:
    """Phone calls of the first moment unless a row says otherwise."""
    usual = {"external_id": "i1", "channel": "phone", "occurred_at": FIRST.isoformat()}
    lines = [[{**usual, **row}.get(name, "") for name in HEADERS] for row in rows]
    return load("interactions", write_csv(folder / "i.csv", ",".join(HEADERS), lines))


@pytest.fixture
def ada() -> Customer:
    """The shop's c1."""
    customer = CustomerFactory.create(name="Ada")
    SourceRecordFactory.create(system=SourceSystemFactory.create(key="shop"), external_id="c1", customer=customer)
    return customer


def last_contact(customer: Customer) -> datetime | None:
    return Customer.objects.get(pk=customer.pk).last_contact_at


def test_what_a_file_leaves_empty_is_what_it_usually_is(tmp_path: Path) -> None:
    deliver(tmp_path, {})
    fields = ("direction", "purpose", "subject", "body", "outcome", "duration_s", "agent", "agent_name", "team", "tier",
              "customer", "contact_value", "contact_normalised", "is_contact")  # fmt: skip
    assert Interaction.objects.values_list(*fields).get() == (
        "in", "", "", "", "", None, None, "", None, None, None, "", "", True,
    )  # fmt: skip


def test_a_row_is_told_in_full(ada: Customer, tmp_path: Path) -> None:
    gold, agent = Tier.objects.get(key="gold"), UserFactory.create(email="Ann@staff.example")
    TierAssignmentFactory.create(customer=ada, tier=gold, valid=(date(2024, 4, 1), date(2024, 4, 2)))
    OutcomeFactory.create(key="ignored", counts_as_contact=False)
    full = {
        "customer_external_id": "c1", "channel": "EMAIL", "direction": "OUT", "purpose": "order", "subject": "Cups",
        "body": "Ten", "agent_email": "ann@STAFF.example", "team": "North Sea", "duration_s": "0", "outcome": "IGNORED",
    }  # fmt: skip
    deliver(tmp_path, full, {**full, "external_id": "i2", "agent_email": "who@else", "occurred_at": LATER.isoformat()})
    fields = ("customer", "channel", "direction", "purpose", "subject", "body", "outcome", "duration_s", "team__key",
              "is_contact", "matched_by_value", "agent", "agent_name", "tier")  # fmt: skip
    same = (ada.pk, "email", "out", "order", "Cups", "Ten", "IGNORED", 0, "north-sea", False, False)
    assert list(Interaction.objects.order_by("occurred_at").values_list(*fields)) == [
        (*same, agent.pk, "ann@STAFF.example", gold.pk), (*same, None, "who@else", None),
    ]  # fmt: skip
    assert last_contact(ada) is None  # neither counts


def test_without_an_id_it_goes_to_whoever_alone_has_the_value_and_with_one_to_whom_it_names(
    ada: Customer, tmp_path: Path
) -> None:
    bob = CustomerFactory.create(name="Bob")
    ContactPointFactory.create(customer=bob, kind="phone", raw="+49 30 123456")
    number: dict[str, Any] = {"contact_value": "030 123456"}
    by_id = {"customer_external_id": "c1", "occurred_at": LATER.isoformat()}
    rows = [number, {**number, "external_id": "i2", **by_id}, {"external_id": "i3", "contact_value": "withheld"}]
    assert counts(deliver(tmp_path, *rows)) == {"rows": 3, "created": 3}
    found = Interaction.objects.order_by("occurred_at", "contact_value")
    assert list(found.values_list("customer__name", "contact_normalised", "matched_by_value")) == [
        ("Bob", "4930123456", True), (None, "", True), ("Ada", "4930123456", False),
    ]  # fmt: skip
    assert (last_contact(ada), last_contact(bob)) == (LATER, FIRST)


def test_a_row_that_changes_hands_takes_its_day_along(ada: Customer, tmp_path: Path) -> None:
    bob = CustomerFactory.create(name="Bob")
    SourceRecordFactory.create(system=SourceSystemFactory.create(key="shop"), external_id="c2", customer=bob)
    row = {"customer_external_id": "c1"}
    deliver(tmp_path, row)
    kept = Interaction.objects.values_list("pk", "created_at").get()
    Interaction.objects.update(created_at=FIRST)
    assert counts(deliver(tmp_path, row)) == {"rows": 1, "unchanged": 1}
    assert (last_contact(ada), last_contact(bob)) == (FIRST, None)
    assert counts(deliver(tmp_path, {"customer_external_id": "c2"})) == {"rows": 1, "updated": 1}
    assert (last_contact(ada), last_contact(bob)) == (None, FIRST)
    assert Interaction.objects.values_list("pk", "created_at").get() == (kept[0], FIRST)  # when it was first logged


def test_what_cannot_be_a_contact_is_rejected_and_one_of_nobody_yet_waits(tmp_path: Path) -> None:
    batch = deliver(
        tmp_path,
        {"channel": ""},
        {"channel": "pigeon"},
        {"direction": "up"},
        {"occurred_at": ""},
        {"duration_s": "-1"},
        {"customer_external_id": "c9", "contact_value": "a@b.example"},
    )
    assert counts(batch) == {"rows": 6, "parked": 1, "rejected": 5}
    columns = list(batch.rejects.values_list("line", "column"))
    assert columns == [(2, "channel"), (3, "channel"), (4, "direction"), (5, "occurred_at"), (6, "duration_s")]
    assert not Interaction.objects.exists()
