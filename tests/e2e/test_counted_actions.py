"""What the tasks of a day take at most, counted: a key, a field, a choice, a click. No bar here may be raised."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Team, User
from crm.common import days
from customers.identity.editing import create_customer
from customers.models import Customer, ImportBatch, Interaction, Outcome, Task
from metrics.engine.recomputing import recompute
from metrics.models import Baseline, KpiTarget, Rollout
from tests.e2e.counting import at_most
from tests.factories.accounts import TeamFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.telephony import CallFactory, QueueFactory
from tests.factories.trade import InvoiceFactory
from tests.live import LiveStack
from tests.metrics import figures

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PageFor = Callable[[str], Page]

XIAMEN = "Xiamen Gulangyu 厦门鼓浪屿贸易有限公司"
ACCOUNTS = """\
Account ID,Account name,VAT,E-mail,Phone,Street,Town,State,Country,ZIP,Sector,Lead
A1,广州嘉禾电子有限公司,91310000MA10000037,info1@gz.example,+86 21 61000007,科技园路62号,厦门,,CN,361000,IT,fair
A2,Eifel Möbel KG,,info2@eifel.example,+49 30 91000014,Goethestr. 30,Lübeck,Schleswig-Holstein,DE,23552,craft,mail
"""


@pytest.fixture
def alpenblick(live_stack: LiveStack) -> Customer:
    fields = {"name": "Alpenblick Feinkost AG", "phone": "+49 30 1234567", "tax_id": "DE 136 695 976"}
    customer = create_customer(fields=fields)
    SourceRecordFactory.create(system=SourceSystemFactory.create(key="shop"), customer=customer, external_id="S-10256")
    since = days.today() - timedelta(days=90)
    customer.tier_assignments.update(valid=(since, None))
    return customer


def test_who_is_on_the_phone_is_found_by_whatever_they_say(page_for: PageFor, alpenblick: Customer) -> None:
    create_customer(fields={"name": XIAMEN})
    create_customer(fields={"name": "Feinkost Müller"})
    page = page_for("service")
    page.goto("/")
    for said, name in {
        "penbli": alpenblick.name,
        "030 / 123 45 67": alpenblick.name,
        "xiamen": XIAMEN,
        "鼓浪": XIAMEN,
        "feinkost alpenblick": alpenblick.name,
        "de136695976": alpenblick.name,
        "s-10256": alpenblick.name,
    }.items():
        with at_most(3), page.expect_navigation():
            page.keyboard.press("/")
            page.keyboard.type(said)
            page.keyboard.press("Enter")  # opens the first
        expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_customer_is_known_at_sight_and_a_call_is_logged(page_for: PageFor, alpenblick: Customer) -> None:
    Outcome.objects.update_or_create(key="fixed", defaults={"name": "Fixed", "is_solved": True})
    late, today = days.today() - timedelta(days=20), days.today()
    InvoiceFactory.create(customer=alpenblick, number="R-77", due_on=late, amount="1584.00")
    InvoiceFactory.create(customer=alpenblick, number="R-78", due_on=today + timedelta(days=9), amount="16.00")
    page = page_for("service")
    page.goto(alpenblick.get_absolute_url())
    with pytest.raises(AssertionError, match="press"), at_most(0):
        page.keyboard.press("Escape")
    with at_most(0):  # what they owe, and why they are of this tier
        head, main = page.locator(".customer-head").first, page.get_by_role("main")
        expect(head).to_contain_text("owes €1,600.00, €1,584.00 overdue")
        expect(main).to_contain_text("To Silver")
        expect(main).to_contain_text("more profit")
    with at_most(2):
        head.get_by_role("link", name="overdue").click()
        page.get_by_role("link", name="R-77").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("R-77")
    expect(page.get_by_role("main")).to_contain_text("20 days overdue")

    page.goto(alpenblick.get_absolute_url())
    with at_most(4):
        page.keyboard.press("n")
        page.get_by_label("Purpose").fill("question")
        page.get_by_label("Notes").fill("Asks for the catalogue.")
        page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("Asks for the catalogue.")
    with at_most(6):
        page.keyboard.press("n")
        page.get_by_label("Purpose").fill("complaint")
        page.get_by_label("Outcome").select_option("fixed")
        expect(page.get_by_label("Solved")).to_have_value("True")
        page.get_by_label("Follow-up").fill("Send the invoice again")
        page.get_by_label("By when").fill("tomorrow 9:00")
        page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Send the invoice again")).to_be_visible()  # the panel has heard of it
    logged, task = Interaction.objects.latest("pk"), Task.objects.get()
    assert (logged.channel, logged.purpose, logged.outcome, logged.is_solved) == ("phone", "complaint", "fixed", True)
    assert (task.what, task.interaction, str(task.due_time)) == ("Send the invoice again", logged, "09:00:00")


def test_one_who_is_here_already_is_named_before_they_are_made_again(
    page_for: PageFor, context: BrowserContext, alpenblick: Customer
) -> None:
    """Not the usual page: the console calls an answer that asks back (422) an error."""
    page_for("sales")
    page = context.new_page()
    page.goto("/customers/new/")
    candidate = page.locator("#similar li")
    with at_most(1):  # while it is typed
        page.get_by_label("Name").fill("Alpenblik Feinkost")
        expect(candidate).to_contain_text("similar name")
    with at_most(1):
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.get_by_role("button", name="None of them")).to_be_visible()
        expect(candidate.get_by_role("link", name=alpenblick.name)).to_be_visible()
    assert Customer.objects.count() == 1


def test_a_file_is_tried_and_brought_in(page_for: PageFor, live_stack: LiveStack, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(ACCOUNTS, encoding="utf-8")
    page = page_for("manager")
    page.goto("/imports/")
    with at_most(8):
        page.get_by_role("link", name="Import a file").first.click()
        upload(page, file)
        page.get_by_label("external_id").select_option("Account ID")
        page.get_by_label("Only try").check()
        page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("done", exact=True)).to_be_visible(timeout=30_000)
    assert not Customer.objects.exists()
    with at_most(8):
        page.get_by_role("link", name="Import another file").click()
        upload(page, file)
        page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("done", exact=True)).to_be_visible(timeout=30_000)
    tried, done = ImportBatch.objects.order_by("pk")
    assert (tried.dry_run, tried.created, done.dry_run, done.created) == (True, 2, False, 2)
    assert set(Customer.objects.values_list("name", flat=True)) == {"广州嘉禾电子有限公司", "Eifel Möbel KG"}


def upload(page: Page, file: Path) -> None:
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Source").fill("Marketing")
    page.get_by_label("What it holds").select_option("customers")
    page.get_by_role("button", name="Upload").click()


@pytest.fixture
def a_year_of_calls(live_stack: LiveStack) -> None:
    """Two calls a month, one of them in time, a go-live in a month, and verdicts of a company and its teams."""
    south, north = (TeamFactory.create(key=key, name=key.title()) for key in ("south", "north"))
    Rollout.objects.create(team=north, went_live_on=days.add_months(days.today(), 1))
    shared = {"system": SourceSystemFactory.create(key="pbx"), "queue": QueueFactory.create(name="sales")}
    for back in range(1, 13):
        moment = datetime.combine(days.add_months(days.today(), -back), time(12), tzinfo=UTC)
        for waited_ms in (8_000, 40_000):
            CallFactory.create(entered_at=moment, answered_at=moment, waited_ms=waited_ms, **shared)
    recompute(full=True)
    figures.evaluation("asa", "improved", reason="Callers wait less since.")
    figures.evaluation("asa", "worse", team=south)
    figures.evaluation("asa", "improved", team=north)


@pytest.mark.usefixtures("a_year_of_calls")
def test_a_manager_sees_what_works_and_signs_what_it_is_held_against(page_for: PageFor) -> None:
    page = page_for("manager")
    page.goto("/dashboard/")
    row = page.locator("#kpi-asa")
    with at_most(0):
        expect(page.locator("#score")).to_contain_text("1 improved")
        expect(row).to_contain_text("n = ")
    with at_most(1):
        row.locator("summary").click()
        expect(page.get_by_text("Callers wait less since.")).to_be_visible()
    with at_most(3):
        page.get_by_role("main").get_by_role("link", name="Scorecard").click()
        expect(page.get_by_role("row").filter(has_text="South")).to_contain_text("Worse")
        expect(page.get_by_role("row").filter(has_text="North")).to_contain_text("Improved")

    page.goto("/dashboard/")
    with at_most(4):
        page.locator("#kpi-service_level").get_by_role("link", name="freeze one").click()
        page.get_by_label("I sign this baseline").check()
        page.get_by_role("button", name="Freeze and sign").click()
    expect(page.get_by_role("heading", name="Baseline of Service level")).to_be_visible()
    page.goto("/dashboard/")
    with at_most(4):
        page.locator("#kpi-service_level").get_by_role("link", name="set one").click()
        page.get_by_label("Target (%)").fill("85")
        page.get_by_label("Due").fill((days.today() + timedelta(days=90)).isoformat())
        page.get_by_role("button", name="Set the target").click()
    expect(page.get_by_role("status")).to_contain_text("Target for Service level set:")
    assert (Baseline.objects.count(), KpiTarget.objects.count()) == (1, 1)


def test_a_colleague_and_a_team_are_added(page_for: PageFor, live_stack: LiveStack) -> None:
    page = page_for("administrator")
    page.goto("/admin/")
    with at_most(4):
        page.locator(".model-user").get_by_role("link", name="Add").click()
        page.get_by_label("E-mail").fill("ann@new.example")
        page.get_by_label("Name").fill("Ann")
        page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    page.goto("/admin/")
    with at_most(4):
        page.locator(".model-team").get_by_role("link", name="Add").click()
        page.get_by_label("Name").fill("East desk")
        page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert User.objects.filter(email="ann@new.example", groups__name="sales").exists()
    assert list(Team.objects.values_list("key", "name")) == [("east-desk", "East desk")]
