import re
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.common import tables
from crm.common.cells import link, together, url_of
from crm.common.paging import Page
from crm.common.table_html import as_html
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, money, number
from crm.common.templatetags.look import status_badge, tier_badge
from customers.models import Tier
from tests.conftest import NOON


@pytest.fixture(autouse=True)
def forget_the_tests_lists() -> Iterator[None]:
    before = dict(tables._declared)
    yield
    tables._declared.clear()
    tables._declared.update(before)


def request(query: str = "") -> HttpRequest:
    return RequestFactory().get(f"/list/{query}")


def plain(column: Column[Any], **options: Any) -> Table[Any, None]:
    return Table(key="test.list", caption="List", columns=(column,), **options)


def cell(value: object) -> str:
    """What stands in the second column, of a row with this value."""
    columns: tuple[Column[object], ...] = (
        Column(key="a", title="A", cell=lambda _value: ""),
        Column(key="b", title="B & C", cell=lambda value: value),
    )
    written = as_html(Table[object, None](key="test.cell", caption="", columns=columns).of([value]), request())
    found = re.search(r"<td[^>]*>(.*?)</td>", written)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("<b>Ann & Bob</b>", "&lt;b&gt;Ann &amp; Bob&lt;/b&gt;"),
        (SafeString("<b>Ann</b>"), "<div><b>Ann</b></div>"),
        (None, "–"),
        (0, "0"),
        ("", ""),
        (_("Name"), "Name"),
        (together("a", "", None, "<"), "<div>a &lt;</div>"),
        (link("/x?a=1&b=2", "'"), '<div><a href="/x?a=1&amp;b=2">&#x27;</a></div>'),
    ],
)
def test_text_is_escaped_and_markup_stays_together(value: object, written: str) -> None:
    assert cell(value) == written


def test_a_table_as_a_whole() -> None:
    columns: tuple[Column[tuple[str, int]], ...] = (
        Column(key="name", title="Name & first name", cell=lambda row: row[0], foot="All"),
        Column(key="sum", title="Sum", cell=lambda row: row[1], align="end", shown="wide", css="mine", foot=3),
    )
    table = Table[tuple[str, int], None](
        key="test.whole", caption="A > B", columns=columns, attributes=lambda row: {"id": row[0], "class": ""}
    )

    assert as_html(table.of([("x", 1), ('"', 2)]), request()) == (
        '<div class="table-responsive"><table class="table table-stack mb-0" data-table="test.whole">'
        '<caption class="visually-hidden">A &gt; B</caption>'
        '<thead><tr><th scope="col">Name &amp; first name</th><th scope="col" class="num col-wide mine">Sum</th></tr>'
        '</thead><tbody><tr id="x"><th scope="row">x</th><td class="num col-wide mine" data-label="Sum">1</td></tr>'
        '<tr id="&quot;"><th scope="row">&quot;</th><td class="num col-wide mine" data-label="Sum">2</td></tr></tbody>'
        '<tfoot><tr><th scope="row">All</th><td class="num col-wide mine" data-label="Sum">3</td></tr></tfoot>'
        "</table></div>"
    )


def test_what_is_cut_has_its_share_of_the_width_and_says_itself_in_full_on_hover() -> None:
    columns: tuple[Column[str], ...] = (
        Column(key="name", title="Name", cell=lambda name: link("/x/", name), whole=lambda name: name, share=30),
        Column(key="place", title="Place", cell=lambda name: name, share=10, shown="wide"),
        Column(key="mark", title="Mark", cell=lambda _name: SafeString("<b>!</b>"), share=5, narrow=10),
    )
    long = 'Long "name" & co'

    written = as_html(Table[str, None](key="test.cut", caption="", columns=columns, cut=True).of([long, "x"]))

    assert '<table class="table table-stack table-cut mb-0"' in written
    widths = re.findall(r'<col class="([^"]*)">', written)
    assert widths == ["share-67 narrow-75", "share-22 col-wide", "share-11 narrow-25"]
    assert re.findall(r'title="([^"]*)"', written) == ["Long &quot;name&quot; &amp; co"] * 2


@pytest.mark.parametrize(
    ("sort", "state", "next_sort"), [("name", "ascending", "-name"), ("-name", "descending", "name"), ("", "", "name")]
)
def test_a_header_says_how_it_is_sorted_and_turns_it_round(sort: str, state: str, next_sort: str) -> None:
    table = plain(Column(key="name", title="Name", cell=str, sort="name"))

    written = as_html(table.of(["x"], sort=sort), request("?q=a%26b&cursor=abc&sort=other"))

    assert re.findall(r'aria-sort="(\w+)"', written) == ([state] if state else [])
    assert f'href="?q=a%26b&amp;sort={next_sort}"' in written


