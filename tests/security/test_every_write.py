"""Whatever somebody changes leaves a row of the audit that names them."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm.common.audit.models import AuditEntry
from crm.common.audit.tracking import event_models
from customers.models import Product, TierPolicy
from metrics.models import KpiTarget
from tests.conftest import PASSWORD, ClientFor, UserFor
from tests.factories.accounts import TeamFactory
from tests.factories.trade import ProductFactory, ProductGroupFactory
from tests.forms import as_shown
from tests.security.matrix import MATRIX, ROLES
from tests.security.writes import ADMIN_ADDITIONS, ADMIN_CHANGES, NO_WRITE, WITH_REFERENCES, WRITES, draft

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
THIRD_PARTY = {"account", "mfa", "django_celery_beat"}


def traces(user: User) -> int:
    """Rows of the audit that name the user."""
    events = " UNION ALL ".join(f"SELECT pgh_context_id FROM {model._meta.db_table}" for model in event_models())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT (SELECT count(*) FROM pghistory_context c JOIN ({events}) AS e ON e.pgh_context_id = c.id
                    WHERE (c.metadata ->> 'user')::bigint = %(user)s)
                 + (SELECT count(*) FROM {AuditEntry._meta.db_table} WHERE user_id = %(user)s)
            """,
            {"user": user.pk},
        )
        return int(cursor.fetchone()[0])


def person(role: str) -> User:
    """Whom `client_for` has signed in."""
    return User.objects.get(email=f"{role}@test.example")


def refused(name: str) -> list[str]:
    """The roles that may not do it."""
    row = MATRIX[name]
    statuses = row.statuses if row.method == "post" else row.others
    return [role for role in ROLES if statuses[role] == 403]


def send(client: Client, url: str, data: dict[str, Any]) -> Any:
    for value in data.values():
        if hasattr(value, "seek"):
            value.seek(0)  # a file, read by who sent it before
    return client.post(url, data)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_names_who_did_it_and_those_who_may_not_write_nothing(name: str, client_for: ClientFor) -> None:
    role, arrange = WRITES[name]
    client, user = client_for(role), person(role)
    arguments, data = arrange(client, user)
    url = reverse(name, kwargs=arguments)
    for other in refused(name):
        assert send(client_for(other), url, data).status_code == 403
        assert traces(person(other)) == 0
    before = traces(user)

    answer = send(client, url, data)

    assert answer.status_code in {200, 302}, answer.context["form"].errors
    assert traces(user) > before


def test_every_page_that_takes_a_post_is_among_them() -> None:
    takes = {name for name, row in MATRIX.items() if row.method == "post" or row.others["administrator"] != 405}
    assert takes == {*WRITES, *NO_WRITE}


def admins(permission: str) -> set[str]:
    """The models of ours whose administration lets an administrator do it to rows."""
    return {
        model._meta.label_lower
        for model, one in admin.site._registry.items()
        if model._meta.app_label not in THIRD_PARTY and getattr(one, f"has_{permission}_permission")(_Administrator())
    }


class _Administrator:
    """As much of a request as permissions look at."""

    class user:  # noqa: N801 - as requests have it
        @staticmethod
        def has_perm(_name: str) -> bool:
            return True


def test_everything_an_administrator_can_change_is_tried() -> None:
    assert admins("change") - {*ADMIN_CHANGES, *WITH_REFERENCES, "customers.product"} == set()
    assert admins("add") - {*ADMIN_ADDITIONS, *WITH_REFERENCES} == set()


@pytest.mark.parametrize("label", ADMIN_CHANGES)
def test_a_change_in_the_administration_names_who_made_it(label: str, client_for: ClientFor) -> None:
    make, changed = ADMIN_CHANGES[label]
    client, user = client_for("administrator"), person("administrator")
    url = f"/admin/{label.replace('.', '/')}/{make().pk}/change/"
    data = {**as_shown(client.get(url), with_field=next(iter(changed))), **changed}
    before = traces(user)

    assert client.post(url, data).status_code == 302
    assert traces(user) > before


@pytest.mark.parametrize("label", ADMIN_ADDITIONS)
def test_an_addition_in_the_administration_names_who_made_it(label: str, client_for: ClientFor) -> None:
    client, user = client_for("administrator"), person("administrator")
    assert client.post(f"/admin/{label.replace('.', '/')}/add/", ADMIN_ADDITIONS[label]).status_code == 302
    assert traces(user) > 0


@pytest.mark.parametrize("label", [label for label in ADMIN_CHANGES if label.startswith("metrics.")])
def test_a_deletion_in_the_administration_names_who_made_it(label: str, client_for: ClientFor) -> None:
    client, user = client_for("administrator"), person("administrator")
    url = f"/admin/{label.replace('.', '/')}/{ADMIN_CHANGES[label][0]().pk}/delete/"
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert traces(user) == 1


def test_what_refers_to_other_rows_is_added_by_name(client_for: ClientFor) -> None:
    client, user = client_for("administrator"), person("administrator")
    team = TeamFactory.create()
    target = {"kpi": "nps", "value": "42", "due_on": "2199-06-30", "owner": user.pk}
    tier = as_shown(client.get("/admin/customers/tier/add/"), with_field="rank")
    rules = as_shown(client.get("/admin/metrics/kpirules/add/"), with_field="answer_within_s")
    for place, data in (
        ("metrics/kpirules", {**rules, "answer_within_s": "30", "reason": "The contract."}),
        ("metrics/rollout", {"team": team.pk, "went_live_on": "2026-07-01", "phase": "1"}),
        ("metrics/kpitarget", target),
        ("customers/tier", {**tier, "key": "tin", "name": "Tin", "rank": "99"}),
    ):
        before = traces(user)
        assert client.post(f"/admin/{place}/add/", data).status_code == 302
        assert traces(user) == before + 1
    assert KpiTarget.objects.get().set_by == user


def test_a_product_put_into_a_group_names_who_did_it(client_for: ClientFor) -> None:
    product, group = ProductFactory.create(), ProductGroupFactory.create()
    client, url = client_for("administrator"), f"/admin/customers/product/{product.pk}/change/"
    client.post(url, {**as_shown(client.get(url), with_field="group"), "group": group.pk})
    assert Product.objects.get().group == group
    assert traces(person("administrator")) == 1


def test_a_role_that_may_more_names_who_let_it(client_for: ClientFor) -> None:
    group = Group.objects.get(name="sales")
    may = list(group.permissions.values_list("pk", flat=True))
    client, url = client_for("administrator"), f"/admin/auth/group/{group.pk}/change/"
    client.post(url, {**as_shown(client.get(url), with_field="permissions"), "permissions": may[:-1]})
    assert traces(person("administrator")) == 1


def test_a_published_policy_names_who_published_it(client_for: ClientFor) -> None:
    policy = draft()
    data = {"action": "publish", "_selected_action": [policy.pk]}
    client_for("administrator").post("/admin/customers/tierpolicy/", data)
    assert TierPolicy.objects.get(version=77).published_by == person("administrator")
    assert traces(person("administrator")) == 1


def test_what_was_refused_leaves_no_trace(client_for: ClientFor) -> None:
    client_for("manager").post("/roi/costs/new/", {"date": "2026-07-01"})
    assert traces(person("manager")) == 0


def test_signing_in_and_reading_leave_none(user_for: UserFor) -> None:
    user, client = user_for("sales"), Client()
    data: dict[str, Any] = {"login": user.email, "password": PASSWORD}
    assert client.post("/accounts/login/", data).status_code == 302
    client.get("/customers/")
    assert traces(user) == 0
