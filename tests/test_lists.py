"""A page of a list takes as many queries for three rows as for one, and every list that is declared is looked at."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.urls import get_resolver
from pytest_django import DjangoAssertNumQueries

from accounts.access import OPERATOR
from crm.common.company.current import company
from crm.common.lists import pages
from crm.common.lists.options import Asking
from crm.common.tables import declared
from tests.conftest import ClientFor
from tests.lists import LISTS, Kit

# Those whose columns people choose.
ARRANGED = (
    "importing.feeds",
    "importing.imports",
    "page.customers",
    "to_do.tasks",
    "trade.invoice_list",
    "trade.order_list",
)
NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
# allauth's own pages fill the first, the administration, which has a look of its own, the second; in the third stand
# the fields of a form, as many as there are weights.
BY_HAND = {
    "allauth/elements/table.html",
    "admin/accounts/user/object_history.html",
    "metrics/pages/hygiene_weights.html",
}


def rows_of(key: str, page: str) -> int:
    """How many rows the list has on the page, in all of its tables."""
    found = re.findall(rf'data-table="{re.escape(key)}".*?<tbody>(.*?)</tbody>', page, flags=re.DOTALL)
    return sum(body.count("<tr") for body in found)


def test_every_list_has_rows_to_be_tested_with() -> None:
    assert get_resolver().url_patterns  # every page's module is loaded
    assert set(LISTS) == set(declared())
    assert set(ARRANGED) == set(pages.declared())


@pytest.mark.slow  # every list
@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("key", sorted(LISTS))
def test_its_page_takes_as_many_queries_for_three_rows_as_for_one(
    key: str,
    rows: int,
    client_for: ClientFor,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with time_machine.travel(NOON, tick=False):
        listed = LISTS[key]
        client, url = client_for(listed.role), listed.fill(rows, Kit(patch=monkeypatch, folder=tmp_path))
        company()  # read once in a while, not for this page

        with django_assert_num_queries(listed.queries):
            answer = client.get(url)

    assert answer.status_code == 200
    assert rows_of(key, answer.content.decode()) == rows


@pytest.mark.slow  # every list that people arrange
@pytest.mark.django_db
@pytest.mark.parametrize("key", ARRANGED)
def test_no_column_that_may_be_chosen_asks_a_query_a_row(
    key: str,
    client_for: ClientFor,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with time_machine.travel(NOON, tick=False):
        assert get_resolver().url_patterns
        listed, page = LISTS[key], pages.declared()[key]
        client, url = client_for(listed.role), listed.fill(3, Kit(patch=monkeypatch, folder=tmp_path))
        about = page.about(Asking(user=OPERATOR)) if page.about else None
        columns = ",".join(page.columns_for(about))
        company()
        with django_assert_num_queries(listed.queries):
            answer = client.get(f"{url}{'&' if '?' in url else '?'}columns={columns}")
    assert rows_of(key, answer.content.decode()) == 3


def test_no_table_is_written_by_hand() -> None:
    root = Path(settings.BASE_DIR) / "templates"
    by_hand = {str(path.relative_to(root)) for path in root.rglob("*.html") if "<table" in path.read_text()}
    assert by_hand == BY_HAND
