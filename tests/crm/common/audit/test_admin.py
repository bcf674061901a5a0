"""The audit in the administration: found by a row's number, told with who did it, changed by nobody."""

from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.test import RequestFactory

from accounts.models import User
from crm.common.audit.acting import acting
from crm.common.audit.models import AuditEntry
from crm.common.audit.recording import record
from customers.models import SourceSystem
from tests.conftest import ClientFor
from tests.factories.accounts import UserFactory
from tests.factories.importing import SourceSystemFactory

pytestmark = pytest.mark.django_db
EVENT: Any = SourceSystem.pgh_event_model  # type: ignore[attr-defined]
EVENTS: Any = site._registry[EVENT]
ENTRIES: Any = site._registry[AuditEntry]
REQUEST = RequestFactory().get("/")


def shown(**found: Any) -> list[tuple[str, int, str, str]]:
    events = EVENTS.get_queryset(REQUEST).filter(**found).order_by("pgh_id")
    return [(str(EVENTS.what(e)), EVENTS.number(e), EVENTS.shown(e), EVENTS.who(e)) for e in events]


@pytest.fixture
def changed() -> SourceSystem:
    """Made by Ann, changed by one without a name, by one who is no more, and removed by nobody in particular."""
    nameless = UserFactory.create(name="", email="bo@staff.example")
    with acting(user=UserFactory.create(name="Ann").pk):
        system: SourceSystem = SourceSystemFactory.create(key="shop", name="Shop")
    for user, name in ((nameless.pk, "Store"), (987_654, "Kiosk")):
        with acting(user=user):
            SourceSystem.objects.filter(pk=system.pk).update(name=name)
    with acting():
        SourceSystem.objects.filter(pk=system.pk).delete()
    return system


def test_each_event_says_what_of_which_row_and_by_whom(changed: SourceSystem) -> None:
    assert shown() == [
        ("addition", changed.pk, "Shop", "Ann"),
        ("change", changed.pk, "Shop", "bo@staff.example"),
        ("change", changed.pk, "Store", "#987654"),
        ("removal", changed.pk, "Kiosk", ""),
    ]


@pytest.mark.parametrize(("term", "found"), [("", 5), (" {pk} ", 4), ("Shop", 0), ("²", 0)])
def test_a_row_is_found_by_its_number(changed: SourceSystem, term: str, found: int) -> None:
    SourceSystemFactory.create(key="other")
    rows, has_duplicates = EVENTS.get_search_results(REQUEST, EVENT.objects.all(), term.format(pk=changed.pk))
    assert (rows.count(), has_duplicates) == (found, False)


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize(("label", "rows"), [("insert", 1), ("update", 2), ("delete", 1), ("x", 0), ("", 4)])
def test_events_are_narrowed_by_what_happened(client_for: ClientFor, label: str, rows: int) -> None:
    page = client_for("administrator").get("/admin/customers/sourcesystemevent/", {"label": label})
    assert len(page.context["cl"].result_list) == rows


def test_an_entry_names_its_user_by_address_or_number(user_for: Any) -> None:
    ann: User = user_for("sales")
    for by in (ann, User(pk=987_654), None):
        record(what="x", by=by)
    assert [ENTRIES.who(entry) for entry in ENTRIES.get_queryset(REQUEST).order_by("pk")] == [
        ann.email, "#987654", "",
    ]  # fmt: skip


def test_nobody_adds_changes_or_removes_any_of_it(client_for: ClientFor) -> None:
    entry, client = record(what="x", by=None), client_for("administrator")
    place = f"/admin/common/auditentry/{entry.pk}"
    assert client.get(f"{place}/change/").status_code == 200
    answers = [client.post(f"{place}/{verb}/", {"what": "y"}) for verb in ("change", "delete")]
    answers.append(client.post("/admin/common/auditentry/add/", {"what": "y"}))
    assert [answer.status_code for answer in answers] == [403] * 3
    assert list(AuditEntry.objects.values_list("what", flat=True)) == ["x"]
