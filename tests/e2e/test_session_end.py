"""The session ends in the middle of every form of the product, and nothing of what was typed is lost.

The browser's console calls a refusal (401, 403) an error; here it is what is wanted, so these are not the usual pages.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from accounts.models import User
from customers.models import Customer, Interaction, Task
from tests.conftest import UserFor
from tests.e2e.test_accessibility import pages_for
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.live import LiveStack

pytestmark = pytest.mark.browser
PASSWORD = "a-long-test-password"
IS_BACK = "What you had typed is back."
FIELDS = """
  const SKIPPED = ["hidden", "password", "file", "submit", "button"];
  const fields = () => [...document.querySelectorAll("main form")]
    .filter((form) => form.method === "post" && !("noDraft" in form.dataset))
    .flatMap((form) => [...form.elements])
    .filter((one) => one.name && !SKIPPED.includes(one.type) && one.autocomplete !== "one-time-code");
  const isTicked = (one) => ["checkbox", "radio"].includes(one.type);
  const held = () => fields().map((one) => [one.name, isTicked(one) ? one.checked : one.value]);
"""
# Types something else into every field than stands there.
FILL = f"""() => {{ {FIELDS}
  const TEXTS = {{ email: "ann@new.example", number: "7", date: "2026-03-04", time: "10:30", url: "https://new.example",
    "datetime-local": "2026-03-04T10:30" }};
  fields().forEach((one, at) => {{
    if (one.type === "checkbox") one.checked = !one.checked;
    else if (one.type === "radio") one.checked = true;
    else if (one.tagName === "SELECT") one.selectedIndex = one.options.length - 1;
    else one.value = TEXTS[one.type] ?? `typed ${{at}}`;
    one.dispatchEvent(new Event("input", {{ bubbles: true }}));
    one.dispatchEvent(new Event("change", {{ bubbles: true }}));
  }});
  return held();
}}"""
HELD = f"() => {{ {FIELDS} return held(); }}"
SEND = f"""() => {{ {FIELDS}
  const form = fields()[0].form;
  form.noValidate = true;
  form.requestSubmit();
}}"""


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    made = context.new_page()
    yield made
    made.close()


class Staff:
    """Somebody at the browser, whose session ends and who signs in again."""

    def __init__(self, context: BrowserContext, stack: LiveStack, user: User) -> None:
        self.context, self.stack, self.user = context, stack, user

    def sign_in(self) -> None:
        self.context.add_cookies(self.stack.sign_in_cookies(self.user))  # type: ignore[arg-type]

    def is_signed_out(self) -> None:
        Session.objects.all().delete()

    def signs_in_on(self, page: Page) -> None:
        """Where sign-in leads back to, without the time a password takes."""
        (back,) = parse_qs(urlsplit(page.url).query)["next"]
        self.sign_in()
        page.goto(back)


@pytest.fixture
def admin(context: BrowserContext, live_stack: LiveStack, user_for: UserFor) -> Staff:
    staff = Staff(context, live_stack, user_for("administrator"))
    staff.sign_in()
    return staff


def lost_on(page: Page, path: str, staff: Staff) -> Any:
    """What the session's end takes from the forms of the page; None where it has none."""
    page.goto(path)
    typed = page.evaluate(FILL)
    if not typed:
        return None
    page.wait_for_load_state("networkidle")
    typed = page.evaluate(HELD)
    staff.is_signed_out()
    page.evaluate(SEND)
    page.locator("#signed-out[open], #id_login").first.wait_for()
    if page.get_by_role("dialog", name="You are signed out").count():
        page.get_by_role("link", name="Sign in").click()
        page.wait_for_url("**/accounts/login/**")
    staff.signs_in_on(page)
    if page.get_by_text(IS_BACK).count() == 0:
        return f"{page.url} does not say that it is back"
    return {
        name: [value, now] for (name, value), (_, now) in zip(typed, page.evaluate(HELD), strict=True) if value != now
    }


def pages_with_forms(user: User) -> Iterator[tuple[str, str]]:
    """Name and address of each. A browser takes ten times as long to see that there is nothing to type."""
    client = Client()
    for name, row in pages_for("administrator").items():
        if row.statuses["anonymous"] == 200:
            continue  # needs no session
        client.force_login(user)  # whose sessions all end on each page
        place = reverse(name, kwargs=row.arguments())
        main = client.get(place).content.decode().partition("<main")[2].partition("</main>")[0]
        if 'method="post"' in main.lower():
            yield name, place


