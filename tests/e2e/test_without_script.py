"""The day's work in a browser that runs no scripts: everything is read, and every form saves."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from customers.models import Contact, Customer, Interaction, Note, Task
from tests.factories.customers import CustomerFactory
from tests.live import LiveStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def plain(browser: Browser, live_stack: LiveStack, user_for: Callable[[str], User]) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(base_url=live_stack.url, java_script_enabled=False)
    context.set_default_timeout(15_000)
    context.add_cookies(live_stack.sign_in_cookies(user_for("sales")))  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.fixture
def acme(live_stack: LiveStack) -> Customer:
    return CustomerFactory.create(name="Acme Trading")


def test_a_contact_with_its_follow_up_is_logged(plain: Page, acme: Customer) -> None:
    plain.goto("/customers/")
    plain.get_by_role("link", name="Acme Trading").click()
    plain.get_by_role("link", name="Phone", exact=True).click()
    plain.get_by_label("Purpose").fill("Repair")
    plain.get_by_role("button", name="Log contact").click()
    expect(plain.get_by_label("Purpose")).to_have_value("Repair")  # a note or an outcome is missing, nothing is lost
    plain.get_by_label("Notes").fill("The lamp flickers.")
    plain.get_by_label("Follow-up").fill("Send a lamp")
    plain.get_by_label("By when").fill("tomorrow 9:00")
    plain.get_by_role("button", name="Log contact").click()
    expect(plain.get_by_text("The lamp flickers.").first).to_be_visible()
    logged = Interaction.objects.get()
    assert (logged.customer, logged.body, logged.purpose) == (acme, "The lamp flickers.", "repair")
    assert (logged.tasks.get().what, logged.tasks.get().due_time is not None) == ("Send a lamp", True)


def test_a_task_is_made_done_and_opened_again(plain: Page, acme: Customer) -> None:
    plain.goto(f"/customers/{acme.pk}/")
    plain.get_by_role("link", name="New task").first.click()
    plain.get_by_label("What").fill("Visit them")
    plain.get_by_role("button", name="Add task").click()
    plain.goto("/tasks/")
    plain.get_by_role("row", name="Visit them").get_by_role("button", name="Done").click()
    expect(plain.get_by_role("row", name="Visit them")).to_have_count(0)
    assert Task.objects.get().done_at is not None
    plain.get_by_role("link", name="Undo").click()
    plain.get_by_role("button", name="Reopen").click()
    plain.goto("/tasks/")
    expect(plain.get_by_role("row", name="Visit them")).to_be_visible()
    assert Task.objects.get().done_at is None


def test_notes_people_and_tags_are_kept(plain: Page, acme: Customer) -> None:
    plain.goto(f"/customers/{acme.pk}/")
    plain.get_by_label("New tag").fill("Trade fair")
    plain.get_by_label("New tag").press("Enter")
    plain.goto(f"/customers/{acme.pk}/notes/new/")
    plain.locator("textarea[name=body]").fill("Mornings are best.")
    plain.get_by_role("button", name="Save").click()
    plain.goto(f"/customers/{acme.pk}/people/new/")
    plain.get_by_label("Name").fill("Ada Byron")
    plain.get_by_role("button", name="Save").or_(plain.get_by_role("button", name="Add")).first.click()
    assert [tagged.tag.name for tagged in acme.tagged.select_related("tag")] == ["Trade fair"]
    assert [note.body for note in Note.objects.all()] == ["Mornings are best."]
    assert [contact.name for contact in Contact.objects.all()] == ["Ada Byron"]


def test_the_list_is_narrowed_sorted_and_selected(plain: Page, acme: Customer) -> None:
    other = CustomerFactory.create(name="Zenith", kind="person")
    plain.goto("/customers/?kind=person")
    expect(plain.get_by_role("link", name="Zenith")).to_be_visible()
    expect(plain.get_by_role("link", name="Acme Trading")).to_have_count(0)
    plain.goto("/customers/?sort=-name")
    names = plain.locator("tbody a").all_inner_texts()
    assert names.index("Zenith") < names.index("Acme Trading")
    plain.get_by_role("row", name="Acme Trading").get_by_role("checkbox").check()
    plain.get_by_role("button", name="Add a tag").click()
    plain.get_by_label("Tag", exact=False).first.fill("Spring")
    plain.locator("main form[method=post] button[type=submit]").last.click()
    expect(plain.get_by_text("Spring").first).to_be_visible()
    assert not other.tagged.exists()
