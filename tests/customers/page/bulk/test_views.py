import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import SavedView, User
from crm.common import jobs
from customers.models import BulkJob, Customer, Tag
from customers.page import list_views
from customers.page.bulk import running
from customers.registry.bulk import get_action
from tests.conftest import ClientFor, UserFor
from tests.customers.page.bulk.asked import begun, done, three
from tests.factories.accounts import SavedViewFactory, TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.notes import BulkJobFactory, TagFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/customers/bulk/"


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: LazySettings) -> list[dict[str, Any]]:
    settings.VAR_DIR = tmp_path
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs, "wake", lambda _task, **arguments: asked.append(arguments))
    return asked


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("sales")


@pytest.fixture
def client(by: User) -> Client:
    found = Client()
    found.force_login(by)
    return found


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def page_of(client: Client, job: BulkJob) -> str:
    return text(client.get(f"/bulk/{job.pk}/"))


class TestConfirming:
    def test_says_to_how_many_and_does_nothing_yet(self, client: Client) -> None:
        CustomerFactory.create_batch(1204)
        page = text(client.post(URL, {"action": "assign_owner", "query": "?sort=name"}))
        assert "Assign: 1,204 customers" in page
        assert 'name="query" value="sort=name"' in page
        assert not BulkJob.objects.exists()

    def test_of_picked_ones_sends_them_again(self, client: Client) -> None:
        ids = [customer.pk for customer in three()]
        page = text(client.post(URL, {"action": "remove_tag", "ids": [*ids[:2], "x", "9" * 30]}))
        assert "2 customers" in page
        assert [int(pk) for pk in re.findall(r'name="ids" value="(\d+)"', page)] == ids[:2]
        assert page == re.sub(r"field-error|is-invalid", "", page)

    def test_of_nobody_says_so(self, client: Client) -> None:
        for asked in ({}, {"ids": "0"}, {"query": "country=XX"}):
            page = text(client.post(URL, {"action": "assign_owner", **asked}))
            assert "Nobody is selected" in page
            assert "confirmed" not in page

    def test_an_action_there_is_not_or_that_is_not_allowed(self, client: Client, client_for: ClientFor) -> None:
        assert client.get(URL).status_code == client.post(URL, {"action": "dance"}).status_code == 404
        assert client_for("service").post(URL, {"action": "export", "query": ""}).status_code == 403

    @pytest.mark.parametrize(
        ("action", "typed", "said"),
        [
            ("assign_owner", {}, "Choose an owner, a team, or both."),
            ("add_tag", {}, "This field is required."),
            ("remove_tag", {"name": "Nobody has it"}, "There is no tag of this name."),
            ("remove_tag", {}, "This field is required."),
            ("add_to_view", {}, "Choose a view, or name a new one."),
            ("add_to_view", {"new": "Mine"}, "You have a view of this name."),
        ],
    )
    def test_what_is_missing_is_said(
        self, client: Client, by: User, action: str, typed: dict[str, str], said: str
    ) -> None:
        three()
        SavedViewFactory.create(owner=by, name="Mine")
        response = client.post(URL, {"action": action, "query": "", "confirmed": "1", **typed})
        assert response.status_code == 422
        assert said in text(response)
        assert not BulkJob.objects.exists()

    def test_chinese(self, client: Client) -> None:
        three()
        with translation.override("zh-hans"):
            client.cookies["django_language"] = "zh-hans"
            page = text(client.post(URL, {"action": "assign_owner", "query": ""}))
        assert "3 个客户" in page