def test_nothing_typed_into_any_form_is_lost(page: Page, admin: Staff) -> None:
    TeamFactory.create_batch(2)
    found = {name: lost_on(page, place, admin) for name, place in pages_with_forms(admin.user)}
    with_forms = {name: lost for name, lost in found.items() if lost is not None}
    assert len(with_forms) > 12
    assert {name: lost for name, lost in with_forms.items() if lost} == {}


def test_nor_into_the_columns_of_a_file(page: Page, admin: Staff, tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text("Nr;Firma;Ort\n1;Acme;Bonn\n", encoding="utf-8")
    page.goto("/imports/new/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Source").fill("Marketing")
    page.get_by_label("What it holds").select_option("customers")
    admin.is_signed_out()
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/accounts/login/**")
    admin.signs_in_on(page)
    expect(page.get_by_text(f"{IS_BACK} Choose the file again.")).to_be_visible()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/map/")
    assert lost_on(page, page.url, admin) == {}


def test_nor_in_the_administration(page: Page, admin: Staff) -> None:
    page.goto("/admin/accounts/team/add/")
    page.get_by_label("Name").fill("Night shift")
    admin.is_signed_out()
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_url("**/accounts/login/**")
    admin.signs_in_on(page)
    expect(page.get_by_text(IS_BACK)).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Night shift")


def test_what_a_part_of_the_page_took_comes_back_and_is_saved_once(
    page: Page, live_stack: LiveStack, context: BrowserContext, user_for: UserFor
) -> None:
    user = user_for("sales")
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt")  # the live server's own hasher
    user.save()
    sales, customer = Staff(context, live_stack, user), CustomerFactory.create(name="Acme")
    sales.sign_in()
    page.goto(f"/customers/{customer.pk}/")
    page.keyboard.press("n")
    page.get_by_label("Purpose").first.fill("offer")
    page.get_by_label("Notes").fill("Wants a new offer")
    sales.is_signed_out()
    page.get_by_role("button", name="Log contact").click()
    dialog = page.get_by_role("dialog", name="You are signed out")
    expect(dialog).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("Wants a new offer")

    dialog.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill("sales@test.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme")
    expect(page.get_by_text(IS_BACK)).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("Wants a new offer")
    page.get_by_role("button", name="Log contact").click()
    expect(page.get_by_text("Contact logged.")).to_be_visible()
    assert Interaction.objects.values_list("body").get() == ("Wants a new offer",)

    page.reload()
    page.keyboard.press("n")
    expect(page.get_by_label("Notes")).to_have_value("")
    expect(page.get_by_text(IS_BACK)).to_have_count(0)


def test_a_page_older_than_the_session_is_opened_again_with_what_was_typed(page: Page, admin: Staff) -> None:
    """Somebody signs in again in another tab, and goes on in the first one."""
    customer = CustomerFactory.create(name="Acme")
    page.goto(f"/customers/{customer.pk}/")
    page.keyboard.press("n")
    page.get_by_label("Notes").fill("Wants a new offer")
    admin.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Log contact").click()
    page.get_by_role("dialog", name="This page was open too long").get_by_role("button", name="Open").click()
    expect(page.get_by_text(IS_BACK)).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("Wants a new offer")

    page.goto("/customers/new/")
    page.get_by_label("Name").fill("Zenith")
    admin.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="This page was open too long")).to_be_visible()
    page.get_by_role("link", name="Back to the page").click()
    expect(page.get_by_label("Name")).to_have_value("Zenith")


def test_what_one_typed_is_never_shown_to_another(
    page: Page, admin: Staff, live_stack: LiveStack, context: BrowserContext, user_for: UserFor
) -> None:
    page.goto("/customers/new/")
    page.get_by_label("Name").fill("A secret of the administrator")
    admin.is_signed_out()
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/accounts/login/**")
    Staff(context, live_stack, user_for("sales")).signs_in_on(page)
    expect(page.get_by_label("Name")).to_have_value("")
    assert "secret" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_who_signs_out_leaves_nothing_behind(page: Page, admin: Staff) -> None:
    page.goto("/customers/new/")
    page.get_by_label("Name").fill("Zenith")
    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")
    assert "Zenith" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_nor_what_is_refused_only_after_signing_out(page: Page, admin: Staff) -> None:
    page.goto("/customers/new/")
    page.get_by_label("Name").fill("Zenith")
    kept = """() => {
      window.addEventListener("submit", () => Baseline.keepDrafts());
      const out = document.querySelector("form[action*='logout']");
      out.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
      return JSON.stringify(sessionStorage);
    }"""
    assert "Zenith" not in page.evaluate(kept)


def test_passwords_are_not_kept(page: Page, admin: Staff) -> None:
    page.goto("/accounts/password/change/")
    for field in page.locator("main input[type=password]").all():
        field.fill("correct horse battery")
    assert "horse" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_what_is_saved_or_given_up_does_not_come_back(page: Page, admin: Staff) -> None:
    page.goto("/customers/new/")
    page.get_by_label("Name").fill("Zenith")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zenith")
    page.goto("/customers/new/")
    expect(page.get_by_label("Name")).to_have_value("")
    page.get_by_label("Name").fill("Given up")
    page.goto("/customers/")
    page.goto("/customers/new/")
    expect(page.get_by_label("Name")).to_have_value("")
    assert Customer.objects.count() == 1


def test_text_that_is_not_saved_is_not_left_without_a_question(page: Page, admin: Staff) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    customer = CustomerFactory.create(name="Acme")
    page.goto(f"/customers/{customer.pk}/edit/")
    page.get_by_label("City").fill("Rome")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("City")).to_have_value("Rome")
    assert asked == ["beforeunload"]

    page.get_by_label("City").fill(customer.city)
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme")
    page.keyboard.press("n")
    page.get_by_label("Notes").fill("Half a sen")
    page.get_by_role("link", name="History").click(no_wait_after=True)
    expect(page.get_by_label("Notes")).to_have_value("Half a sen")
    assert asked == ["beforeunload", "beforeunload"]


def test_a_dialog_with_unsaved_text_asks_before_it_closes(page: Page, admin: Staff) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        (dialog.dismiss if len(asked) == 1 else dialog.accept)()

    page.on("dialog", answer)
    page.goto("/me/")
    page.keyboard.press("t")
    dialog, what = page.locator("#dialog"), page.locator("#dialog").get_by_label("What", exact=True)
    expect(what).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert asked == [], "nothing was typed"

    page.keyboard.press("t")
    what.fill("Call the workshop")
    page.keyboard.press("Escape")
    expect(what).to_have_value("Call the workshop")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert asked == ["Leave what you have typed? It is not saved."] * 2
    page.reload()
    assert len(asked) == 2, "what was given up is not asked for again"


def test_what_was_typed_into_a_dialog_opens_it_again(page: Page, admin: Staff) -> None:
    page.goto("/customers/")
    page.keyboard.press("t")
    what = page.locator("#dialog").get_by_label("What", exact=True)
    what.fill("Call the workshop")
    admin.is_signed_out()
    what.press("Enter")
    page.get_by_role("dialog", name="You are signed out").get_by_role("link", name="Sign in").click()
    page.wait_for_url("**/accounts/login/**")
    admin.signs_in_on(page)
    expect(page.locator("#dialog")).to_be_visible()
    expect(page.locator("#dialog").get_by_text(IS_BACK)).to_be_visible()
    expect(what).to_have_value("Call the workshop")
    what.press("Enter")
    expect(page.locator("#dialog")).to_be_hidden()
    assert Task.objects.values_list("what").get() == ("Call the workshop",)


def test_what_the_server_could_not_take_comes_back_too(page: Page, admin: Staff) -> None:
    """The customer was deleted meanwhile, and put back under the same number by the time one tries again."""
    customer = CustomerFactory.create(name="Acme")
    page.goto(f"/customers/{customer.pk}/edit/")
    page.get_by_label("City").fill("Rome")
    Customer.objects.filter(pk=customer.pk).delete()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    CustomerFactory.create(pk=customer.pk, name="Acme")
    page.goto(f"/customers/{customer.pk}/edit/")
    expect(page.get_by_text(IS_BACK)).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Rome")
