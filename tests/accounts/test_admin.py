import pytest
from django.contrib.auth.models import Group

from accounts.domain import staff
from accounts.models import Team, User
from accounts.roles import Role
from tests.conftest import ClientFor

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
    client_for("administrator").post(
        f"/admin/accounts/user/{user.pk}/change/",
        {"email": "bo@example.com", "name": "Bo", "role": "manager", "is_active": "on"},
    )
    assert staff.find_role(User.objects.get(pk=user.pk)) == Role.MANAGER


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
