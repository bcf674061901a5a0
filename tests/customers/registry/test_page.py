from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Value

from customers.models import Customer
from customers.page.timeline import PAGE_SIZE
from customers.registry import page
from customers.registry.page import Action, Before, Panel, Reader, Tab, TimelineEntry, TimelineSource
from tests.conftest import ClientFor
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)
PARCELS = [(START + timedelta(hours=number // 3), number + 1) for number in range(60)]  # three at each moment


def parcels(_customer: Customer, _reader: Reader, before: Before | None, limit: int) -> list[TimelineEntry]:
    """Many at the very moments of the contacts."""
    inside = [
        (at, pk)
        for at, pk in reversed(PARCELS)
        if before is None or at < before.at or (at == before.at and (before.pk is None or pk < before.pk))
    ]
    return [TimelineEntry(at=at, pk=pk, icon="package", title=f"Parcel {pk}") for at, pk in inside][:limit]


@pytest.fixture(params=["a-parcels", "z-parcels"])
def parcel_source(request: pytest.FixtureRequest) -> Iterator[None]:
    """Before and behind the contacts in the order of sources."""
    page.register_timeline_source(TimelineSource(key=request.param, entries=parcels))
    yield
    del page._timeline_sources[request.param]


@pytest.fixture
def registered() -> Iterator[None]:
    page.register_panel(
        Panel(key="secret", title="Secret", template="none.html", context=lambda *_: {}, permission="metrics.none")
    )
    page.register_tab(Tab(key="cases", label="Cases", url_name="customers:history", order=30))
    page.register_tab(Tab(key="hidden", label="Hidden tab", url_name="customers:history", permission="metrics.none"))
    page.register_action(Action(key="call", label="Call back", url_name="customers:edit", icon="phone"))
    page.register_action(
        Action(key="merge", label="Merge away", url_name="customers:edit", icon="git-merge", permission="metrics.none")
    )
    page.register_action(
        Action(key="plan", label="Plan it", url_name="customers:task_new", parameter="customer", icon="checkbox")
    )
    page.register_panel(
        Panel(
            key="read",
            title="Read along",
            template="components/brand.html",
            context=lambda _request, one: vars(one),
            reads=lambda reader: {"reader_id": Value(reader.pk)},
        )
    )
    yield
    del page._panels["secret"], page._tabs["cases"], page._tabs["hidden"]
    del page._actions["call"], page._actions["merge"], page._actions["plan"], page._panels["read"]


def pages(client_for: ClientFor, customer: Customer) -> Iterator[list[TimelineEntry]]:
    client, cursor = client_for("sales"), ""
    while True:
        shown = client.get(f"/customers/{customer.pk}/timeline/", {"cursor": cursor}).context["timeline"]
        yield shown.entries
        if not shown.next_cursor:
            return
        cursor = shown.next_cursor


@pytest.mark.usefixtures("parcel_source")
@pytest.mark.parametrize("contacts", [0, 1, 25, 70])
def test_the_entries_of_all_sources_come_page_by_page_none_twice_none_lost(
    client_for: ClientFor, contacts: int
) -> None:
    customer = CustomerFactory.create()
    for number in range(contacts):
        InteractionFactory(customer=customer, subject=f"C{number}", occurred_at=START + timedelta(hours=number // 4))
    shown = list(pages(client_for, customer))
    titles = [entry.about or entry.title for one in shown for entry in one]
    assert sorted(titles) == sorted([f"C{n}" for n in range(contacts)] + [f"Parcel {pk}" for _at, pk in PARCELS])
    times = [entry.at for one in shown for entry in one]
    assert times == sorted(times, reverse=True)
    assert [len(one) for one in shown[:-1]] == [PAGE_SIZE] * (len(shown) - 1)


@pytest.mark.usefixtures("parcel_source")
def test_a_filter_shows_contacts_alone(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    InteractionFactory(customer=customer, subject="A call", channel="phone", occurred_at=START)
    shown = (
        client_for("sales").get(f"/customers/{customer.pk}/timeline/?kind=contacts&channel=phone").context["timeline"]
    )
    assert [entry.about for entry in shown.entries] == ["A call"]


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "WyIyMDI2LTAxLTAxIiwiYSIsMV0", "\x00", "a" * 3000])
def test_a_cursor_that_cannot_be_read_begins_anew(client_for: ClientFor, cursor: str) -> None:
    customer = CustomerFactory.create()
    InteractionFactory(customer=customer, subject="The only one", occurred_at=START)
    shown = client_for("sales").get(f"/customers/{customer.pk}/timeline/", {"cursor": cursor}).context["timeline"]
    assert [entry.about for entry in shown.entries] == ["The only one"]


def test_what_a_customer_answered_stands_in_the_timeline(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    SurveyAnswerFactory(customer=customer, survey="csat", score=4, comment="Quick", answered_at=START)
    shown = client_for("sales").get(f"/customers/{customer.pk}/timeline/").context["timeline"]
    assert [(entry.title, entry.text) for entry in shown.entries] == [("Survey answer: satisfaction, 4 of 5", "Quick")]


def test_panels_tabs_and_actions_are_for_those_who_may_see_them(client_for: ClientFor, registered: None) -> None:
    text = client_for("sales").get(f"/customers/{CustomerFactory.create().pk}/").content.decode()
    assert [words in text for words in ("Cases", "Call back")] == [True, True]
    assert [words in text for words in ("Secret", "Hidden tab", "Merge away")] == [False] * 3
    assert text.index(">Orders and invoices<") < text.index(">Cases<") < text.index(">Sources<")


def test_an_action_may_take_the_customer_in_its_query(client_for: ClientFor, registered: None) -> None:
    customer = CustomerFactory.create()
    text = client_for("sales").get(f"/customers/{customer.pk}/").content.decode()
    assert f'href="/tasks/new/?customer={customer.pk}"' in text


def test_what_a_panel_reads_comes_with_the_customer(client_for: ClientFor, registered: None) -> None:
    client = client_for("sales")
    answer = client.get(f"/customers/{CustomerFactory.create().pk}/")
    assert answer.context["customer"].reader_id == int(client.session["_auth_user_id"])
    assert "Read along" in answer.content.decode()
