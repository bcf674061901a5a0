from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from accounts.domain import views
from accounts.domain.views import Shared
from accounts.models import SavedView, SavedViewRow, User
from crm.common.lists.pages import declared
from crm.common.lists.state import State
from crm.common.versions import ChangedMeanwhile
from tests.conftest import UserFor
from tests.factories.accounts import SavedViewFactory, SavedViewRowFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "page.customers"
LOOK = {"conditions": {"all": []}, "search": "", "columns": ["name", "tier"], "sort": "name", "density": "compact"}


@pytest.fixture(autouse=True)
def every_list_is_declared() -> None:
    assert get_resolver().url_patterns  # every page's module is loaded


@pytest.fixture
def me(user_for: UserFor) -> User:
    user = user_for("sales")
    user.team = TeamFactory.create()
    user.save()
    return user


def save(by: User, name: str = "Rome", **told: Any) -> SavedView:
    return views.save_view(by=by, of_list=LIST, name=name, look=LOOK, **told)


def state(user: User, query: str = "") -> State:
    return views.state_of(declared()[LIST], User.objects.get(pk=user.pk), QueryDict(query))


def test_a_view_keeps_how_the_list_looks(me: User) -> None:
    view = SavedView.objects.get(pk=save(me, " Rome ").pk)
    assert (view.name, view.owner, view.shared, view.team, view.default_for) == ("Rome", me, "mine", None, [])
    assert {key: getattr(view, key) for key in views.LOOK} == LOOK
    views.keep_look(view=view, look={**LOOK, "sort": "-tier"}, by=me)
    view.refresh_from_db()
    assert view.sort == "-tier"


def test_a_name_is_used_once_by_a_person_on_a_list(me: User) -> None:
    view, other = save(me), save(me, "Paris")
    with pytest.raises(views.NameTaken):
        save(me)
    with pytest.raises(views.NameTaken):
        views.change_view(view=other, by=me, name="Rome", shared="mine")
    assert save(UserFactory.create()).name == view.name


def test_with_everyone_shares_who_may(me: User, user_for: UserFor) -> None:
    with pytest.raises(views.MayNotShare):
        save(me, shared="everyone")
    view = save(user_for("manager"), shared="everyone", default_for=["sales", "pirate"])
    assert (view.shared, view.default_for) == ("everyone", ["sales"])
    views.change_view(view=view, by=user_for("administrator"), name="All", shared="mine", default_for=["sales"])
    view.refresh_from_db()
    assert (view.name, view.shared, view.default_for) == ("All", "mine", [])


def test_with_a_team_shares_who_is_in_one(me: User, user_for: UserFor) -> None:
    assert save(me, shared="team").team == me.team
    with pytest.raises(views.NoTeam):
        save(user_for("service"), shared="team")


def test_what_another_made_is_changed_by_nobody_else(me: User, user_for: UserFor) -> None:
    colleague = UserFactory.create(team=me.team)
    view = save(colleague, shared="team")
    for change in (
        lambda: views.keep_look(view=view, look=LOOK, by=me),
        lambda: views.change_view(view=view, by=me, name="Mine", shared="team"),
        lambda: views.delete_view(view=view, by=user_for("manager")),
    ):
        with pytest.raises(views.NotYours):
            change()
    assert not views.may_change(view, user_for("administrator"))


def test_nobody_overwrites_what_another_named_meanwhile(me: User) -> None:
    view = save(me)
    with pytest.raises(ChangedMeanwhile):
        views.change_view(view=view, by=me, name="Paris", shared="mine", seen="another")


def test_a_deleted_view_comes_back_with_its_picked_rows(me: User) -> None:
    view = SavedViewFactory.create(owner=me, name="Picked", is_picked=True, **LOOK)
    SavedViewRowFactory.create(view=view, row_id=7)
    kept = views.delete_view(view=view, by=me)
    assert not SavedView.objects.exists()
    back = views.restore_view(kept=kept, by=me)
    assert (back.name, back.owner, back.is_picked, back.columns) == ("Picked", me, True, LOOK["columns"])
    assert list(SavedViewRow.objects.values_list("view", "row_id")) == [(back.pk, 7)]


