import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from crm.common import navigation
from crm.common.navigation import SET_UP, WORKING, NavItem
from tests.conftest import UserFor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_items", {})
    navigation.register(NavItem(label="Profile", url_name="accounts:profile", icon="user", order=20))
    navigation.register(
        NavItem(label="Admin", url_name="admin:index", icon="x", permission="accounts.change_user", group=SET_UP)
    )
    navigation.register(NavItem(label="Not built", url_name="nowhere:list", icon="x"))


def shown(user: object, path: str = "/") -> list[tuple[str, list[tuple[str, bool]]]]:
    request = RequestFactory().get(path)
    request.user = user  # type: ignore[assignment]
    return [
        (str(section.label), [(str(link.label), link.is_current) for link in section.links])
        for section in navigation.navigation_for(request).sections
    ]


def test_each_role_sees_what_it_may_open_in_groups(user_for: UserFor) -> None:
    assert shown(user_for("sales")) == [("Work", [("Profile", False)])]
    assert shown(user_for("administrator")) == [("Work", [("Profile", False)]), ("Set-up", [("Admin", False)])]
    assert shown(AnonymousUser()) == []


def test_whether_it_works_stands_first_for_those_who_may_see_it(user_for: UserFor) -> None:
    navigation.register(NavItem(label="Tiers", url_name="customers:tiers", icon="x", order=1))
    navigation.register(
        NavItem(label="KPIs", url_name="metrics:kpi_list", icon="x", group=WORKING, permission="metrics.view_dashboard")
    )
    assert shown(user_for("manager")) == [
        ("Is it working?", [("KPIs", False)]),
        ("Work", [("Tiers", False), ("Profile", False)]),
    ]


def test_the_present_page_is_marked_and_the_start_page_only_where_it_is_that(user_for: UserFor) -> None:
    navigation.register(NavItem(label="Today", url_name="home", icon="x", order=1))
    admin = user_for("administrator")
    assert shown(admin, "/admin/accounts/") == [
        ("Work", [("Today", False), ("Profile", False)]), ("Set-up", [("Admin", True)]),
    ]  # fmt: skip
    assert shown(admin, "/")[0] == ("Work", [("Today", True), ("Profile", False)])


def test_an_entry_counts_what_waits_there(user_for: UserFor) -> None:
    navigation.register(NavItem(label="Tasks", url_name="customers:list", icon="x", key="t", badge=lambda _request: 3))
    request = RequestFactory().get("/")
    request.user = user_for("sales")
    links = navigation.navigation_for(request).sections[0].links
    assert [(link.label, link.key, link.badge) for link in links] == [("Profile", "", None), ("Tasks", "t", 3)]