class TestBeginning:
    def begin(self, client: Client, action: str, **typed: Any) -> BulkJob:
        response = client.post(URL, {"action": action, "query": "", "confirmed": "1", **typed})
        job = BulkJob.objects.get()
        assert (response.status_code, response.headers["Location"]) == (302, f"/bulk/{job.pk}/")
        return job

    def test_goes_to_its_page_and_wakes_a_worker(self, client: Client, by: User, woken: list[dict[str, Any]]) -> None:
        three()
        job = self.begin(client, "assign_owner", owner=by.pk, team="none")
        assert job.parameters == {"owner_id": by.pk, "team_id": None}
        assert (job.total, job.created_by, job.selection) == (3, by, {"filters": []})
        assert woken == [{"job_id": job.pk}]

    def test_only_an_owner_or_only_a_team(self, client: Client) -> None:
        three()
        team = TeamFactory.create()
        assert self.begin(client, "assign_owner", team=team.pk).parameters == {"team_id": team.pk}

    def test_with_a_new_tag_or_one_there_is_by_its_name(self, client: Client) -> None:
        three()
        tag = TagFactory.create(name="VIP")
        assert self.begin(client, "add_tag", name="vip").parameters == {"tag": tag.pk}
        BulkJob.objects.all().delete()
        job = self.begin(client, "add_tag", name="New")
        assert job.parameters == {"tag": Tag.objects.get(name="New").pk}

    def test_with_a_new_view_or_one_of_one_s_own(self, client: Client, by: User) -> None:
        three()
        SavedViewFactory.create(owner=UserFactory.create(), name="Mine", is_picked=True)
        job = self.begin(client, "add_to_view", new="Mine")
        view = SavedView.objects.get(owner=by)
        assert (view.is_picked, view.of_list, job.parameters) == (True, "page.customers", {"view": view.pk})
        BulkJob.objects.all().delete()
        assert self.begin(client, "add_to_view", view=view.pk).parameters == {"view": view.pk}

    def test_a_refusal_makes_no_tag_either(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(**_: object) -> None:
            raise running.NobodySelected("Nobody.")

        three()
        monkeypatch.setattr(running, "begin", refuse)
        response = client.post(URL, {"action": "add_tag", "query": "", "confirmed": "1", "name": "New"})
        assert response.status_code == 422
        assert not Tag.objects.exists()

    def test_an_export(self, client: Client) -> None:
        three()
        job = self.begin(client, "export", format="xlsx", columns="name,,city")
        assert job.parameters == {"format": "xlsx", "columns": ["name", "city"], "order": "search"}
        BulkJob.objects.all().delete()
        job = self.begin(client, "export", format="csv", sort="-revenue")
        assert job.parameters == {"format": "csv", "columns": [], "order": "-figures__revenue"}


class TestItsPage:
    def test_shows_how_far_it_is_and_then_what_came_of_it(
        self, client: Client, by: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        first, *_others = three()
        Customer.objects.filter(pk=first.pk).update(owner=by)
        job = begun("assign_owner", by, owner_id=by.pk)
        page = page_of(client, job)
        assert "Waiting for a worker" in page
        assert f'hx-get="/bulk/{job.pk}/progress/"' in page
        assert "HX-Refresh" not in client.get(f"/bulk/{job.pk}/progress/").headers
        done(job)
        assert client.get(f"/bulk/{job.pk}/progress/").headers["HX-Refresh"] == "true"
        with django_assert_num_queries(4):
            page = page_of(client, job)
        assert "Owner: Sales" in page
        assert "2 customers were changed." in page
        assert "1 stays as it was." in page
        assert "hx-get" not in page.split("<main")[-1]

    def test_undo_takes_back_and_says_what_stays(self, client: Client, by: User, woken: list[dict[str, Any]]) -> None:
        first, *_others = three()
        job = done(begun("assign_owner", by, owner_id=by.pk))
        assert f'action="/bulk/{job.pk}/undo/"' in page_of(client, job)
        Customer.objects.filter(pk=first.pk).update(owner=UserFactory.create())
        assert client.post(f"/bulk/{job.pk}/undo/").headers["Location"] == f"/bulk/{job.pk}/"
        assert woken == [{"job_id": job.pk}]
        assert "Taking it back" in page_of(client, job)
        done(job)
        page = page_of(client, job)
        assert "2 customers are as before." in page
        assert "1 was changed by somebody since and stays as it is." in page
        assert "/undo/" not in page
        assert "There is nothing to take back" in text(client.post(f"/bulk/{job.pk}/undo/", follow=True))
        assert len(woken) == 1

    def test_a_failure_says_why(self, client: Client, by: User) -> None:
        three()
        tag = TagFactory.create()
        job = begun("add_tag", by, tag=tag.pk)
        tag.delete()
        done(job)
        assert "This tag is no longer there." in page_of(client, job)

    def test_is_for_whoever_asked_and_administrators(self, client: Client, client_for: ClientFor) -> None:
        job = BulkJobFactory.create()
        for path in ("", "progress/"):
            assert client.get(f"/bulk/{job.pk}/{path}").status_code == 404
            assert client_for("administrator").get(f"/bulk/{job.pk}/{path}").status_code == 200
        assert client.post(f"/bulk/{job.pk}/undo/").status_code == 404

    def test_the_file_is_for_whoever_asked_alone(self, client: Client, by: User, client_for: ClientFor) -> None:
        three()
        job = done(begun("export", by, format="csv", columns=["name"]))
        page = page_of(client, job)
        assert "3 customers are in the file." in page
        assert "until" in page
        got = client.get(f"/bulk/{job.pk}/file/")
        assert got.headers["Content-Disposition"] == 'attachment; filename="customers.csv"'
        assert got.getvalue().decode("utf-8-sig").splitlines()[0] == "customer_id,name"
        other = client_for("administrator")
        assert f"/bulk/{job.pk}/file/" not in page_of(other, job)
        assert other.get(f"/bulk/{job.pk}/file/").status_code == 404
        Path(job.path).unlink()
        assert client.get(f"/bulk/{job.pk}/file/").status_code == 404
        assert "files are kept for a week" in page_of(client, job)


@pytest.mark.parametrize(
    ("action", "parameters", "said"),
    [
        ("assign_owner", {"owner_id": None, "team_id": None}, "Owner: nobody · Team: no team"),
        ("assign_owner", {"team_id": 0}, "Team: no team"),
        ("add_tag", {"tag": 0}, ""),
        ("add_to_view", {"view": 0}, ""),
        ("export", {"format": "xlsx"}, "Excel"),
        ("export", {}, ""),
    ],
)
def test_what_was_chosen_is_said_where_it_is_still_there(action: str, parameters: dict[str, Any], said: str) -> None:
    assert get_action(action).words(parameters) == said


def test_tag_and_view_are_named(by: User) -> None:
    assert get_action("remove_tag").words({"tag": TagFactory.create(name="VIP").pk}) == "VIP"
    assert get_action("add_to_view").words({"view": SavedViewFactory.create(name="Mine").pk}) == "Mine"


class TestExportOfTheList:
    def test_many_become_a_job_with_what_was_chosen(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of a sheet sooner, which is written as a whole before anything of it is sent."""
        monkeypatch.setattr(list_views, "SHEET_UP_TO", 2)
        three()
        assert len(client.get("/customers/export/?format=csv").getvalue().splitlines()) == 1 + 3
        response = client.get("/customers/export/?country=&columns=name,place&format=xlsx", follow=True)
        page = text(response)
        assert "Export: 3 customers" in page
        assert 'name="columns" value="name,place"' in page
        assert re.search(r'value="xlsx" selected', page)
        assert not BulkJob.objects.exists()
