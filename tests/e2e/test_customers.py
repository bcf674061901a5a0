"""The work of a day on the customer pages, in a real browser against the real server and worker."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from crm.common.days import start_of, today
from customers.identity.editing import create_customer
from customers.models import Customer, ImportBatch, Interaction
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import AttachmentFactory, TagFactory
from tests.factories.trade import InvoiceFactory, OrderFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser
PageFor = Callable[[str], Page]
PRESS_BOTH = """for (const channel of ["email", "visit"])
  document.querySelector(`#log-contact a[href$="channel=${channel}"]`).click()"""


def holding(held: list[Route]) -> Callable[[Route], None]:
    """A server that takes its time, until the requests are let go."""

    def hold(route: Route) -> None:
        held.append(route)

    return hold


def test_find_a_customer_and_log_a_contact_by_keyboard(page_for: PageFor, live_stack: LiveStack) -> None:
    create_customer(fields={"name": "北京贸易公司", "phone": "+49 30 12345"})
    page = page_for("service")
    page.goto("/customers/")
    page.keyboard.press("/")
    page.keyboard.type("贸易")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="北京贸易公司").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("北京贸易公司")
    page.keyboard.press("n")
    expect(page.get_by_label("Purpose").first).to_be_focused()
    page.keyboard.type("complaint")
    page.get_by_label("Notes").fill("Delivered too late")
    page.get_by_role("button", name="Log contact").click()
    timeline = page.locator("#timeline")
    expect(timeline.get_by_text("Delivered too late")).to_be_visible()
    expect(page.get_by_text("Contact logged.")).to_be_visible()
    assert Interaction.objects.values_list("channel", "purpose", "body").get() == (
        "phone", "complaint", "Delivered too late",
    )  # fmt: skip
    timeline.get_by_role("button", name="Undo").click()
    expect(timeline.get_by_text("Delivered too late")).to_have_count(0)
    assert not Interaction.objects.exists()


def test_two_clicks_log_a_contact_and_tags_are_offered_as_one_types(page_for: PageFor, live_stack: LiveStack) -> None:
    """Two buttons pressed in one moment bring one form: a late answer would take it away while it is being sent."""
    customer = CustomerFactory.create(name="Acme")
    for name in ("Trade fair", "Key account"):
        TagFactory.create(name=name)
    page = page_for("sales")
    page.goto(f"/customers/{customer.pk}/")
    late: list[Route] = []
    page.route("**/*channel=visit", holding(late))
    page.evaluate(PRESS_BOTH)
    page.get_by_label("Purpose").first.fill("repair")
    page.get_by_label("Notes").fill("It broke")
    sent: list[Route] = []
    page.route("**/interactions/new/", holding(sent))
    with page.expect_request("**/interactions/new/"):
        page.get_by_role("button", name="Log contact").click()
    for route in late:
        with page.expect_response("**/*channel=visit"):
            route.continue_()
    for route in sent:
        route.continue_()
    expect(page.get_by_text("Contact logged.")).to_be_visible()
    expect(page.locator("#timeline").get_by_text("It broke")).to_be_visible()
    assert Interaction.objects.get().channel == "email"
    for typed, offered in (("tr", "Trade fair"), ("key", "Key account")):
        page.get_by_label("New tag").fill(typed)
        expect(page.locator(f"#tag-options option[value='{offered}']:only-child")).to_have_count(1)


def test_the_timeline_narrows_and_goes_on_in_place(page_for: PageFor, live_stack: LiveStack) -> None:
    customer, now = CustomerFactory.create(), datetime(2026, 11, 1, 12, tzinfo=UTC)
    for number in range(25):
        InteractionFactory.create(customer=customer, subject=f"No. {number}", occurred_at=now - timedelta(hours=number))
    InteractionFactory.create(
        customer=customer, subject="A letter", channel="letter", occurred_at=now - timedelta(days=9)
    )
    page = page_for("sales")
    page.goto(f"/customers/{customer.pk}/")
    entries = page.locator("#timeline li")
    expect(entries).to_have_count(20)
    page.get_by_role("link", name="Earlier").click()
    expect(entries).to_have_count(26)
    page.locator("#timeline").get_by_role("link", name="Contacts").click()
    page.locator("#timeline").get_by_role("link", name="Letter").click()
    expect(entries).to_have_count(1)
    expect(page.locator("#timeline").get_by_text("“A letter”")).to_be_visible()


def test_a_customer_is_typed_in_and_changed(page_for: PageFor, live_stack: LiveStack) -> None:
    page = page_for("sales")
    page.goto("/customers/new/")
    page.get_by_label("Name").fill("Zenith")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zenith")
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("City").fill("Rome")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("cell", name="City: Rome")).to_be_visible()


def test_a_file_goes_in(page_for: PageFor, live_stack: LiveStack, tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text("Kundennummer;Firma;Ort\n1;Acme;Köln\n2;;Bonn\n", encoding="utf-8")
    page = page_for("manager")
    page.goto("/imports/")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Source").fill("Marketing")
    page.get_by_label("What it holds").select_option("customers")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("name", exact=False).first).to_be_visible()
    expect(page.get_by_role("cell", name="Köln")).to_be_visible()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("done", exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("cell", name="is required")).to_be_visible()
    assert Customer.objects.values_list("name", "city").get() == ("Acme", "Köln")
    assert ImportBatch.objects.values_list("state", "created", "rejected").get() == ("done", 1, 1)


def test_on_a_phone_an_order_is_a_few_lines_and_title_bars_are_one(page_for: PageFor, live_stack: LiveStack) -> None:
    customer = CustomerFactory.create(
        name="Long " * 40, city="Llanfairpwllgwyngyll", phone="+49 30 1234567",
        last_contact_at=start_of(today()) - timedelta(days=3),
    )  # fmt: skip
    AttachmentFactory.create(customer=customer, name="x" * 200)
    for number, days in (("R-1", 1), ("R-2", -40)):
        due = {"due_on": today() + timedelta(days=days), "issued_on": today() - timedelta(days=60)}
        InvoiceFactory.create(customer=customer, number=number, amount=Decimal("12345.60"), paid=Decimal(45), **due)
        OrderFactory.create(customer=customer, number=f"{number} " + "x" * 30, lines=[("2", "10", None)] * 3)
    page = page_for("sales")
    page.set_viewport_size({"width": 390, "height": 844})
    heights = "all => all.map(one => one.offsetHeight)"
    page.goto(f"/customers/{customer.pk}/orders/")
    assert page.locator("h1").evaluate_all(heights)[0] < 80  # three lines
    for place, lines in (("#invoices", 3), ("#orders", 4)):
        rows = page.locator(f"{place} tbody tr").evaluate_all(heights)
        assert len(rows) == 2
        assert max(rows) < 16 + 21 * lines
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#invoices").get_by_role("link", name="Due", exact=True).click()
    expect(page.locator("#invoices tbody th").first).to_have_text("R-2")
    expect(page.locator("#invoices").get_by_role("columnheader", name="Due", exact=True)).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.set_viewport_size({"width": 1280, "height": 844})
    for tab in ("", "orders/", "people/", "notes/", "sources/", "interactions/new/"):
        page.goto(f"/customers/{customer.pk}/{tab}")
        bars = page.locator("main :is(.card-head, .card-header):not(.timeline-head)").evaluate_all(heights)
        assert max(bars) < 48
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.className)"
    for tab in ("notes/", "history/"):
        page.goto(f"/customers/{customer.pk}/{tab}")
        assert page.locator("html, .table-responsive").evaluate_all(cut) == []
    page.set_viewport_size({"width": 760, "height": 1075})
    page.emulate_media(media="print")  # nothing is cut, and there are no buttons
    page.goto("/customers/")
    assert page.locator("html, .table-cut tbody tr > *").evaluate_all(cut) == []
    expect(page.locator(".table-cut time.ago")).to_have_css("font-size", "0px")
    expect(page.locator(".card").first).to_have_css("break-inside", "auto")  # else the first page is empty
    page.goto(f"/customers/{customer.pk}/")
    expect(page.locator(".btn:visible, .chip:visible")).to_have_count(0)
    page.goto(f"/customers/{customer.pk}/notes/")
    added = page.locator("time.ago")  # the day, not how long ago
    expect(added).to_have_css("font-size", "0px")
    assert added.evaluate("one => getComputedStyle(one, '::after').content == `\"${one.title}\"`")


@pytest.mark.parametrize("width", [1440, 1280, 768, 390])
def test_the_name_of_a_tier_stays_a_word(page_for: PageFor, live_stack: LiveStack, width: int) -> None:
    page = page_for("sales")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/tiers/")
    heights = page.locator("table .badge").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert len(heights) == 4
    assert max(heights) < 30
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.className)"
    assert page.locator(".table-responsive, .card:has(table)").evaluate_all(cut) == []
