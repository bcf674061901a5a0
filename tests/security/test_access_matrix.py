from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.roles import Role
from tests.factories.accounts import TeamFactory
from tests.security.matrix import EVERYONE, MATRIX, ROLES, Row

pytestmark = pytest.mark.django_db


def url_names(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    """Every named URL of the project, with namespaces; the administration is a world of its own."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                continue
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from url_names(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{namespace}{pattern.name}"


def all_names() -> list[str]:
    return sorted(set(url_names(get_resolver().url_patterns)))


@pytest.fixture
def people() -> dict[str, User]:
    """Of a team that none of the rows belong to: what staff may see does not depend on whose it is."""
    elsewhere = TeamFactory.create(name="Elsewhere")
    made = User.objects.bulk_create(
        User(email=f"{role}@test.example", team=elsewhere, is_staff=role == Role.ADMINISTRATOR) for role in Role
    )
    groups = Group.objects.in_bulk([role.value for role in Role], field_name="name")
    member = User.groups.through
    member.objects.bulk_create(
        member(user=user, group=groups[role.value]) for user, role in zip(made, Role, strict=True)
    )
    return {role.value: user for user, role in zip(made, Role, strict=True)}


def client_of(people: dict[str, User], who: str) -> Client:
    client = Client(raise_request_exception=True)
    if who in people:
        client.force_login(people[who])
    return client


def asked_by(row: Row, name: str, people: dict[str, User], methods: tuple[str, str]) -> list[dict[str, int]]:
    """What each gets. Behind a button everyone finds rows of their own: what one takes away, another still sees."""
    kept = row.arguments() if row.method == "get" else None
    clients = {who: client_of(people, who) for who in EVERYONE}
    found = []
    for method in methods:
        answers = {}
        for who, client in clients.items():
            if who in people and SESSION_KEY not in client.session:  # what was asked before signed out
                client.force_login(people[who])
            answers[who] = getattr(client, method)(reverse(name, kwargs=kept or row.arguments())).status_code
        found.append(answers)
    return found


def test_every_url_has_a_row() -> None:
    assert sorted(MATRIX) == all_names()


@pytest.mark.slow  # every URL with every role
@pytest.mark.parametrize("name", sorted(MATRIX))
def test_each_role_gets_what_the_matrix_says(name: str, people: dict[str, User]) -> None:
    row = MATRIX[name]
    methods = ("get", "post") if row.method == "get" else ("post", "get")
    assert asked_by(row, name, people, methods) == [dict(row.statuses), dict(row.others)]


@pytest.mark.slow  # every page
@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if row.statuses["sales"] in {200, 403}])
def test_a_page_for_staff_sends_others_to_the_sign_in_page(name: str) -> None:
    row = MATRIX[name]
    if row.statuses["anonymous"] != 302:
        assert row.statuses["anonymous"] in {200, 404, 422}
        return
    answer = getattr(Client(), row.method)(reverse(name, kwargs=row.arguments()))
    assert answer.headers["Location"].startswith("/accounts/login/")


def admin_urls() -> list[str]:
    places = sorted(f"/admin/{model._meta.label_lower.replace('.', '/')}/" for model in admin.site._registry)
    return [place + page for place in places for page in ("", "add/", "1/change/", "1/delete/")]


@pytest.mark.slow  # every page of the administration
@pytest.mark.parametrize(
    ("who", "door"), [("anonymous", "/accounts/login/"), *((role, "/admin/login/") for role in ROLES[:3])]
)
def test_no_other_role_posts_to_the_administration(who: str, door: str, people: dict[str, User]) -> None:
    client = client_of(people, who)
    asked = {url: client.post(url).headers.get("Location") for url in admin_urls()}
    assert asked == {url: f"{door}?next={url}" for url in admin_urls()}


def test_the_administration_is_for_administrators(people: dict[str, User]) -> None:
    answers = {who: client_of(people, who).get("/admin/", follow=False).status_code for who in EVERYONE}
    assert answers == {"anonymous": 302, "sales": 302, "service": 302, "manager": 302, "administrator": 200}
    refused = client_of(people, "manager").get("/admin/", follow=True)
    assert refused.status_code == 403


def test_anonymous_visitors_of_the_administration_sign_in_with_everyone() -> None:
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/"
