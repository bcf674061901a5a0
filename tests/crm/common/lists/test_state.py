import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.utils.http import urlencode

from crm.common import tables
from crm.common.lists import pages, state
from crm.common.lists.conditions import as_data
from crm.common.lists.fields import Field
from crm.common.lists.options import Asking, Fixed
from crm.common.lists.pages import ListPage, View
from crm.common.lists.state import State
from crm.common.paging import Page
from crm.common.tables import Column, Table

ROME = {"field": "city", "op": "contains", "value": "Rome"}
PARIS = {"field": "city", "op": "is", "value": "Paris"}
RED = {"field": "kind", "op": "is", "value": ["r"]}
GONE = {"field": "colour", "op": "is", "value": "red"}


class Anybody:
    def has_perm(self, perm: str, obj: None = None, /) -> bool:  # noqa: ARG002 - as users have it
        return False


@pytest.fixture
def page() -> Iterator[ListPage]:
    before = dict(tables._declared), dict(pages._declared)
    columns = [Column[Any](key=key, title=key.title(), cell=str, sort=key, chosen=key != "d") for key in "nabcd"]
    fields = (
        Field(key="city", label="City", kind="text", path="city"),
        Field(
            key="kind", label="Kind", kind="choice", path="kind", options=Fixed(choices=[("r", "Red"), ("b", "Blue")])
        ),
        Field(key="debt", label="Debt", kind="money", path="debt", short=lambda value: ("some", value)),
        Field(key="secret", label="Secret", kind="text", path="secret", permission="test.see"),
    )
    yield ListPage(
        table=Table[Any, None](key="test.state", caption="", columns=columns),
        url_name="home",
        permission="",
        fields=fields,
        views=(View(key="all", name="All"), View(key="rome", name="Rome", conditions={"all": [ROME]}, sort="-a")),
        sort="n",
        is_searched=True,
    )
    for registry, kept in zip((tables._declared, pages._declared), before, strict=True):
        registry.clear()  # type: ignore[attr-defined]
        registry.update(kept)  # type: ignore[attr-defined]


@pytest.fixture
def read(page: ListPage) -> Any:
    def with_query(query: str = "", *views: View, usual: str = "", **remembered: Any) -> State:
        return state.read(
            page, QueryDict(query), asking=Asking(user=Anybody()), views=views, remembered=remembered, usual=usual
        )

    return with_query


def where(data: Any, **more: str) -> str:
    return urlencode({"where": json.dumps(data), **more})


def chips(found: State) -> list[str]:
    return [chip.words for chip in found.chips]


def test_without_a_word_it_is_as_it_was_left_else_as_usual_else_everything(read: Any) -> None:
    assert read().view.key == "all"
    assert read(usual="rome").view.key == "rome"
    assert read(usual="rome", view="all").view.key == "all"
    assert read(view="gone").view.key == "all"
    assert read("sort=a&cursor=x", view="rome").view.key == "rome"
    for query in ("q=x", "kind=r", where({})):
        assert read(query, view="rome").view.key == "all", query


def test_an_address_changes_what_its_view_says(read: Any) -> None:
    found = read("view=rome")
    assert (chips(found), found.sort, found.is_changed) == (["City: contains Rome"], "-a", False)
    found = read("view=rome&kind=r&kind=b&sort=b&debt=yes")
    assert chips(found) == ["City: contains Rome", "Kind: Red, Blue", "Debt: more than nothing"]
    assert (found.sort, found.is_changed) == ("b", True)
    found = read(where({"any": [PARIS, RED]}, view="rome"))
    assert chips(found) == ["City: Paris", "Kind: Red"]
    assert [chip.before for chip in found.chips] == ["", "or"]
    assert read(where({"any": [PARIS, RED]}, view="rome", kind="b")).conditions.match == "all"


def test_what_is_empty_or_not_for_this_reader_changes_nothing(read: Any) -> None:
    assert as_data(read("kind=&q=&secret=x&debt=").conditions) == {}


def test_a_search_comes_by_relevance_unless_an_order_is_asked_for(read: Any) -> None:
    assert (read("q= ada ").search, read("q=ada").sort, read("q=ada&sort=a").sort) == ("ada", "relevance", "a")
    assert read("q=" + "x" * 300).search == "x" * 200
    assert read("sort=shoe").sort == "n"


@pytest.mark.parametrize(
    "query", ["where=nonsense", "where={", "where=[]5", "where=" + "[" * 19_000, "where=" + "x" * 20_001, "where=5"]
)
def test_what_cannot_be_read_shows_nothing_and_says_so(read: Any, query: str) -> None:
    found = read(query)
    assert found.is_unclear
    assert found.faults == ("These filters cannot be read: at most 20 conditions, in groups that hold no groups.",)


def test_what_a_view_asks_for_and_the_list_has_no_longer_is_said_and_kept(read: Any) -> None:
    view = View(key="5", name="Old", conditions={"all": [GONE, PARIS]}, columns=("n", "shoe", "c"), is_saved=True)
    found = read("view=5", view)
    assert found.faults == (
        "“colour” is no longer a field of this list: the condition is kept, and passed over.",
        "“shoe” is no longer a column of this list: it is left out.",
    )
    assert found.columns == ["n", "c"]
    assert found.look["conditions"] == {"all": [GONE, PARIS]}
    assert read("view=6", view).faults == ("This view is no longer there; these are all.",)