def test_another_brings_back_only_what_they_could_change(me: User, user_for: UserFor) -> None:
    own = views.delete_view(view=save(me), by=me)
    with pytest.raises(views.NotYours):
        views.restore_view(kept=own, by=user_for("manager"))
    shared = save(user_for("manager"), shared="everyone")
    kept = views.delete_view(view=shared, by=user_for("administrator"))
    assert views.restore_view(kept=kept, by=user_for("administrator")).owner == user_for("manager")


def test_one_sees_ones_own_those_of_ones_team_and_everyones(me: User, user_for: UserFor) -> None:
    save(me, "Own")
    save(UserFactory.create(), "Another's")
    save(UserFactory.create(team=me.team), "Team's", shared="team")
    save(UserFactory.create(team=TeamFactory.create()), "Other team's", shared="team")
    save(user_for("manager"), "All's", shared="everyone")
    SavedViewFactory.create(owner=me, of_list="other.list")
    found = {str(view.name): (str(view.group), view.may_change) for view in state(me).views if view.is_saved}
    assert found == {
        "Own": ("Mine", True), "Team's": ("My team's", False), "All's": ("Everyone's", False),
    }  # fmt: skip


def test_a_list_is_found_in_the_view_it_was_left_in_else_in_that_of_the_role(me: User, user_for: UserFor) -> None:
    assert state(me).view.key == "all"
    usual = save(user_for("manager"), "For sales", shared="everyone", default_for=["sales"])
    assert state(me).view.key == str(usual.pk)
    assert state(user_for("service")).view.key == "all"
    views.remember(user=me, of_list=LIST, settings={"view": "mine"})
    assert state(me).view.key == "mine"
    assert state(me, "q=acme").view.key == "all"
    views.remember(user=me, of_list="other", settings={"view": "x"})
    me.refresh_from_db()
    assert me.list_settings == {LIST: {"view": "mine"}, "other": {"view": "x"}}


def test_what_is_remembered_is_no_change_of_the_account(me: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        views.remember(user=me, of_list=LIST, settings={"view": "mine"})
    assert len(queries) == 1
    changed = User.pgh_event_model.objects.filter(pgh_obj=me, pgh_label="update")  # type: ignore[attr-defined]
    before = changed.count()
    views.remember(user=me, of_list=LIST, settings={"view": "all"})
    assert changed.count() == before


@pytest.mark.parametrize(
    ("conditions", "effective"),
    [
        ({}, {"all": ["picked"]}),
        ({"any": ["a", "b"]}, {"any": ["a", "b", "picked"]}),
        ({"all": ["a", "b"]}, {"all": [{"any": ["a", "picked"]}, {"any": ["b", "picked"]}]}),
        (
            {"all": ["a", {"any": ["b", "c"]}]},
            {"all": [{"any": ["a", "picked"]}, {"any": ["b", "c", "picked"]}]},
        ),
        ({"all": [{"all": ["a", "b"]}]}, {"all": [{"any": ["a", "picked"]}, {"any": ["b", "picked"]}]}),
    ],
)
def test_picked_rows_stand_beside_what_the_conditions_leave(me: User, conditions: Any, effective: Any) -> None:
    view = SavedViewFactory.create(owner=me, is_picked=True)

    def written(data: Any) -> Any:
        if isinstance(data, dict):
            return {match: [written(one) for one in items] for match, items in data.items()}
        if data == "picked":
            return {"field": "in_view", "op": "is", "value": [str(view.pk)]}
        return {"field": "city", "op": "is", "value": data}

    view.conditions = written(conditions)
    view.save()
    shown = next(one for one in state(me).views if one.key == str(view.pk))
    assert shown.conditions == written(effective)


def test_the_constants_are_those_of_the_model() -> None:
    assert set(views.GROUPS) == set(Shared)
