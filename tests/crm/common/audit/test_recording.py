from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from crm.common.audit.models import AuditEntry
from crm.common.audit.recording import record
from tests.conftest import ClientFor, UserFor

pytestmark = pytest.mark.django_db


def test_an_entry_says_when_who_what_and_how_many(user_for: UserFor, time_machine: object) -> None:
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)  # type: ignore[attr-defined]
    ann = user_for("manager")
    entry = record(what="customers.export", by=ann, count=7, details={"filters": ["q"]})
    entry.refresh_from_db()
    assert (entry.at, entry.user_id, entry.what, entry.count, entry.details) == (
        datetime(2026, 3, 1, 12, tzinfo=UTC), ann.pk, "customers.export", 7, {"filters": ["q"]},
    )  # fmt: skip


@pytest.mark.usefixtures("as_owner")
@pytest.mark.parametrize(
    "statement",
    ["UPDATE common_auditentry SET count = 0", "DELETE FROM common_auditentry", "TRUNCATE common_auditentry"],
)
def test_the_log_is_only_added_to(statement: str) -> None:
    record(what="customers.export", by=None, count=7)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().count == 7


def test_administrators_read_it_with_names_and_change_nothing(client_for: ClientFor, user_for: UserFor) -> None:
    entry = record(what="customers.export", by=user_for("manager"), count=7)
    record(what="customers.export", by=None)
    client = client_for("administrator")
    page = client.get("/admin/common/auditentry/").content.decode()
    assert "manager@test.example" in page
    assert client.post(f"/admin/common/auditentry/{entry.pk}/delete/").status_code == 403
    assert client.post(f"/admin/common/auditentry/{entry.pk}/change/", {"count": 1}).status_code == 403
