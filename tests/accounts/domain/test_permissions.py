import pytest
from django.contrib.auth.models import Group, Permission

from accounts.domain import staff
from accounts.roles import Role

pytestmark = pytest.mark.django_db


def permissions_of(role: Role) -> set[str]:
    rows = Permission.objects.filter(group__name=role.value).values_list("content_type__app_label", "codename")
    return {f"{label}.{codename}" for label, codename in rows}


def test_migrations_make_the_four_roles() -> None:
    assert set(Group.objects.values_list("name", flat=True)) >= {"sales", "service", "manager", "administrator"}


def test_an_administrator_may_do_everything() -> None:
    everything = {
        f"{label}.{codename}"
        for label, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert permissions_of(Role.ADMINISTRATOR) == everything


def test_each_role_has_what_its_work_needs_and_no_more() -> None:
    daily = {
        "customers.view_customer", "customers.add_customer", "customers.change_customer", "customers.add_interaction",
        "customers.view_tier", "customers.view_task", "customers.add_task", "customers.change_task",
        "customers.add_note",
        "customers.change_note", "customers.add_attachment", "customers.delete_attachment", "customers.add_tag",
    }  # fmt: skip
    selling = {"customers.export_customer"}
    management = {
        "customers.export_customer", "customers.view_all_tasks", "customers.change_tag", "accounts.share_savedview",
        "customers.import_data", "customers.publish_tier", "metrics.view_dashboard",
        "metrics.freeze_baseline", "metrics.set_target", "metrics.view_roi", "metrics.change_roi",
    }  # fmt: skip
    assert permissions_of(Role.SALES) & (daily | management) == daily | selling
    assert permissions_of(Role.SERVICE) & (daily | management) == daily
    assert permissions_of(Role.MANAGER) & (daily | management) == daily | management


def test_only_administrators_open_the_administration() -> None:
    made = {role: staff.create_user(email=f"{role}@example.com", name="", role=role).is_staff for role in Role}
    assert made == {Role.SALES: False, Role.SERVICE: False, Role.MANAGER: False, Role.ADMINISTRATOR: True}