def test_the_pager_keeps_the_query_and_shows_only_where_there_is_more() -> None:
    table = plain(Column(key="name", title="Name", cell=str))

    def pager(previous: str, following: str) -> list[tuple[str, str]]:
        page: Page[Any] = Page(rows=["x"], previous_cursor=previous, next_cursor=following)  # type: ignore[type-var]
        written = as_html(table.of(["x"], page=page), request("?q=a&cursor=old"))
        return re.findall(r'rel="(\w+)" href="([^"]*)"', written)

    assert pager("", "") == []
    assert pager("", "new") == [("next", "?q=a&amp;cursor=new")]
    assert pager("back", "new") == [("prev", "?q=a&amp;cursor=back"), ("next", "?q=a&amp;cursor=new")]
    assert "pager" not in as_html(table.of(["x"]), request())


def test_a_table_that_scrolls_can_be_reached_by_keyboard() -> None:
    table = plain(Column(key="name", title="Name", cell=str), stacked=False)
    assert '<div class="table-responsive" tabindex="0" role="region" aria-label="List">' in as_html(
        table.of(["x"]), request()
    )


def test_without_rows_it_says_what_to_do() -> None:
    empty = Empty(title="Nothing", text="Import a <file>.", action="Import", action_url="/imports/new/")
    table = plain(Column(key="name", title="Name", cell=str), empty=empty)

    written = as_html(table.of([]), request())

    assert "<table" not in written
    assert "Import a &lt;file&gt;." in written
    assert '<a class="btn btn-primary" href="/imports/new/">Import</a>' in written
    two = Empty(title="Nothing", action="Clear", action_url="?", other="New", other_url="/new/?a=1&b=2")
    assert '<a class="btn" href="/new/?a=1&amp;b=2">New</a>' in as_html(table.of([], empty=two), request())
    assert as_html(table.of([], empty=Empty(text="None <yet>.")), request()) == (
        '<div class="card-body text-secondary">None &lt;yet&gt;.</div>'
    )


def test_titles_follow_the_reader_and_a_title_may_be_only_spoken() -> None:
    table = plain(Column(key="name", title=_("Name"), cell=str, spoken=True, hint="Why", note="second"))
    with translation.override("zh-hans"):
        written = as_html(table.of(["x"]), request())
    assert (
        '<th scope="col" title="Why"><span class="visually-hidden">名称</span><div class="fw-normal">second</div></th>'
        in written
    )


def test_an_address_is_that_of_reverse() -> None:
    assert [url_of("customers:detail", pk) for pk in (1, 70)] == ["/customers/1/", "/customers/70/"]
    assert url_of("metrics:baseline", 5) == "/baselines/5/"


@pytest.fixture
def untraced() -> Iterator[None]:
    """Measuring coverage takes its own time."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


@pytest.mark.usefixtures("untraced")
def test_fifty_rows_of_eight_columns_take_ten_milliseconds() -> None:
    """Processor time, the fastest of some runs: neighbours on the machine only ever make one slower."""
    now, tier = NOON, Tier(pk=1, key="gold", name="Gold", colour="yellow")
    columns: tuple[Column[int], ...] = (
        Column(key="name", title=_("Name"), cell=lambda n: link(url_of("customers:detail", n), f"Name {n} & Co")),
        Column(key="tier", title=_("Tier"), cell=lambda _n: tier_badge(tier)),
        Column(key="place", title=_("Place"), cell=lambda n: f"Town {n}, DE"),
        Column(key="email", title=_("E-mail"), cell=lambda n: f"someone{n}@example.com"),
        Column(key="state", title=_("State"), cell=lambda _n: status_badge("Done", "green", "circle-check")),
        Column(key="n", title=_("Orders"), cell=lambda n: number(n * 1_000), align="end"),
        Column(key="sum", title=_("Overdue"), cell=lambda n: money(Decimal(n) * 7, "EUR"), align="end"),
        Column(key="at", title=_("Last contact"), cell=lambda n: ago(now - timedelta(hours=7 * n)), sort="at"),
    )
    table = Table[int, None](key="test.speed", caption=_("Customers"), columns=columns)

    def took() -> float:
        began = time.process_time()
        as_html(table.of(range(50)), request())
        return time.process_time() - began

    assert min(took() for _run in range(10)) < 0.010
