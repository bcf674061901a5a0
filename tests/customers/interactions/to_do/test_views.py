from datetime import date, time, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Notice, User
from customers.models import Task
from tests.conftest import NOON, ClientFor, UserFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.to_do import TaskFactory
from tests.forms import as_shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
HTMX = {"HX-Request": "true"}


def test_the_list_begins_with_ones_own(client_for: ClientFor, user_for: UserFor) -> None:
    customer = CustomerFactory.create(name="Acme")
    TaskFactory.create(what="Mine", assignee=user_for("service"), customer=customer, due_at=NOON - timedelta(days=1))
    TaskFactory.create(what="Zoltan's")
    page = client_for("service").get("/tasks/").content.decode()
    assert "Mine" in page
    assert "Zoltan" not in page
    assert "overdue" in page
    everything = client_for("service").get("/tasks/?view=open").content.decode()
    assert "Zoltan" in everything
    assert "<html" not in client_for("service").get("/tasks/", headers=HTMX).content.decode()


def test_by_customer(client_for: ClientFor) -> None:
    task = TaskFactory.create(what="Theirs")
    TaskFactory.create(what="Another's")
    page = client_for("sales").get(f"/tasks/?view=open&customer={task.customer_id}").content.decode()
    assert "Theirs" in page
    assert "Another" not in page
    assert f"/tasks/new/?customer={task.customer_id}" in page
    for odd in ("x", "-1", "9" * 30, "999999"):
        assert whats(client_for("sales"), f"view=open&customer={odd}") == []


def whats(client: Client, query: str) -> list[str]:
    answer = client.get(f"/tasks/?{query}")
    assert answer.status_code == 200
    return [task.what for task in answer.context["tasks"].rows]


def test_each_view_has_its_own(client_for: ClientFor, user_for: UserFor) -> None:
    team, me, other = TeamFactory.create(), user_for("service"), UserFactory.create()
    User.objects.filter(pk=me.pk).update(team=team)
    before, after = NOON - timedelta(days=1), NOON + timedelta(days=1)
    for what, fields in (
        ("mine", {"assignee": me}),
        ("mine, high", {"assignee": me, "priority": 1}),
        ("mine, late", {"assignee": me, "priority": 3, "due_at": before}),
        ("put off", {"assignee": me, "snoozed_until": after}),
        ("done", {"assignee": me, "done_at": before}),
        ("done since", {"assignee": me, "done_at": NOON}),
        ("ours", {"team": team}),
        ("taken", {"assignee": other, "team": team}),
        ("given", {"assignee": other, "created_by": me}),
        ("of a team", {"created_by": me, "team": TeamFactory.create()}),
    ):
        TaskFactory.create(what=what, **{"assignee": None, "due_at": after, **fields})
    client = client_for("service")
    assert whats(client, "") == whats(client, "view=mine") == ["mine, late", "mine, high", "mine"]
    assert whats(client, "view=team") == ["ours"]
    assert whats(client, "view=made") == ["given", "of a team"]
    assert whats(client, "view=open") == ["mine, late", "mine", "mine, high", "ours", "taken", "given", "of a team"]
    assert whats(client, "view=snoozed") == ["put off"]
    assert whats(client, "view=done") == ["done since", "done"]
    assert whats(client, "view=all&overdue=yes") == ["mine, late"]
    assert len(whats(client, "view=all")) == 10
    assert whats(client, "view=mine&sort=-due") == ["mine, high", "mine", "mine, late"]
    assert whats(client, "view=open&team=mine&sort=urgency") == ["ours", "taken"]
    assert whats(client, f"view=open&whose={me.pk}&sort=urgency") == ["mine, late", "mine, high", "mine"]
    # Of everybody's nothing is weighed: they are read from the index on when they are due.
    assert whats(client, "view=open&sort=urgency") == whats(client, "view=open&sort=due")
    client.get("/tasks/?view=team")
    assert whats(client, "") == ["ours"]  # as it was left


def test_who_may_not_change_tasks_finds_no_buttons(client_for: ClientFor, user_for: UserFor) -> None:
    task = TaskFactory.create(assignee=user_for("service"))
    pages = [client_for("service").get("/tasks/?columns=what,due").content.decode()]
    user_for("service").groups.get().permissions.remove(Permission.objects.get(codename="change_task"))
    pages.append(client_for("service").get("/tasks/?columns=what,due").content.decode())
    assert [f"/tasks/{task.pk}/done/" in page for page in pages] == [True, False]
    assert [task.what in page for page in pages] == [True, True]
    assert ["column=actions" in page or 'value="actions"' in page for page in pages] == [False, False]


