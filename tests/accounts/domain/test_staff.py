import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.domain import staff
from accounts.models import Team, User
from accounts.roles import Role

pytestmark = pytest.mark.django_db


def test_a_user_is_made_with_role_team_and_confirmed_address() -> None:
    team = Team.objects.create(key="north", name="North")
    user = staff.create_user(
        email=" Ann@Example.COM ", name=" Ann Lee ", role=Role.SALES, team=team, password="ripe-pears-in-May"
    )
    assert (user.email, user.name, user.team, user.is_staff, user.is_superuser) == (
        "ann@example.com", "Ann Lee", team, False, False,
    )  # fmt: skip
    assert user.check_password("ripe-pears-in-May")
    assert staff.find_role(user) == Role.SALES
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("ann@example.com", True, True)]


def test_without_a_password_nobody_can_sign_in_yet() -> None:
    user = staff.create_user(email="bo@example.com", name="Bo", role=Role.SERVICE)
    assert not user.has_usable_password()


def test_a_weak_password_makes_nobody() -> None:
    with pytest.raises(ValidationError):
        staff.create_user(email="bo@example.com", name="Bo", role=Role.SERVICE, password="password")
    assert not User.objects.filter(email="bo@example.com").exists()


def test_an_address_is_taken_in_any_case() -> None:
    staff.create_user(email="bo@example.com", name="Bo", role=Role.SERVICE)
    with pytest.raises(IntegrityError):
        staff.create_user(email="BO@example.com", name="Other", role=Role.SALES)


def test_a_role_replaces_the_one_before() -> None:
    user = staff.create_user(email="bo@example.com", name="Bo", role=Role.SERVICE)
    staff.set_role(user=user, role=Role.ADMINISTRATOR)
    assert (list(user.groups.values_list("name", flat=True)), user.is_staff) == (["administrator"], True)
    staff.set_role(user=user, role=Role.MANAGER)
    assert (list(user.groups.values_list("name", flat=True)), user.is_staff) == (["manager"], False)


def test_a_changed_address_is_the_only_confirmed_one() -> None:
    user = staff.create_user(email="bo@example.com", name="Bo", role=Role.SERVICE)
    user.email = "Bo.New@Example.com"
    staff.change_user(user=user, role=Role.SALES)
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["bo.new@example.com"]
    assert staff.find_role(user) == Role.SALES


def test_the_account_of_somebody_who_has_left_is_closed_not_deleted() -> None:
    user = staff.create_user(email="bo@example.com", name="Bo", role=Role.SERVICE, password="ripe-pears-in-May")
    user.is_active = False
    staff.change_user(user=user)
    assert not User.objects.get(pk=user.pk).is_active
