from datetime import UTC, date, datetime, timedelta

import pytest

from customers.models import Task
from tests.conftest import NOON, ClientFor, UserFor
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
HTMX = {"HX-Request": "true"}


def test_done_by_one_button_and_undone_by_another(client_for: ClientFor, user_for: UserFor) -> None:
    me, task = user_for("service"), TaskFactory.create(what="<i>Call</i>")
    client = client_for("service")
    answer = client.post(f"/tasks/{task.pk}/done/", headers=HTMX)
    page = answer.content.decode()
    assert answer.headers["HX-Trigger"] == '{"tasks-changed": {}}'
    assert "Done: &lt;i&gt;Call&lt;/i&gt;" in page
    assert f'hx-post="/tasks/{task.pk}/reopen/"' in page
    assert Task.objects.values_list("done_at", "done_by").get() == (NOON, me.pk)
    client.post(f"/tasks/{task.pk}/reopen/", headers=HTMX)
    assert Task.objects.values_list("done_at", "done_by").get() == (None, None)


def test_without_script_one_is_back_where_the_button_was(client_for: ClientFor) -> None:
    task, client = TaskFactory.create(), client_for("service")
    for given, where in (
        (f"/customers/{task.customer_id}/", f"/customers/{task.customer_id}/"),
        ("https://evil.example/", "/tasks/"),
        ("no:such", "/tasks/"),
        ("", "/tasks/"),
    ):
        answer = client.post(f"/tasks/{task.pk}/done/", {"next": given})
        assert answer.headers["Location"] == where


def test_put_off_and_undone(client_for: ClientFor) -> None:
    task, client = TaskFactory.create(), client_for("service")
    url = f"/tasks/{task.pk}/snooze/"
    assert "Next week" in client.get(url, headers=HTMX).content.decode()
    page = client.post(url, {"choice": "tomorrow"}, headers=HTMX).content.decode()
    assert "Put off until tomorrow 08:00" in page
    assert Task.objects.get().snoozed_until == datetime(2026, 11, 16, 8, tzinfo=UTC)
    undo = f"/tasks/{task.pk}/unsnooze/"
    assert f'hx-post="{undo}"' in page
    assert "No longer put off" in client.post(undo, headers=HTMX).content.decode()
    assert Task.objects.get().snoozed_until is None
    assert "This task is not put off." in client.post(undo, headers=HTMX).content.decode()
    client.post(url, {"day": "2026-12-24"})
    assert Task.objects.get().snoozed_until == datetime(2026, 12, 24, 8, tzinfo=UTC)
    client.post(url, {"choice": "next_week"}, headers=HTMX)
    assert "Put off until" in client.post(undo, headers=HTMX).content.decode()
    assert Task.objects.get().snoozed_until == datetime(2026, 12, 24, 8, tzinfo=UTC)
    client.post(url)
    assert Task.objects.get().snoozed_until is None


@pytest.mark.parametrize("data", [{"day": "2026-11-01"}, {"day": "9999-01-01"}, {"day": "x"}, {"choice": "never"}])
def test_a_moment_that_cannot_be_is_said_in_the_form(client_for: ClientFor, data: dict[str, str]) -> None:
    answer = client_for("service").post(f"/tasks/{TaskFactory.create().pk}/snooze/", data)
    assert answer.status_code == 422
    assert Task.objects.get().snoozed_until is None


def test_taken(client_for: ClientFor, user_for: UserFor) -> None:
    task = TaskFactory.create(assignee=None, due_on=date(2026, 11, 20))
    client_for("service").post(f"/tasks/{task.pk}/take/")
    assert Task.objects.get().assignee == user_for("service")


def test_deleted_and_restored(client_for: ClientFor, user_for: UserFor) -> None:
    task, client = TaskFactory.create(assignee=user_for("service")), client_for("service")
    page = client.post(f"/tasks/{task.pk}/delete/", headers=HTMX).content.decode()
    assert not Task.objects.exists()
    assert f'hx-post="/tasks/{task.pk}/restore/"' in page
    assert client.get(f"/tasks/{task.pk}/restore/").status_code == 200
    answer = client.post(f"/tasks/{task.pk}/restore/")
    assert answer.headers["Location"] == f"/tasks/{task.pk}/"
    assert Task.objects.get().pk == task.pk


def test_a_refusal_is_said_where_the_button_was(client_for: ClientFor) -> None:
    theirs, client = TaskFactory.create(), client_for("service")
    assert "Only whose task it is" in client.post(f"/tasks/{theirs.pk}/delete/", headers=HTMX).content.decode()
    assert "Only a task you have just deleted" in client.post("/tasks/99/restore/", headers=HTMX).content.decode()
    done = TaskFactory.create(done_at=NOON - timedelta(days=1))
    assert client.post(f"/tasks/{done.pk}/snooze/", {"choice": "tomorrow"}, headers=HTMX).status_code == 422