def test_a_file_of_tasks(client_for: ClientFor) -> None:
    for what, due in (("=later", date(2026, 12, 2)), ("sooner", date(2026, 12, 1))):
        TaskFactory.create(what=what, due_on=due, due_at=NOON + (due - date(2026, 11, 15)))
    TaskFactory.create(what="done", done_at=NOON)
    answer = client_for("manager").get("/tasks/export/?view=open&sort=due&columns=what,due")
    header, *rows = answer.getvalue().decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert header == "task_id,what,due_on,due_time"
    assert [row.split(",", 1)[1] for row in rows] == ["sooner,2026-12-01,", "'=later,2026-12-02,"]


def test_who_sees_which(client_for: ClientFor, user_for: UserFor) -> None:
    """Those about customers all who see customers; others whose they are, who made them, and managers."""
    private = TaskFactory.create(customer=None)
    shared = TaskFactory.create()
    for role, status in (("service", 404), ("manager", 200)):
        assert client_for(role).get(f"/tasks/{private.pk}/").status_code == status
        assert client_for(role).get(f"/tasks/{shared.pk}/").status_code == 200
    assert client_for("service").post(f"/tasks/{private.pk}/done/").status_code == 404
    assert client_for("service").post(f"/tasks/{private.pk}/delete/").status_code == 404
    team = TeamFactory.create()
    user_for("service")
    Task.objects.filter(pk=private.pk).update(team=team)
    me = user_for("service")
    me.team = team
    me.save()
    assert client_for("service").get(f"/tasks/{private.pk}/").status_code == 200


def test_a_new_one_from_the_customers_page(client_for: ClientFor, user_for: UserFor) -> None:
    customer, other = CustomerFactory.create(), UserFactory.create()
    client, url = client_for("sales"), f"/tasks/new/?customer={customer.pk}"
    assert customer.name in client.get(url).content.decode()
    answer = client.post(url, {"what": "Call back", "when": "tomorrow 9:00", "whose": f"user:{other.pk}"})
    assert answer.headers["Location"] == f"/customers/{customer.pk}/"
    task = Task.objects.get()
    assert (task.customer, task.assignee, task.created_by) == (customer, other, user_for("sales"))
    assert (task.due_on, task.due_time, task.priority) == (date(2026, 11, 16), time(9), Task.Priority.NORMAL)
    assert Notice.objects.get().user == other


def test_a_new_one_in_the_dialog_tells_the_page(client_for: ClientFor) -> None:
    answer = client_for("sales").post("/tasks/new/", {"what": "Call back"}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, '{"tasks-changed": {}}')
    assert "Task added" in answer.content.decode()
    assert Task.objects.get().assignee is None


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "what"),
        ({"what": "x", "when": "soon"}, "when"),
        ({"what": "x", "when": "2300-01-01"}, "when"),
        ({"what": "x", "repeat": "daily"}, "when"),
        ({"what": "x", "whose": "user:0"}, "whose"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_all_is_kept(
    client_for: ClientFor, data: dict[str, str], field: str
) -> None:
    answer = client_for("sales").post("/tasks/new/", {**data, "notes": "Kept"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Kept" in answer.content.decode()
    assert not Task.objects.exists()


def test_two_people_edit_one_task(client_for: ClientFor) -> None:
    task = TaskFactory.create(what="Before")
    client, url = client_for("service"), f"/tasks/{task.pk}/"
    shown = as_shown(client.get(url), with_field="what")
    Task.objects.filter(pk=task.pk).update(what="Theirs", priority=1)
    answer = client.post(url, {**shown, "what": "Mine"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Someone else has changed this meanwhile" in page
    assert "now: Theirs" in page
    assert 'value="Mine"' in page
    client.post(url, as_shown(answer, with_field="what"))
    assert Task.objects.get().what == "Mine"


def test_a_time_needs_a_day_and_a_repetition_too(client_for: ClientFor) -> None:
    task = TaskFactory.create()
    client, url = client_for("service"), f"/tasks/{task.pk}/"
    shown = as_shown(client.get(url), with_field="what")
    for change in ({"due_on": "", "due_time": "09:00"}, {"due_on": "", "repeat": "daily"}):
        answer = client.post(url, {**shown, **change})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["due_on"]


def test_people_and_teams_who_left_stay_where_they_were_chosen(client_for: ClientFor) -> None:
    gone, team = UserFactory.create(is_active=False), TeamFactory.create(is_active=False)
    task = TaskFactory.create(assignee=gone, team=team)
    client, url = client_for("service"), f"/tasks/{task.pk}/"
    answer = client.post(url, {**as_shown(client.get(url), with_field="what"), "what": "Else"})
    assert answer.status_code == 302
    assert Task.objects.values_list("assignee", "team").get() == (gone.pk, team.pk)
