"""What is held on a person, and its erase, in a real browser; axe looks at each page in each of its states."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from customers.models import Customer, PrivacyRequest
from tests.conftest import NOON
from tests.e2e.test_accessibility import bring_axe, faults, look_like
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import NoteFactory
from tests.factories.privacy import PrivacyRequestFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser
PageFor = Callable[[str], Page]


def lovelace() -> Customer:
    customer = CustomerFactory.create(kind="person", name="Ada Lovelace 李雷", email="ada@x.example")
    InteractionFactory.create(customer=customer, body="She asked for Babbage.")
    NoteFactory.create(customer=customer, body="Prefers letters.")
    return customer


def test_a_person_is_erased_by_keyboard_and_the_page_says_so(page_for: PageFor, live_stack: LiveStack) -> None:
    customer = lovelace()
    page = page_for("administrator")
    page.goto(f"/customers/{customer.pk}/")
    page.get_by_role("link", name="Privacy", exact=True).press("Enter")
    page.get_by_role("link", name="Erase …").press("Enter")
    page.get_by_label("Reason").select_option("consent")
    page.get_by_role("button", name="Go on").press("Enter")
    page.get_by_label("Number").fill(str(customer.pk))
    page.get_by_role("button", name="Erase for good").press("Enter")
    expect(page.locator(".card .badge", has_text="done")).to_be_visible(timeout=30_000)
    page.goto(f"/customers/{customer.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Erased person {customer.pk}")
    expect(page.get_by_text("This person was erased on request on")).to_be_visible()
    for gone in ("Edit", "Note", "Merge with …"):
        expect(page.get_by_role("link", name=gone, exact=True)).to_have_count(0)
    expect(page.locator(f'a[href*="customer={customer.pk}"]')).to_have_count(0)
    expect(page.get_by_role("button", name="Follow")).to_have_count(0)


def pages() -> dict[str, str]:
    """Every page of privacy, in every state it has something else in."""
    person, firm = lovelace(), CustomerFactory.create(name="Acme")
    contact = ContactFactory.create(customer=firm, name="Eva Meyer", job_title="Buyer")
    ended: dict[str, Any] = {"asked_at": NOON, "confirmed_at": NOON, "finished_at": NOON}
    asked = PrivacyRequestFactory.create(customer_id=person.pk, reference="L-2026/7")
    counts = {"customers_interaction": 12, "history": 33, "files": 2, "views": 1, "accounts_notice": 3}
    erased = CustomerFactory.create(kind="person")
    number = erased.pk
    Customer.objects.filter(pk=number).update(name=f"Erased person {number}", link_key=f"erased:{number}")
    done = PrivacyRequestFactory.create(customer_id=number, state="done", counts=counts, **ended)
    failed = PrivacyRequestFactory.create(state="failed", step="names", error="It broke off 5 times.", **ended)
    return {
        "person": f"/customers/{person.pk}/privacy/",
        "firm": f"/customers/{firm.pk}/privacy/",
        "contact": f"/customers/{firm.pk}/privacy/?contact={contact.pk}",
        "erase": f"/customers/{person.pk}/privacy/erase/",
        "confirm": f"/privacy/{asked.pk}/confirm/",
        "asked": f"/privacy/{asked.pk}/",
        "done": f"/privacy/{done.pk}/",
        "failed": f"/privacy/{failed.pk}/",
        "list": "/privacy/",
        "erased": f"/customers/{number}/",
        "erased privacy": f"/customers/{number}/privacy/",
        "erased notes": f"/customers/{number}/notes/",
    }


@pytest.mark.parametrize(
    ("theme", "width", "language"), [("light", 1440, "en"), ("dark", 390, "zh-hans"), ("light", 768, "zh-hans")]
)
def test_none_of_its_pages_has_a_serious_fault(
    page_for: PageFor, context: BrowserContext, live_stack: LiveStack, theme: str, width: int, language: str
) -> None:
    look_like(context, live_stack, theme=theme, language=language)
    page, found = page_for("administrator"), {}
    bring_axe(page)
    page.set_viewport_size({"width": width, "height": 900})
    for name, path in pages().items():
        page.goto(path)
        if here := faults(page):
            found[name] = here
    assert found == {}
    assert PrivacyRequest.objects.count() == 3
