import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

from crm.common.permissions import grant, revoke

pytestmark = pytest.mark.django_db


class Editor:
    connection = connection


def held_by(role: str) -> set[str]:
    return set(Permission.objects.filter(group__name=role).values_list("codename", flat=True))


def test_a_grant_makes_what_is_missing_and_may_run_twice() -> None:
    Permission.objects.filter(codename="import_data").delete()
    operation = grant({"newcomers": ["customers.import_data", "accounts.view_team"]})
    operation(apps, Editor)
    operation(apps, Editor)
    assert held_by("newcomers") == {"import_data", "view_team"}
    assert Permission.objects.filter(codename="import_data").count() == 1
    made = Permission.objects.get(codename="import_data")
    assert (made.content_type.model, made.name) == ("importbatch", "Can import files")


def test_a_grant_is_taken_back() -> None:
    names = {"newcomers": ["accounts.view_team"]}
    grant(names)(apps, Editor)
    revoke(names)(apps, Editor)
    assert (held_by("newcomers"), Group.objects.filter(name="newcomers").exists()) == (set(), True)


def test_a_permission_no_model_declares_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"accounts .* fly"):
        grant({"newcomers": ["accounts.fly"]})(apps, Editor)
