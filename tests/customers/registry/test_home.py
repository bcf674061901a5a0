import pytest

from customers.registry import home
from customers.registry.home import HomePanel, home_panels, register_home_panel
from tests.readers import MayOnly


def panel(key: str, *, order: int = 100, permission: str = "") -> HomePanel:
    return HomePanel(
        key=key, title=key, template="x.html", context=lambda _request: None, order=order, permission=permission
    )


def test_a_reader_gets_the_cards_they_may_see_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_panels", {})
    for one in (panel("last"), panel("money", order=1, permission="metrics.view_roi"), panel("due", order=5)):
        register_home_panel(one)
    register_home_panel(panel("last", order=2))  # again: replaced

    assert [one.key for one in home_panels(MayOnly("customers.view_customer"))] == ["last", "due"]
    assert [one.key for one in home_panels(MayOnly("metrics.view_roi"))] == ["money", "last", "due"]
