import pytest
from django.contrib.auth.models import Group

from accounts.roles import CHOICES, Role


def test_each_role_has_a_name() -> None:
    names = ["Sales", "Service", "Manager", "Administrator"]
    assert [str(role.label) for role in Role] == names
    assert [(key, str(label)) for key, label in CHOICES] == list(zip(Role, names, strict=True))


@pytest.mark.django_db
def test_the_roles_are_the_groups_that_a_new_database_has() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(Role)
