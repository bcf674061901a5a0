import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from crm.common import navigation
from crm.common.navigation import NavItem
from tests.conftest import UserFor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_items", {})
    navigation.register(NavItem(label="Profile", url_name="accounts:profile", icon="user", order=20))
    navigation.register(
        NavItem(label="Admin", url_name="admin:index", icon="x", permission="accounts.change_user", order=10)
    )
    navigation.register(NavItem(label="Not built", url_name="nowhere:list", icon="x"))


def labels(user: object, path: str = "/") -> list[tuple[str, bool]]:
    request = RequestFactory().get(path)
    request.user = user  # type: ignore[assignment]
    return [(str(link.label), link.is_current) for link in navigation.links_for(request)]


def test_each_role_sees_what_it_may_open(user_for: UserFor) -> None:
    assert labels(user_for("sales")) == [("Profile", False)]
    assert labels(user_for("administrator")) == [("Admin", False), ("Profile", False)]
    assert labels(AnonymousUser()) == []


def test_the_present_page_is_marked(user_for: UserFor) -> None:
    assert labels(user_for("administrator"), "/admin/accounts/") == [("Admin", True), ("Profile", False)]
