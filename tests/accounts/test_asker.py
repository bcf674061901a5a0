import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.utils.functional import SimpleLazyObject
from pytest_django import DjangoAssertNumQueries

from accounts.access import OPERATOR, Asker
from accounts.models import User
from tests.conftest import UserFor
from tests.factories.accounts import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def again(user: User) -> User:
    """As the next request has them."""
    return User.objects.get(pk=user.pk)


def test_alike_is_the_same_person_with_the_same_rights_in_the_same_team(user_for: UserFor) -> None:
    user = user_for("service")
    asker = Asker.of(user)
    assert asker == Asker.of(again(user))
    assert hash(asker) == hash(Asker.of(again(user)))
    assert asker not in (Asker.of(UserFactory.create()), Asker.of(AnonymousUser()), Asker.of(OPERATOR))
    assert Asker.of(AnonymousUser()) != Asker.of(OPERATOR)
    User.objects.filter(pk=user.pk).update(team=TeamFactory.create())
    moved = Asker.of(again(user))
    assert moved != asker
    user.groups.add(Group.objects.get(name="manager"))
    promoted = Asker.of(again(user))
    assert promoted != moved
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    assert Asker.of(again(user)) != promoted


def test_it_keeps_no_request_and_asks_nothing_more(
    user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = user_for("service")
    assert user.has_perm("customers.view_customer")
    lazy = SimpleLazyObject(lambda: user)
    with django_assert_num_queries(0):
        asker = Asker.of(lazy)  # type: ignore[arg-type]
        assert asker.user.has_perm("customers.view_customer")
    assert type(asker.user) is User
    assert asker == Asker.of(user)