def test_a_value_that_is_wrong_is_said(read: Any) -> None:
    assert read(where({"all": [{"field": "debt", "op": "at_least", "value": "x"}]})).faults == (
        "Debt: at least “x”: Enter a number.",
    )


def test_the_links_of_chips_take_out_one_thing(read: Any) -> None:
    found = read("view=rome&kind=r&q=x")
    assert chips(read(found.without((0,)).removeprefix("?"))) == ["Kind: Red"]
    assert read(found.without((0,)).removeprefix("?")).search == "x"
    cleared = read(found.with_nothing().removeprefix("?"))
    assert (chips(cleared), cleared.search, cleared.view.key) == ([], "", "rome")


def test_an_address_says_no_more_than_it_must_and_means_the_same(read: Any) -> None:
    assert read("view=rome").query() == "?view=rome"
    for query in ("view=all&kind=r&q=x&sort=-b&columns=n,c,a&density=compact", "view=rome&" + where({})):
        found = read(query)
        again = read(found.query().removeprefix("?"))
        assert again.look == found.look, query


def test_columns_are_those_asked_for_else_the_views_else_the_last_else_the_lists_own(read: Any) -> None:
    view = View(key="5", name="Own", columns=("n", "b"), density="compact")
    assert read().columns == ["n", "a", "b", "c"]
    assert read(columns=["n", "d"]).columns == ["n", "d"]
    assert read("view=5", view, columns=["n", "d"]).columns == ["n", "b"]
    assert read("view=5&columns=c,n,c,shoe", view).columns == ["n", "c"]
    assert read("columns=shoe").columns == ["n", "a", "b", "c"]
    assert (read("view=5", view).density, read("view=5&density=normal", view).density) == ("compact", "")
    assert read(density="compact").density == "compact"


def test_the_form_of_columns_leads_to_an_address(read: Any) -> None:
    form = "view=all&arrange=1&column=a&column=b&column=c&density=normal"
    assert read(form).redo == "?view=all"
    assert read(f"{form}&move=c.up").redo == "?view=all&columns=n%2Ca%2Cc%2Cb&open=columns&moved=c.up"
    assert read(f"{form}&move=a.up").redo == "?view=all&open=columns&moved=a.up"
    assert read(f"{form}&move=c.down").columns == ["n", "a", "b", "c"]
    assert read("view=all&arrange=1&move=n.down").columns == ["n"]


def test_what_is_remembered_is_the_view_that_was_named_and_the_look_it_leaves_open(read: Any) -> None:
    assert read().to_remember() == read("q=x").to_remember() == {}
    assert read("view=rome").to_remember() == {"view": "rome"}
    assert read("view=rome", view="rome").to_remember() == {}
    assert read("view=rome&city=Paris").to_remember() == {}
    chosen = read("view=all&columns=n,c&density=compact", view="rome", other="kept")
    assert chosen.to_remember() == {"view": "all", "columns": ["n", "c"], "density": "compact", "other": "kept"}
    back = read("view=all&columns=n,a,b,c&density=normal", view="all", columns=["n", "c"], density="compact")
    assert back.to_remember() == {"view": "all"}
    own = View(key="5", name="Own", columns=("n", "b"), density="compact")
    assert read("view=5&columns=n,c&density=normal", own).to_remember() == {"view": "5"}


def test_columns_may_depend_on_who_asks_and_some_stay_whatever_is_chosen(page: ListPage) -> None:
    def columns(about: bool) -> list[Column[Any]]:
        more = [Column[Any](key="buttons", title="Buttons", cell=str, stays=True)] if about else []
        return [Column[Any](key=key, title=key, cell=str, sort=key) for key in "nab"] + more

    table = Table[Any, bool](key="test.about", caption="", columns=columns)
    both = (View(key="all", name="All"), View(key="first", name="First"))
    own = ListPage(
        table=table, url_name="home", permission="", fields=page.fields, views=both, sort="near", usual="first",
        orders={"near": "Nearest first"}, about=lambda asking: asking.user_id == 1,
    )  # fmt: skip

    def shown(query: str, user_id: int) -> list[str]:
        found = state.read(own, QueryDict(query), asking=Asking(user=Anybody(), user_id=user_id), views=())
        return [column.key for column in found.shown_columns]

    assert shown("", 1) == ["n", "a", "b", "buttons"]
    assert shown("columns=n,buttons,b", 1) == ["n", "b", "buttons"]
    assert shown("columns=n,buttons,b", 2) == ["n", "b"]

    def read(query: str) -> State:
        return state.read(own, QueryDict(query), asking=Asking(user=Anybody(), user_id=1), views=())

    assert (read("").view.key, read("city=rome").view.key) == ("first", "all")
    assert [read(f"sort={sort}").order for sort in ("", "-b", "near", "-near", "buttons")] == [
        "near", "-b", "near", "near", "near",
    ]  # fmt: skip
    assert read("columns=n,b").query() == "?view=first&columns=n%2Cb"
    filled = read("").fill([], page=Page(rows=[], next_cursor="", previous_cursor=""))
    assert [column.key for column in filled.columns] == ["n", "a", "b", "buttons"]
