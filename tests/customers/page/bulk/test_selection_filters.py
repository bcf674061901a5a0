import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.access import OPERATOR
from customers.page.bulk.forms import SUBJECT
from customers.page.bulk.selection_filters import Selection, in_brief, rows_of
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def names(selection: Selection) -> str:
    return "".join(sorted(customer.name for customer in rows_of(SUBJECT, selection, OPERATOR)))


def test_those_picked_or_all_that_the_list_shows() -> None:
    first, second = CustomerFactory.create(name="A", country="FR"), CustomerFactory.create(name="B", country="CN")
    CustomerFactory.create(name="C", country="FR")
    assert names({"ids": [first.pk, second.pk, 0]}) == "AB"
    assert names({"query": "country=FR&sort=-name&cursor=x"}) == "AC"
    assert names({"query": ""}) == "ABC"
    assert names({"ids": []}) == names({"query": "tier=nonsense"}) == names({}) == ""
    assert not rows_of(SUBJECT, {"query": ""}, AnonymousUser()).exists()
    assert not rows_of(SUBJECT, {"ids": [first.pk]}, AnonymousUser()).exists()


def test_the_record_says_how_they_were_chosen_and_not_what_was_searched_for() -> None:
    assert in_brief({"ids": [4, 5]}) == {"picked": 2}
    assert in_brief({"query": "q=Ada+Lovelace&country=FR&kind="}) == {"filters": ["country", "q"]}
    assert in_brief({}) == {"filters": []}
