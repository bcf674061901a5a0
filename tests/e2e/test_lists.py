"""Lists in a real browser: a row is one line whatever stands in it, and a phone needs no sideways scrolling."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from crm.common.days import start_of, today
from customers.models import CustomerFigures, CustomerTag, Tag, Tier
from tests.conftest import UserFor
from tests.e2e.test_accessibility import look_like
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import ImportBatchFactory, SourceSystemFactory
from tests.factories.to_do import TaskFactory
from tests.factories.trade import InvoiceFactory, OrderFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser
LONG = "Allgäuer Bürouasstattungs- und Feinkosthandelsgesellschaft " * 3 + "mit beschränkter Haft"
TWO_LINES = 2 * 20 + 16
CUT = "heads => heads.filter(head => head.scrollWidth > head.clientWidth).map(head => head.innerText)"
SHORTENED = """cells => cells.filter(cell => [cell, ...cell.querySelectorAll('div, .badge')].some(
  one => one.scrollWidth > one.clientWidth)).map(cell => cell.innerText)"""
HEIGHTS = "rows => rows.map(row => row.offsetHeight)"
SPREAD = """cells => cells.filter(cell => {
  const children = [...cell.querySelectorAll(':scope > div > *')].map(child => child.getBoundingClientRect());
  const apart = (one, next) => next.left - one.right > 40 && next.top < one.bottom;
  return children.some((box, at) => at > 0 && apart(children[at - 1], box));
}).map(cell => cell.innerText)"""
WIDER = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def long_rows(live_stack: LiveStack) -> None:
    assert len(LONG) == 198
    gold = Tier.objects.get(key="gold")
    long = {"email": f"{'a' * 60}@{'b' * 60}.example", "phone": "030 / 91004088", "city": LONG[:150]}
    owner = UserFactory.create(name=LONG[:140], team=TeamFactory.create(name=LONG[:90]))
    customer = CustomerFactory.create(name=LONG, tier=gold, kind="person", owner=owner, team=owner.team, **long)
    for number in range(9):
        CustomerTag.objects.create(customer=customer, tag=Tag.objects.create(name=f"{number} {LONG[:50]}"))
    CustomerFactory.create(name="x" * 200, **long)
    CustomerFactory.create(name="Short", tier=gold, email="info1036.service@allgau.example")
    order = OrderFactory.create(customer=customer, number="A" * 200, team=owner.team, lines=[("1", "9", None)] * 6)
    amounts = {"amount": Decimal("98765432.10"), "amount_company": Decimal("98765432.10")}
    InvoiceFactory.create(customer=customer, number="9" * 200, team=owner.team, order=order, **amounts)
    TaskFactory.create(what="w" * 300, customer=customer, assignee=owner, priority=1, repeat="weekly", notes="x")
    system = SourceSystemFactory.create(name=LONG[:90])
    someone = UserFactory.create(name=LONG[:140])
    ImportBatchFactory.create(system=system, filename=f"{'rechnungen' * 15}.csv", state="done", created_by=someone)


@pytest.mark.parametrize("width", [1440, 1280, 1024])
@pytest.mark.usefixtures("long_rows")
def test_no_row_is_higher_than_two_lines(page_for: Callable[[str], Page], width: int) -> None:
    page = page_for("manager")
    page.set_viewport_size({"width": width, "height": 900})
    more = "/customers/?columns=name,tier,owner,tags,team,email,phone,overdue"
    bills = "/invoices/?columns=number,customer,due,state,amount,open,paid,order,team,tier"
    others = (("/orders/", 1), (bills, 1), ("/tasks/?view=open", 1))
    for path, rows in (("/customers/", 3), (more, 3), ("/imports/", 1), *others):
        page.goto(path)
        heights = page.locator("table tbody tr").evaluate_all(HEIGHTS)
        assert len(heights) == rows
        assert max(heights) <= TWO_LINES, path
        assert page.locator("table").first.evaluate("t => t.scrollWidth - t.parentElement.clientWidth") <= 0
    if width >= 1280:  # of what everybody sees no heading is cut
        page.goto("/customers/")
        assert page.locator("thead th:not(.col-select)").evaluate_all(CUT) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_days_amounts_and_numbers_are_never_cut(
    page_for: Callable[[str], Page], context: BrowserContext, live_stack: LiveStack, language: str
) -> None:
    """Names and places may be, with all of it on hover; of these a part says nothing, or something else."""
    look_like(context, live_stack, theme="light", language=language)
    heard = start_of(today()) - timedelta(days=100)
    platinum = Tier.objects.get(key="platinum")
    customer = CustomerFactory.create(tier=platinum, phone="+44 20 7100 5978", last_contact_at=heard)
    CustomerFigures.objects.update_or_create(
        customer=customer, defaults={"overdue": "5840.50", "revenue": "120994", "as_of": heard.date()}
    )
    for due in (date(2024, 12, 26), date(2025, 3, 23)):
        InvoiceFactory.create(customer=customer, due_on=due, amount=Decimal("5840.50"))
    OrderFactory.create(customer=customer)
    page = page_for("manager")
    for path, cut in (("/customers/", "5"), ("/invoices/?view=all", "2"), ("/orders/?view=all", "2")):
        page.goto(path)
        for width in (1280, 1279, 1000, 768):
            page.set_viewport_size({"width": width, "height": 900})
            rest = page.locator(f".table-cut tbody td:not(.col-select, :nth-child({cut}), .line-last):visible")
            assert rest.evaluate_all(SHORTENED) == [], (path, width)


@pytest.mark.usefixtures("long_rows")
def test_a_phone_neither_scrolls_sideways_nor_spreads_a_cell(page_for: Callable[[str], Page]) -> None:
    page = page_for("manager")
    page.set_viewport_size({"width": 390, "height": 900})
    for path in ("/customers/", "/imports/", "/orders/", "/invoices/", "/tasks/?view=open"):
        page.goto(path)
        assert page.evaluate(WIDER) <= 0, path
        assert page.locator("table tbody td").evaluate_all(SPREAD) == [], path


PageFor = Callable[[str], Page]
NAMES = "names => names.map(name => name.innerText)"


def names(page: Page) -> list[str]:
    found: list[str] = page.locator("table tbody th a").evaluate_all(NAMES)
    return found


def test_a_filter_is_put_together_in_place_and_kept_as_a_view(page_for: PageFor, live_stack: LiveStack) -> None:
    gold, silver = (Tier.objects.get(key=key) for key in ("gold", "silver"))
    for name, tier, city in (("Acme", gold, "Rome"), ("Beta", silver, "Paris"), ("Ceta", gold, "Paris")):
        CustomerFactory.create(name=name, tier=tier, city=city)
    page = page_for("sales")
    page.goto("/customers/")
    assert names(page) == ["Ceta", "Beta", "Acme"]
    page.locator("#list-filter summary").click()
    page.get_by_label("Field", exact=True).select_option("tier")
    page.get_by_label("Gold").check()
    page.get_by_label("Field", exact=True).select_option("city")
    expect(page.get_by_label("Gold")).to_be_checked()
    page.get_by_role("textbox", name="City").fill("paris")
    page.get_by_role("textbox", name="City").press("Enter")
    expect(page.locator(".chip")).to_have_text(["Tier: Gold", "City: contains paris"])
    assert names(page) == ["Ceta"]

    page.locator("summary", has_text="Save view").click()
    page.get_by_label("Save as a new view").fill("Gold of Paris")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".list-view[aria-current]")).to_have_text("Gold of Paris")
    page.get_by_role("link", name="Remove City").click()
    assert names(page) == ["Ceta", "Acme"]
    page.go_back()
    assert names(page) == ["Ceta"]

    page.locator("summary", has_text="Save view").click()
    page.get_by_role("link", name="Rename, share, delete").click()
    page.get_by_role("button", name="Delete this view").click()
    expect(page.get_by_text("The view “Gold of Paris” is deleted.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".list-view[aria-current]")).to_have_text("Gold of Paris")
    assert names(page) == ["Ceta"]


def test_of_many_tags_one_is_searched(page_for: PageFor, live_stack: LiveStack) -> None:
    Tag.objects.bulk_create(Tag(name=f"Tag {number:04d}") for number in range(5_000))
    customer = CustomerFactory.create(name="Tagged")
    CustomerFactory.create(name="Bare")
    CustomerTag.objects.create(customer=customer, tag=Tag.objects.get(name="Tag 4321"))
    page = page_for("sales")
    page.goto("/customers/?build=add&add=tag")
    choices = page.locator(".list-choices input")
    expect(choices).to_have_count(50)
    page.get_by_label("Search Tag").fill("4321")
    expect(choices).to_have_count(1)
    page.get_by_label("Tag 4321").check()
    page.get_by_role("button", name="Apply", exact=True).last.click()
    expect(page.locator(".chip")).to_have_text("Tag: Tag 4321")
    assert names(page) == ["Tagged"]


def test_columns_are_chosen_and_moved_by_keyboard(page_for: PageFor, live_stack: LiveStack) -> None:
    CustomerFactory.create(name="Acme", email="a@acme.example")
    page = page_for("sales")
    page.goto("/customers/")
    page.locator("#list-columns summary").click()
    page.get_by_label("E-mail").check()
    page.get_by_label("Owner", exact=True).uncheck()
    page.locator("#list-columns").get_by_role("button", name="Apply").last.click()
    heads = page.locator("thead th:not(.col-select)")
    expect(heads).to_have_text(["Name", "Tier", "Place", "Phone", "Revenue", "Overdue", "Last contact", "E-mail"])
    page.locator("#list-columns summary").click()
    page.get_by_label("Move E-mail up").focus()
    page.keyboard.press("Enter")
    expect(heads).to_have_text(["Name", "Tier", "Place", "Phone", "Revenue", "Overdue", "E-mail", "Last contact"])
    expect(page.get_by_label("Move E-mail up")).to_be_focused()
    page.goto("/customers/")
    expect(heads).to_have_text(["Name", "Tier", "Place", "Phone", "Revenue", "Overdue", "E-mail", "Last contact"])


def test_rows_are_walked_and_opened_by_keyboard(page_for: PageFor, live_stack: LiveStack) -> None:
    for name in ("Acme", "Beta", "Ceta"):
        CustomerFactory.create(name=name)
    page = page_for("sales")
    page.goto("/customers/?sort=name")
    for key in "jjjkj":
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="Ceta")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Beta")


def test_rows_are_selected_by_keyboard_and_sent(page_for: PageFor, live_stack: LiveStack) -> None:
    for name in "ABCDEFG":
        CustomerFactory.create(name=name, city="Rome")
    CustomerFactory.create(name="H", city="Paris")
    page = page_for("manager")
    page.goto("/customers/?sort=name&city=rome")
    bar, ticked = page.locator(".bulk-bar"), page.locator(".col-select :checked")
    expect(bar).to_be_hidden()
    for key in "jxjjX":
        page.keyboard.press(key)
    expect(bar.get_by_role("status")).to_have_text("3 selected")
    expect(ticked).to_have_count(3)
    expect(page.get_by_label("All 7 of the result")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.get_by_label("Select B", exact=True).check()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("button", name="Assign: 1 customer")).to_be_visible()
    page.go_back()
    page.get_by_label("Select all rows of this page").check()
    expect(bar.get_by_role("status")).to_have_text("7 selected")
    page.get_by_label("All 7 of the result").check()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("button", name="Assign: 7 customers")).to_be_visible()


def test_a_phone_sorts_by_a_select(page_for: PageFor, live_stack: LiveStack) -> None:
    for name in ("Acme", "Beta"):
        CustomerFactory.create(name=name)
    page = page_for("sales")
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto("/customers/")
    page.get_by_label("Order", exact=True).last.select_option("name")
    expect(page).to_have_url(re.compile("sort=name"))
    assert names(page) == ["Acme", "Beta"]


def test_filter_columns_and_views_work_without_script(
    browser: Browser, live_stack: LiveStack, user_for: UserFor
) -> None:
    for name, city in (("Acme", "Rome"), ("Beta", "Paris")):
        CustomerFactory.create(name=name, city=city)
    context = browser.new_context(base_url=live_stack.url, java_script_enabled=False, locale="en-GB")
    context.add_cookies(live_stack.sign_in_cookies(user_for("sales")))  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/customers/?sort=name")
    page.locator("#list-filter summary").click()
    page.get_by_label("Field", exact=True).select_option("city")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("textbox", name="City").fill("rom")
    page.get_by_role("button", name="Apply", exact=True).last.click()
    assert names(page) == ["Acme"]
    page.locator("summary", has_text="Save view").click()
    page.get_by_label("Save as a new view").fill("In Rome")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.locator(".list-view[aria-current]").inner_text() == "In Rome"
    assert names(page) == ["Acme"]
    page.locator("#list-columns summary").click()
    page.get_by_label("Phone", exact=True).uncheck()
    page.locator("#list-columns").get_by_role("button", name="Apply").last.click()
    assert "Phone" not in page.locator("thead").inner_text()
    context.close()
