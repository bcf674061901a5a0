"""The queue of duplicates by keyboard alone; without script; and a worker killed in the middle of many merges."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from customers.models import Customer, Match, MatchRun
from tests.conftest import UserFor
from tests.e2e.test_session_end import IS_BACK, Staff
from tests.factories.customers import CustomerFactory, MatchFactory
from tests.live import LiveStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def pairs(many: int) -> list[Match]:
    return [
        MatchFactory.create(
            left=CustomerFactory.create(name=f"Acme {number}"),
            right=CustomerFactory.create(name=f"Acmee {number}"),
            score=0.999 - number / 1000,
        )
        for number in range(many)
    ]


def test_ten_are_decided_without_a_mouse(live_stack: LiveStack, page_for: Callable[[str], Page]) -> None:
    found = pairs(10)
    page = page_for("service")
    page.goto(f"{live_stack.url}/customers/duplicates/")
    shown = page.locator(".pair-heads strong").first
    for number, key in enumerate("mdlmdlmdm"):
        expect(shown).to_have_text(f"Acme {number}")
        page.keyboard.press(key)
    expect(shown).to_have_text("Acme 9")
    states = [Match.objects.get(pk=match.pk).state for match in found]
    said = {"m": "merged", "d": "different", "l": "later"}
    assert states == [*(said[key] for key in "mdlmdlmdm"), "proposed"]
    page.keyboard.press("u")
    expect(shown).to_have_text("Acme 8")
    page.keyboard.press("b")
    page.keyboard.press("f")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("m")
    expect(shown).to_have_text("Acme 9")
    assert Customer.objects.get(pk=found[8].right_id).name == "Acmee 8"
    page.keyboard.press("n")
    expect(shown).to_have_text("Acme 9")
    page.keyboard.press("?")
    expect(page.get_by_text("Undo the last decision")).to_be_visible()


def test_what_was_chosen_of_a_pair_outlives_the_session(
    live_stack: LiveStack, context: BrowserContext, user_for: UserFor
) -> None:
    """Not of the pair that the page shows first."""
    pairs(2)
    staff, page = Staff(context, live_stack, user_for("service")), context.new_page()
    staff.sign_in()
    page.goto(f"{live_stack.url}/customers/duplicates/")
    shown = page.locator(".pair-heads strong").first
    page.keyboard.press("n")
    expect(shown).to_have_text("Acme 1")
    for key in ("b", "f", "ArrowRight"):
        page.keyboard.press(key)
    staff.is_signed_out()
    page.keyboard.press("m")
    page.get_by_role("dialog", name="You are signed out").get_by_role("link", name="Sign in").click()
    page.wait_for_url("**/accounts/login/**")
    staff.signs_in_on(page)
    expect(page.get_by_text(IS_BACK)).to_be_visible()
    expect(shown).to_have_text("Acme 1")
    expect(page.locator("[name=survivor]").nth(1)).to_be_checked()
    expect(page.locator("[name=field-name][value=right]")).to_be_checked()
    page.keyboard.press("m")
    expect(shown).to_have_text("Acme 0")
    assert Customer.objects.filter(name="Acmee 1").count() == 1
    page.close()


def test_what_was_chosen_is_not_left_without_a_question(live_stack: LiveStack, page_for: Callable[[str], Page]) -> None:
    pairs(2)
    page, asked = page_for("service"), list[str]()
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.goto(f"{live_stack.url}/customers/duplicates/")
    page.keyboard.press("b")
    page.keyboard.press("n")
    expect(page.locator("[name=survivor]").nth(1)).to_be_checked()
    assert asked == ["Leave what you have typed? It is not saved."]
    page.keyboard.press("d")
    expect(page.locator(".pair-heads strong").first).to_have_text("Acme 1")
    assert len(asked) == 1


def test_a_worker_killed_amid_many_merges_goes_on(
    live_stack: LiveStack, page_for: Callable[[str], Page], wait_for: Callable[..., None]
) -> None:
    pairs(60)
    Match.objects.update(score=0.995)
    page = page_for("manager")
    page.goto(f"{live_stack.url}/customers/duplicates/list/?band=certain")
    page.get_by_label("Select all rows of this page").check()
    page.get_by_label("All that are almost certain").check()
    page.get_by_role("button", name="Merge").click()
    wait_for(lambda: MatchRun.objects.filter(merged__gte=3).exists(), seconds=60)
    live_stack.kill_worker()
    live_stack.start_worker()
    wait_for(lambda: MatchRun.objects.filter(state="done").exists(), seconds=90)
    run = MatchRun.objects.get()
    assert (run.merged, run.skipped) == (60, 0)
    assert Match.objects.filter(state="merged").count() == 60
    assert Customer.objects.filter(name__startswith="Acmee").count() == 0
    expect(page.get_by_text("60 merged")).to_be_visible(timeout=30_000)


def test_a_look_that_a_page_asks_for_proposes_though_its_worker_is_killed(
    live_stack: LiveStack, page_for: Callable[[str], Page], wait_for: Callable[..., None]
) -> None:
    for number in range(40):
        same = {
            "kind": "person",
            "name": f"Ann Fairweather {number}",
            "phone": f"+49 30 12345{number:02}",
            "city": "Bonn",
        }
        CustomerFactory.create(**same)
        CustomerFactory.create(**same | {"name": f"Ann Fairwaether {number}"})
    page = page_for("manager")
    page.goto(f"{live_stack.url}/customers/duplicates/")
    page.get_by_role("button", name="Look for duplicates now").click()
    wait_for(lambda: MatchRun.objects.exclude(state="queued").exists(), seconds=60)
    live_stack.kill_worker()
    live_stack.start_worker()
    expect(page.get_by_text("Are these two one?")).to_be_visible(timeout=90_000)
    run = MatchRun.objects.get()
    assert (run.state, run.proposed) == ("done", Match.objects.filter(state="proposed").count())
    assert Match.objects.count() >= 40
