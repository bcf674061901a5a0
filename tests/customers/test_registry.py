from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from customers import registry
from customers.models import Customer
from customers.registry import Panel, TimelineEntry, TimelineSource
from tests.conftest import ClientFor
from tests.factories import CustomerFactory, InteractionFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)


def parcels(_customer: Customer, after: datetime | None, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """One an hour between the contacts."""
    moments = [START + timedelta(hours=number, minutes=30) for number in range(25)]
    inside = [at for at in moments if (after is None or at >= after) and (before is None or at < before)]
    return [TimelineEntry(at=at, icon="package", title=f"Parcel {at:%d %H}") for at in reversed(inside)][:limit]


@pytest.fixture
def registered() -> Iterator[None]:
    registry.register_timeline_source(TimelineSource(key="parcels", entries=parcels))
    registry.register_panel(
        Panel(key="secret", title="Secret", template="none.html", context=lambda *_: {}, permission="metrics.none")
    )
    yield
    del registry._timeline_sources["parcels"], registry._panels["secret"]


def test_another_app_s_entries_stand_between_the_contacts_on_every_page(
    client_for: ClientFor, registered: None
) -> None:
    customer = CustomerFactory()
    for number in range(25):
        InteractionFactory(customer=customer, subject=f"Contact {number}", occurred_at=START + timedelta(hours=number))
    client, url = client_for("sales"), f"/customers/{customer.pk}/timeline/"
    first = client.get(url).context["timeline"]
    rest = client.get(url, {"cursor": first.next_cursor, "before": first.before}).context["timeline"]
    titles = [entry.title for entry in (*first.entries, *rest.entries)]
    assert len(titles) == len(set(titles)) == 50
    times = [entry.at for entry in (*first.entries, *rest.entries)]
    assert times == sorted(times, reverse=True)
    assert not any("Parcel" in e.title for e in client.get(url, {"channel": "phone"}).context["timeline"].entries)


def test_a_panel_is_for_those_who_may_see_it(client_for: ClientFor, registered: None) -> None:
    page = client_for("sales").get(f"/customers/{CustomerFactory().pk}/").content.decode()
    assert "Last survey" in page
    assert "Secret" not in page
