"""What goes out leaves a row that says who had it and how much, and nothing of what stood in it."""

import pytest

from crm.common.audit.models import AuditEntry
from tests.conftest import ClientFor, UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.importing import ImportBatchFactory

pytestmark = pytest.mark.django_db


def entries() -> list[tuple[str, int | None, dict[str, object]]]:
    return [(entry.what, entry.count, entry.details) for entry in AuditEntry.objects.order_by("id")]


def test_an_export_of_customers_is_noted_with_its_size_but_not_the_search(
    client_for: ClientFor, user_for: UserFor
) -> None:
    for name in ("Acme", "Acme Two", "Other"):
        CustomerFactory.create(name=name)
    client_for("manager").get("/customers/export/?q=acme&kind=&sort=name")
    assert entries() == [("customers.export", 2, {"filters": ["q"]})]
    assert AuditEntry.objects.get().user_id == user_for("manager").pk


def test_other_files_are_noted(client_for: ClientFor) -> None:
    client, batch = client_for("manager"), ImportBatchFactory.create(state="done", rejected=3)
    client.get(f"/imports/{batch.pk}/rejects.csv")
    client.get("/kpis/csat/series.csv?first=2026-01-01&last=2026-02-28")
    client.get("/scorecard/export/?format=md")
    assert [entry[:2] for entry in entries()] == [
        ("imports.rejects", 3), ("metrics.series", 2), ("metrics.scorecard", 0),
    ]  # fmt: skip
    assert entries()[0][2] == {"import": batch.pk}
    assert entries()[1][2] == {"kpi": "csat"}
    assert entries()[2][2]["format"] == "md"


def test_what_was_refused_is_not_noted(client_for: ClientFor) -> None:
    client_for("service").get("/customers/export/")
    assert entries() == []
