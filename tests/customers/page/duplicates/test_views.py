"""The pages of duplicates: the queue, the list, the rule, and merging with whom somebody chose."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from crm.common import jobs
from crm.common.locks import Busy
from customers.identity.editing import create_customer
from customers.identity.reviewing import deciding
from customers.identity.reviewing.tasks import run_match
from customers.models import Customer, Match, MatchRun, MergeRule
from tests.conftest import NOON, ClientFor, UserFor
from tests.customers.identity.merging.world import settled
from tests.factories.customers import CustomerFactory, MatchFactory, MatchRunFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/customers/duplicates/"


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs, "wake", lambda _task, **arguments: asked.append(arguments))
    return asked


@pytest.fixture
def client(client_for: ClientFor) -> Client:
    return client_for("service")


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def after(page: str) -> str:
    found = re.search(r'name="after" value="([^"]*)"', page)
    assert found
    return found[1]


class TestQueue:
    def test_without_any_it_offers_to_look(self, client: Client, woken: list[dict[str, Any]]) -> None:
        assert "Nobody has looked for duplicates yet" in text(client.get(URL))
        assert client.post(f"{URL}look/").status_code == 302
        run = MatchRun.objects.get()
        assert (woken, run.asked_by) == ([{"run_id": run.pk}], User.objects.get())
        assert "Waiting for a worker" in text(client.get(URL))
        assert "Somebody is looking" in text(client.post(f"{URL}look/", follow=True))

    def test_the_most_probable_comes_first_and_then_the_next(self, client: Client) -> None:
        second, first = MatchFactory.create(score=0.91), MatchFactory.create(score=0.97)
        page = text(client.get(URL))
        assert f'action="/customers/duplicates/{first.pk}/"' in page
        assert "2 to decide" in page
        following = text(client.get(URL, {"after": after(page)}))
        assert f'action="/customers/duplicates/{second.pk}/"' in following
        assert f"/{first.pk}/" in text(client.get(URL, {"after": after(following)}))

    def test_it_is_narrowed(self, client: Client) -> None:
        MatchFactory.create(score=0.995)
        person = MatchFactory.create(
            left=CustomerFactory.create(kind="person"), right=CustomerFactory.create(kind="person"), score=0.6
        )
        later = MatchFactory.create(state="later")
        for query, shown in (("band=possible", person), ("kind=person", person), ("show=later", later)):
            assert f'action="/customers/duplicates/{shown.pk}/"' in text(client.get(f"{URL}?{query}"))
        assert "Nothing to decide" in text(client.get(URL, {"band": "likely"}))

    def test_why_and_what_differs_is_shown(self, client: Client) -> None:
        left = CustomerFactory.create(name="Acme", phone="030 1")
        match = MatchFactory.create(left=left, right=CustomerFactory.create(name="Acmee", phone="030 1"))
        page = text(client.get(f"{URL}{match.pk}/"))
        assert 'role="radiogroup" aria-label="Name"' in page
        assert 'aria-label="Phone"' not in page
        assert page.index("Phone</strong>: the same") < page.index("Name</strong>: nearly the same")
        assert "speaks strongly for it" in page
        assert "speaks against it" in page

    def test_decided_the_next_follows_and_u_takes_back(self, client: Client) -> None:
        first, second = MatchFactory.create(score=0.97), MatchFactory.create(score=0.91)
        page = text(client.get(URL))
        sent = {"decision": "merge", "survivor": first.right_id, "after": after(page)}
        answer = text(client.post(f"{URL}{first.pk}/", sent, headers={"HX-Request": "true"}))
        assert f'action="/customers/duplicates/{second.pk}/"' in answer
        assert f'action="/customers/duplicates/{first.pk}/undo/"' in answer
        assert "<html" not in answer
        assert not Customer.objects.filter(pk=first.left_id).exists()
        back = text(client.post(f"{URL}{first.pk}/undo/", headers={"HX-Request": "true"}))
        assert f'action="/customers/duplicates/{first.pk}/"' in back
        assert Customer.objects.filter(pk=first.left_id).exists()

    def test_without_script_it_leads_on(self, client: Client) -> None:
        match = MatchFactory.create(score=0.97)
        sent = {"decision": "different", "after": "x", "band": "likely"}
        response = client.post(f"{URL}{match.pk}/", sent)
        assert response.headers["Location"] == f"{URL}?band=likely&after=x"
        page = text(client.get(f"{URL}{match.pk}/undo/"))
        assert "are not the same" in page
        assert client.post(f"{URL}{match.pk}/undo/").headers["Location"] == f"{URL}{match.pk}/"
        match.refresh_from_db()
        assert match.state == "proposed"

    def test_who_comes_too_late_is_told(self, client: Client, user_for: UserFor) -> None:
        match = MatchFactory.create(state="different", decided_at=NOON, decided_by=user_for("manager"))
        sent = {"decision": "later"}
        assert "Manager has decided on these two already" in text(client.post(f"{URL}{match.pk}/", sent, follow=True))
        assert "no longer proposed" in text(client.post(f"{URL}999999/", sent, follow=True))
        assert client.get(f"{URL}999999/").status_code == 404

    def test_what_cannot_be_done_just_now_is_asked_again_as_it_was_chosen(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left, right = settled("Ada"), settled("Bob")
        match, _next = MatchFactory.create(left=left, right=right, score=0.9), MatchFactory.create(score=0.95)

        def busy(**_asked: object) -> None:
            raise Busy("Somebody has been at it.")

        monkeypatch.setattr(deciding, "merge_match", busy)
        sent = {"decision": "merge", "survivor": right.pk, "field-name": "left", "after": "x", "band": "likely"}
        for headers in ({}, {"HX-Request": "true"}):
            page = text(client.post(f"{URL}{match.pk}/", sent, headers=headers))
            for words in (
                "Somebody has been at it.", f'action="/customers/duplicates/{match.pk}/"', 'name="after" value="x"',
                f'name="survivor" value="{right.pk}" checked', 'name="field-name" value="left" checked',
            ):  # fmt: skip
                assert words in page

    def test_the_marked_value_shows_whoever_survives(self, client: Client) -> None:
        """Both were typed; what was typed of the survivor would come first."""
        left, right = (create_customer(fields={"name": name, "city": city}) for name, city in ("AB", "CD"))
        match = MatchFactory.create(left=left, right=right)
        sent = {"decision": "merge", "survivor": right.pk, "field-name": "left", "field-city": "right"}
        client.post(f"{URL}{match.pk}/", sent)
        right.refresh_from_db()
        assert (right.name, right.city) == ("A", "D")

    def test_who_comes_back_to_a_pair_that_is_no_more_is_shown_the_next(self, client: Client) -> None:
        match = MatchFactory.create()
        page = text(client.get(f"{URL}999999/", headers={"HX-Request": "true"}))
        assert "no longer proposed" in page
        assert f'action="/customers/duplicates/{match.pk}/"' in page

    def test_a_chosen_value_shows_after_the_merge(self, client: Client) -> None:
        left, right = settled("Ada"), settled("Bob")
        match = MatchFactory.create(left=left, right=right)
        sent = {"decision": "merge", "survivor": left.pk, "field-name": "right"}
        client.post(f"{URL}{match.pk}/", sent)
        left.refresh_from_db()
        assert left.name == "Bob"
        client.post(f"{URL}{match.pk}/undo/")
        assert list(Customer.objects.order_by("pk").values_list("name", flat=True)) == ["Ada", "Bob"]

    def test_how_often_it_was_right_is_told(self, client: Client, user_for: UserFor) -> None:
        run = MatchRunFactory.create(state="done", finished_at=NOON, proposed=2)
        for state in ("merged", "different"):
            MatchFactory.create(state=state, decided_at=NOON, decided_by=user_for("manager"), run=run)
        page = text(client.get(URL))
        assert "1 of the last 2 were accepted" in page
        assert "2 new" in page

    def test_beside_a_pair_the_end_of_a_look_is_told_and_loses_nothing_chosen(self, client: Client) -> None:
        MatchFactory.create()
        run = MatchRunFactory.create(state="working", stage="person compared", progress={"person read": 1200})
        beside = f"{URL}runs/{run.pk}/progress/beside/"
        assert beside in client.get(URL).content.decode()
        bar = client.get(beside)
        assert bar.content.decode().strip().count('<div class="progress-box"') == 1
        assert "1,200 records of people" in text(bar)
        run.state, run.finished_at, run.proposed = "done", NOON, 7
        run.save()
        ended = client.get(beside)
        assert "HX-Refresh" not in ended.headers
        assert "7 new" in text(ended)
        assert "Show what was found" in text(ended)


class TestLists:
    def test_those_selected_are_merged_by_a_job(self, client: Client, woken: list[dict[str, Any]]) -> None:
        first, second = MatchFactory.create(), MatchFactory.create()
        response = client.post(f"{URL}list/", {"ids": [first.pk]})
        (asked,) = woken
        assert response.headers["Location"] == f"{URL}runs/{asked['run_id']}/"
        assert "Waiting for a worker" in text(client.get(response.headers["Location"]))
        run_match(**asked)
        assert client.get(f"{response.headers['Location']}progress/").headers["HX-Refresh"] == "true"
        assert "1 merged" in text(client.get(response.headers["Location"]))
        assert list(Match.objects.filter(state="proposed")) == [second]

    def test_all_that_are_almost_certain(self, client: Client, woken: list[dict[str, Any]]) -> None:
        MatchFactory.create(score=0.995)
        MatchFactory.create(score=0.6)
        assert "All that are almost certain" not in text(client.get(f"{URL}list/"))
        assert "All that are almost certain" in text(client.get(f"{URL}list/", {"band": "certain"}))
        client.post(f"{URL}list/?band=certain", {"query": "band=certain"})
        run_match(**woken[0])
        assert Match.objects.get(state="merged").score == 0.995
        assert "None of them is to be decided" in text(client.post(f"{URL}list/", {"ids": ["x"]}, follow=True))

    def test_who_decided_what(self, client: Client, user_for: UserFor) -> None:
        MatchFactory.create(state="different", decided_at=NOON, decided_by=user_for("manager"))
        MatchFactory.create(state="merged", decided_at=NOON, right=CustomerFactory.create(name="Acme"))
        page = text(client.get(f"{URL}decided/"))
        assert "Manager" in page
        assert "a rule" in page
        assert "Acme" in page


class TestRule:
    def test_an_administrator_switches_it_on_beside_a_sample(self, client_for: ClientFor, client: Client) -> None:
        MatchFactory.create(score=0.995, left=CustomerFactory.create(name="Acme"))
        admin = client_for("administrator")
        assert "Acme" in text(admin.get(f"{URL}rule/"))
        assert not MergeRule.objects.exists()
        assert admin.post(f"{URL}rule/", {"is_on": "on", "least": "0.5"}).status_code == 422
        assert admin.post(f"{URL}rule/", {"is_on": "on", "least": "0.995"}).status_code == 302
        rule = MergeRule.objects.get()
        assert (rule.is_on, rule.least) == (True, 0.995)
        assert "on · Administrator" in text(admin.get(f"{URL}rule/"))
        assert client.get(f"{URL}rule/").status_code == 403


class TestMergeWith:
    def test_the_other_is_found_compared_and_merged(self, client: Client) -> None:
        ada, other = settled("Ada Analytics"), settled("Ada Analytic")
        url = f"/customers/{ada.pk}/merge/"
        assert url in text(client.get(f"/customers/{ada.pk}/"))
        options = text(client.get(f"{url}options/", {"q": "Analytic"}, headers={"HX-Request": "true"}))
        assert f"?with={other.pk}" in options
        assert f"?with={ada.pk}" not in options
        assert f"?with={other.pk}" in text(client.get(url, {"q": "Analytic"}))
        assert "Merge these two?" in text(client.get(url, {"with": other.pk}))
        response = client.post(url, {"with": other.pk, "survivor": other.pk}, follow=True)
        assert response.redirect_chain == [(f"/customers/{other.pk}/", 302)]
        match = Match.objects.get()
        assert f'hx-post="/customers/duplicates/{match.pk}/undo/?from=message"' in text(response)
        undone = client.post(f"{URL}{match.pk}/undo/?from=message", headers={"HX-Request": "true"})
        assert undone.headers["HX-Redirect"] == f"/customers/{ada.pk}/"
        assert Customer.objects.count() == 2

    def test_whom_the_last_look_found_is_offered(self, client: Client) -> None:
        match = MatchFactory.create()
        page = text(client.get(f"/customers/{match.right_id}/merge/"))
        assert f"?with={match.left_id}" in page

    def test_what_somebody_said_is_told(self, client: Client, user_for: UserFor) -> None:
        match = MatchFactory.create(state="different", decided_at=NOON, decided_by=user_for("manager"))
        page = text(client.get(f"/customers/{match.left_id}/merge/", {"with": match.right_id}))
        assert "Manager said on Nov. 15, 2026 that these two" in page

    def test_of_two_kinds_is_refused(self, client: Client) -> None:
        firm, person = CustomerFactory.create(), CustomerFactory.create(kind="person")
        response = client.post(f"/customers/{firm.pk}/merge/", {"with": person.pk, "survivor": firm.pk}, follow=True)
        assert "cannot be merged" in text(response)
        assert not Match.objects.exists()

    def test_nobody_without_the_right(self, user_for: UserFor) -> None:
        user = user_for("sales")
        user.groups.clear()
        found = Client()
        found.force_login(user)
        assert found.get(URL).status_code == 403


def test_the_start_page_says_how_many_wait(client: Client) -> None:
    assert "Decide who is the same" not in text(client.get("/"))
    MatchFactory.create()
    assert "Decide who is the same" in text(client.get("/"))
