from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from customers.page.reading import Narrowing
from customers.page.timeline_chips import TEXT_LENGTH, by_day, narrowing_of
from customers.registry import page
from customers.registry.page import KINDS, TimelineEntry
from tests.conftest import ClientFor
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory

NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "narrowing"),
    [
        ("", Narrowing()),
        ("kind=orders", Narrowing(kind="orders")),
        ("kind=nothing&text=%20 ", Narrowing()),
        ("kind=contacts&channel=sms&text=+toner", Narrowing(kind="contacts", part="sms", text="toner")),
        ("kind=contacts&channel=pigeon", Narrowing(kind="contacts")),
        ("kind=orders&channel=sms", Narrowing(kind="orders")),
        ("text=a%00b", Narrowing(text="ab")),
        ("text=" + "x" * 300, Narrowing(text="x" * TEXT_LENGTH)),
    ],
)
def test_what_the_timeline_is_narrowed_to(query: str, narrowing: Narrowing) -> None:
    request = RequestFactory().get("/", QueryDict(query).dict())
    assert narrowing_of(request) == narrowing


def test_only_a_kind_or_a_text_narrows() -> None:
    assert [bool(one) for one in (Narrowing(), Narrowing(kind="tier"), Narrowing(text="x"))] == [False, True, True]


@pytest.mark.usefixtures("in_november")
def test_entries_stand_below_their_day() -> None:
    entries = [
        TimelineEntry(at=NOON - timedelta(hours=hours), pk=hours, icon="x", title="") for hours in (0, 1, 30, 100)
    ]
    found = [(heading, [entry.pk for entry in of_day]) for heading, of_day in by_day(entries)]
    assert found == [("Today", [0, 1]), ("Yesterday", [30]), ("Nov. 11, 2026", [100])]
    goes_on = [heading for heading, _of_day in by_day(entries[2:], after="2026-11-14")]
    assert goes_on == ["", "Nov. 11, 2026"]


def test_every_source_has_a_chip() -> None:
    assert {source.kind for source in page._timeline_sources.values()} <= set(KINDS)


@pytest.mark.django_db
def test_a_chip_for_each_kind_that_there_is_and_for_each_channel_of_contacts(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    answer = client.get(f"/customers/{customer.pk}/timeline/?text=x&kind=contacts&channel=email")
    chips = {chip.label: chip.is_current for chip in answer.context["chips"]}
    assert [label for label, is_current in chips.items() if is_current] == ["Contacts"]
    assert set(chips) >= {"All", "Contacts", "Orders", "Invoices and payments", "Surveys", "Tier"}
    parts = {chip.label: chip.url for chip in answer.context["parts"] if chip.is_current}
    assert parts == {"E-mail": f"/customers/{customer.pk}/timeline/?kind=contacts&channel=email&text=x"}
    assert client.get(f"/customers/{customer.pk}/timeline/?kind=orders").context["parts"] == []


@pytest.mark.django_db
def test_a_search_goes_on_to_the_next_page_and_says_when_nothing_fits(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    for number in range(22):
        InteractionFactory.create(customer=customer, subject=f"Toner {number}", occurred_at=NOON)
        InteractionFactory.create(customer=customer, subject="Drum")
    first = client.get(f"/customers/{customer.pk}/timeline/?text=toner")
    rest = client.get(first.context["more_url"], headers={"HX-Request": "true"})
    told = [entry.about for answer in (first, rest) for entry in answer.context["timeline"].entries]
    assert told == [f"Toner {number}" for number in reversed(range(22))]
    assert "timeline-day" not in rest.content.decode()  # it goes on within the day
    nothing = client.get(f"/customers/{customer.pk}/timeline/?text=paper").content.decode()
    assert "Nothing in the timeline fits." in nothing
