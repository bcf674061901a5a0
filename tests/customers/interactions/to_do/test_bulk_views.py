import re
from typing import Any

import pytest
from django.test import Client

from accounts import list_export_views
from accounts.models import User
from crm.common import jobs
from customers.models import BulkJob
from tests.conftest import ClientFor, UserFor
from tests.factories.accounts import TeamFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/tasks/bulk/"


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
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


def test_the_list_offers_what_may_be_done_to_selected_ones(client: Client, client_for: ClientFor) -> None:
    assert 'id="bulk"' not in text(client.get("/tasks/?view=all"))
    task = TaskFactory.create()
    page = text(client.get("/tasks/?view=all"))
    assert re.search(rf'<input type="checkbox"[^>]* form="bulk" value="{task.pk}"', page)
    assert re.findall(r'name="action" value="(\w+)"', page) == [
        "task_done", "task_assign", "task_put_off", "task_priority", "task_export",
    ]  # fmt: skip
    assert "All 1 of the result" in page
    assert "task_export" not in text(client_for("service").get("/tasks/?view=all"))


@pytest.mark.parametrize(
    ("action", "typed", "parameters", "said"),
    [
        ("task_done", {}, {}, "Mark as done"),
        ("task_assign", {"assignee": "me", "team": "ours"}, {"assignee_id": "me", "team_id": "ours"}, "Whose: Sales"),
        ("task_assign", {"assignee": "none"}, {"assignee_id": None}, "Whose: nobody"),
        ("task_assign", {"team": "none"}, {"team_id": None}, "Team: no team"),
        ("task_put_off", {"day": "2026-11-20"}, {"until": "2026-11-20T08:00:00+00:00"}, "until Fri"),
        ("task_priority", {"priority": "1"}, {"priority": 1}, "high"),
        ("task_export", {"format": "csv", "columns": "what", "sort": "-due"},
         {"format": "csv", "columns": ["what"], "order": "-due_at"}, "CSV"),
        ("task_export", {"format": "xlsx", "sort": "urgency"},
         {"format": "xlsx", "columns": [], "order": "urgency"}, "Excel"),
    ],
)  # fmt: skip
def test_what_is_chosen_begins_a_job_over_the_whole_result(
    client: Client, by: User, woken: list[dict[str, Any]], action: str, typed: dict[str, str],
    parameters: dict[str, Any], said: str,
) -> None:  # fmt: skip
    meant = {"me": by.pk, "ours": TeamFactory.create().pk}
    TaskFactory.create_batch(2, assignee=by)
    TaskFactory.create(priority=3)
    query = '?view=all&where={"all":[{"field":"whose","op":"is","value":["me"]}]}'
    page = text(client.post(URL, {"action": action, "query": query}))
    assert "2 tasks" in page
    assert not BulkJob.objects.exists()
    sent = {name: meant.get(value, value) for name, value in typed.items()}
    answer = client.post(URL, {"action": action, "query": query, "confirmed": "1", **sent})
    job = BulkJob.objects.get()
    assert answer.headers["Location"] == f"/bulk/{job.pk}/"
    assert (job.total, job.parameters) == (2, {name: meant.get(str(one), one) for name, one in parameters.items()})
    assert woken == [{"job_id": job.pk}]
    assert said in text(client.get(f"/bulk/{job.pk}/"))


@pytest.mark.parametrize(
    ("action", "typed", "said"),
    [
        ("task_assign", {}, "Choose a person, a team, or both."),
        ("task_put_off", {"day": "2026-11-15"}, "Choose a day to come."),
        ("task_put_off", {"day": "1999-11-15"}, "Choose a day between"),
        ("task_priority", {"priority": "9"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said(client: Client, action: str, typed: dict[str, str], said: str) -> None:
    task = TaskFactory.create()
    answer = client.post(URL, {"action": action, "ids": task.pk, "confirmed": "1", **typed})
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert not BulkJob.objects.exists()


def test_of_none_it_says_so_and_an_action_of_customers_is_none_of_tasks(client: Client) -> None:
    theirs = TaskFactory.create(customer=None)
    assert "No task is selected" in text(client.post(URL, {"action": "task_done", "ids": theirs.pk}))
    assert client.post(URL, {"action": "assign_owner", "ids": theirs.pk}).status_code == 404
    assert client.post("/customers/bulk/", {"action": "task_done", "query": ""}).status_code == 404


def test_many_become_a_job_with_what_was_chosen(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_export_views, "SHEET_UP_TO", 1)
    TaskFactory.create_batch(2)
    answer = client.get("/tasks/export/?view=all&sort=-due&columns=what,due&format=xlsx", follow=True)
    page = text(answer)
    assert "Export: 2 tasks" in page
    assert 'name="columns" value="what,due"' in page
    assert 'name="sort" value="-due"' in page
    assert not BulkJob.objects.exists()
