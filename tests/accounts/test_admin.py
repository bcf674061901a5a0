import pytest
from django.contrib.auth.models import Group, Permission

from accounts.domain import staff
from accounts.models import Team, User
from accounts.roles import Role
from tests.conftest import NOON, ClientFor
from tests.forms import as_shown

pytestmark = pytest.mark.django_db


def test_an_administrator_makes_a_user_with_a_role(client_for: ClientFor) -> None:
    team = Team.objects.create(key="north", name="North")
    answer = client_for("administrator").post(
        "/admin/accounts/user/add/",
        {
            "email": "New@Example.com",
            "name": "New",
            "role": "service",
            "team": team.pk,
            "password": "ripe-pears-in-May",
        },
    )
    assert answer.status_code == 302
    user = User.objects.get(email="new@example.com")
    assert (staff.find_role(user), user.team, user.check_password("ripe-pears-in-May")) == (Role.SERVICE, team, True)


def test_a_taken_address_and_a_weak_password_are_refused_beside_the_field(client_for: ClientFor) -> None:
    client = client_for("administrator")
    answer = client.post(
        "/admin/accounts/user/add/",
        {"email": "ADMINISTRATOR@test.example", "name": "", "role": "sales", "password": "12345"},
    )
    assert set(answer.context["adminform"].form.errors) >= {"email", "password"}


def test_an_administrator_changes_a_role(client_for: ClientFor) -> None:
    user = staff.create_user(email="bo@example.com", name="Bo", role=Role.SALES)
    client, url = client_for("administrator"), f"/admin/accounts/user/{user.pk}/change/"
    client.post(url, as_shown(client.get(url), with_field="role") | {"role": "manager"})
    assert staff.find_role(User.objects.get(pk=user.pk)) == Role.MANAGER


def test_a_password_like_the_address_is_refused_beside_its_field(client_for: ClientFor) -> None:
    answer = client_for("administrator").post(
        "/admin/accounts/user/add/",
        {"email": "annabel.lee@example.com", "name": "", "role": "sales", "password": "annabel.lee"},
    )
    assert set(answer.context["adminform"].form.errors) == {"password"}
    assert not User.objects.filter(email="annabel.lee@example.com").exists()


def test_a_role_another_has_just_given_is_not_taken_back_unseen(client_for: ClientFor) -> None:
    user = staff.create_user(email="bo@example.com", name="Bo", role=Role.SALES)
    client, url = client_for("administrator"), f"/admin/accounts/user/{user.pk}/change/"
    stale = as_shown(client.get(url), with_field="role") | {"name": "Bob"}
    staff.change_user(user=user, role=Role.MANAGER)
    refused = client.post(url, stale)
    assert "now: Manager" in refused.content.decode()
    assert staff.find_role(user) == Role.MANAGER
    assert User.objects.get(pk=user.pk).name == "Bo"


def test_signing_in_and_a_new_password_stand_in_nobodys_way(client_for: ClientFor) -> None:
    user = staff.create_user(email="bo@example.com", name="Bo", role=Role.SALES)
    client, url = client_for("administrator"), f"/admin/accounts/user/{user.pk}/change/"
    opened = as_shown(client.get(url), with_field="role") | {"name": "Bob"}
    other = User.objects.get(pk=user.pk)
    other.set_password("plums-in-autumn-7")
    other.last_login = NOON
    other.save()
    assert client.post(url, opened).status_code == 302
    saved = User.objects.get(pk=user.pk)
    assert (saved.name, saved.check_password("plums-in-autumn-7")) == ("Bob", True)


def test_permissions_another_has_just_changed_are_shown(client_for: ClientFor) -> None:
    group = Group.objects.create(name="auditors")
    first, second = Permission.objects.order_by("pk")[:2]
    client, url = client_for("administrator"), f"/admin/auth/group/{group.pk}/change/"
    stale = as_shown(client.get(url), with_field="name") | {"permissions": [first.pk]}
    group.permissions.add(second)
    refused = client.post(url, stale)
    assert f"now: {second}" in refused.content.decode()
    assert list(group.permissions.all()) == [second]
    assert client.post(url, as_shown(refused, with_field="name")).status_code == 302
    assert list(group.permissions.all()) == [first]


def test_a_role_of_ones_own_can_be_deleted(client_for: ClientFor) -> None:
    group = Group.objects.create(name="auditors")
    url = f"/admin/auth/group/{group.pk}/delete/"
    assert client_for("administrator").post(url, {"post": "yes"}).status_code == 302
    assert not Group.objects.filter(name="auditors").exists()


def test_users_are_closed_not_deleted(client_for: ClientFor) -> None:
    user = staff.create_user(email="bo@example.com", name="Bo", role=Role.SALES)
    assert client_for("administrator").post(f"/admin/accounts/user/{user.pk}/delete/").status_code == 403


def test_the_roles_stay(client_for: ClientFor) -> None:
    group = Group.objects.get(name="sales")
    assert client_for("administrator").post(f"/admin/auth/group/{group.pk}/delete/").status_code == 403


def test_the_list_asks_the_same_however_many_users(
    client_for: ClientFor, django_assert_max_num_queries: object
) -> None:
    client = client_for("administrator")
    staff.create_user(email="a@example.com", name="A", role=Role.SALES)
    client.get("/admin/accounts/user/")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get("/admin/accounts/user/")
    for at in range(3):
        staff.create_user(email=f"b{at}@example.com", name="B", role=Role.SALES)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert b"b2@example.com" in client.get("/admin/accounts/user/").content
