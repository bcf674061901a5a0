import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from pytest_django import DjangoAssertNumQueries

from accounts.backends import StaffBackend
from accounts.models import User
from tests.conftest import UserFor
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_what_one_may_do_oneself_and_as_a_member_takes_one_query(
    user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    of_the_role = user_for("sales")
    of_the_role.user_permissions.add(Permission.objects.get(codename="delete_team"))
    user = User.objects.get(pk=of_the_role.pk)
    with django_assert_num_queries(1):
        assert user.has_perm("accounts.delete_team")
        assert user.has_perm("customers.view_customer")
        assert not user.has_perm("accounts.delete_user")
    assert user.get_all_permissions() == user.get_user_permissions() | user.get_group_permissions()


def test_whoever_is_signed_in_comes_with_it(
    user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    of_the_role = user_for("sales")
    of_the_role.user_permissions.add(Permission.objects.get(codename="delete_team"))
    with django_assert_num_queries(1):
        user = StaffBackend().get_user(of_the_role.pk)
        assert user == of_the_role
        assert user.has_perms(["accounts.delete_team", "customers.view_customer"])
        assert not user.has_perm("accounts.delete_user")
    assert user.get_all_permissions() == of_the_role.get_all_permissions()


def test_nobody_comes_who_may_not_sign_in(user_for: UserFor) -> None:
    left = user_for("manager")
    User.objects.filter(pk=left.pk).update(is_active=False)
    assert StaffBackend().get_user(left.pk) is None
    assert StaffBackend().get_user(left.pk + 1) is None


def test_who_is_not_active_or_not_signed_in_may_nothing(user_for: UserFor) -> None:
    left = user_for("manager")
    left.is_active = False
    assert StaffBackend().get_all_permissions(left) == set()
    assert StaffBackend().get_all_permissions(AnonymousUser()) == set()
    assert StaffBackend().get_all_permissions(user_for("sales"), obj=left) == set()


def test_a_superuser_may_everything() -> None:
    everything = Permission.objects.count()
    one = UserFactory.create(is_superuser=True)
    assert len(one.get_all_permissions()) == everything
    signed_in = StaffBackend().get_user(one.pk)
    assert signed_in is not None
    assert len(signed_in.get_all_permissions()) == everything
