import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.domain import staff
from accounts.domain.history import changes_of
from accounts.models import RolePermission, Team, User
from accounts.roles import Role
from crm.common.audit.acting import acting
from tests.conftest import ClientFor
from tests.forms import as_shown

pytestmark = pytest.mark.django_db
PASSWORD = "ripe-pears-in-May"


@pytest.fixture
def ann() -> User:
    user = staff.create_user(email="ann@example.com", name="Ann", role=Role.SALES, password=PASSWORD)
    assert {text for change in changes_of(user) for text in change.sentences} == {"made", "role given: Sales"}
    return user


def newest(user: User) -> list[tuple[str, list[str]]]:
    """Who and what, of all that happened since the user was made."""
    found = changes_of(User.objects.get(pk=user.pk))
    return [(change.who, change.sentences) for change in found if change.what not in ("made", "role given: Sales")]


def change_in_admin(client: Client, user: User, **fields: object) -> None:
    url = f"/admin/accounts/user/{user.pk}/change/"
    form = as_shown(client.get(url), with_field="role") | fields
    assert client.post(url, {key: value for key, value in form.items() if value}).status_code == 302


def test_a_role_changed_in_the_administration_names_who_did_it(client_for: ClientFor, ann: User) -> None:
    change_in_admin(client_for("administrator"), ann, role="administrator")
    assert newest(ann) == [
        ("Administrator", ["may open the administration: no → yes"]),
        ("Administrator", ["role given: Administrator"]),
        ("Administrator", ["role taken: Sales"]),
    ]  # fmt: skip


def test_so_do_a_team_and_a_closed_account(client_for: ClientFor, ann: User) -> None:
    north = Team.objects.create(key="north", name="North")
    change_in_admin(client_for("administrator"), ann, team=north.pk, is_active="")
    assert newest(ann) == [("Administrator", ["team: – → North", "active: yes → no"])]


def test_what_people_change_about_themselves_is_kept(client_for: ClientFor) -> None:
    client = client_for("sales")
    client.post("/me/", as_shown(client.get("/me/"), with_field="name") | {"name": "Li Wei", "language": "zh-hans"})
    me = User.objects.get(email="sales@test.example")
    assert ("Li Wei", ["name: Sales → Li Wei", "language: – → zh-hans"]) in newest(me)


def test_a_changed_password_is_kept_but_not_the_password(ann: User) -> None:
    client = Client()
    client.force_login(ann)
    new = {"oldpassword": PASSWORD, "password1": "plums-in-autumn-7", "password2": "plums-in-autumn-7"}
    assert client.post("/accounts/password/change/", new).status_code == 302
    assert newest(ann) == [("Ann", ["password changed"])]
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_userevent::text FROM accounts_userevent")
        assert not any("$" in row for (row,) in cursor.fetchall())


def test_a_password_set_by_an_administrator_names_them(client_for: ClientFor, ann: User) -> None:
    new = {"usable_password": "true", "password1": "plums-in-autumn-7", "password2": "plums-in-autumn-7"}
    url = f"/admin/accounts/user/{ann.pk}/password/"
    assert client_for("administrator").post(url, new).status_code == 302
    assert newest(ann) == [("Administrator", ["password changed"])]


def test_a_command_is_named_as_everywhere(ann: User) -> None:
    with acting(command="make_user", account="root"):
        staff.set_language(user=ann, language="zh-hans")
    assert newest(ann) == [("make_user on the command line (root)", ["language: – → zh-hans"])]


def test_signing_in_is_no_change(ann: User) -> None:
    Client().post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
    assert User.objects.get(pk=ann.pk).last_login is not None
    assert newest(ann) == []


def test_raw_sql_leaves_a_row_without_a_name(ann: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET is_superuser = true WHERE id = %s", [ann.pk])
    assert newest(ann) == [("", ["superuser status: no → yes"])]


def test_teams_and_what_a_role_may_are_kept(client_for: ClientFor) -> None:
    client = client_for("administrator")
    by = User.objects.get(email="administrator@test.example").pk
    client.post("/admin/accounts/team/add/", {"key": "north", "name": "North", "is_active": "on"})
    team = Team.objects.get(key="north")
    url = f"/admin/accounts/team/{team.pk}/change/"
    client.post(url, as_shown(client.get(url), with_field="key") | {"name": "North II"})
    events = Team.pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [(one.pgh_label, one.name, one.pgh_context.metadata["user"]) for one in events] == [
        ("insert", "North", by), ("update", "North", by),
    ]  # fmt: skip

    role = RolePermission.objects.filter(group__name="manager").first()
    assert role is not None
    kept = list(
        RolePermission.objects.filter(group=role.group).exclude(pk=role.pk).values_list("permission", flat=True)
    )
    url = f"/admin/auth/group/{role.group_id}/change/"
    client.post(url, as_shown(client.get(url), with_field="permissions") | {"permissions": kept})
    taken = RolePermission.pgh_event_model.objects.get(pgh_label="delete")
    assert (taken.permission_id, taken.pgh_context.metadata["user"]) == (role.permission_id, by)


def test_the_administration_shows_it(client_for: ClientFor, ann: User) -> None:
    client = client_for("administrator")
    change_in_admin(client, ann, role="manager")
    page = client.get(f"/admin/accounts/user/{ann.pk}/history/").content.decode()
    assert "role given: Manager" in page
    assert client_for("manager").get(f"/admin/accounts/user/{ann.pk}/history/").status_code == 302


@pytest.mark.parametrize("times", [1, 3])
def test_it_asks_the_same_however_much_changed(
    ann: User, client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries, times: int
) -> None:
    client = client_for("administrator")
    for number in range(times):
        change_in_admin(client, User.objects.get(pk=ann.pk), name=f"Ann {number}")
    user = User.objects.select_related("team").get(pk=ann.pk)
    with django_assert_num_queries(5):
        changes_of(user)
