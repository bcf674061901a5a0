import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from customers.models import Tier
from tests.conftest import NOON, ClientFor
from tests.factories.customers import CustomerFactory
from tests.factories.notes import VisitFactory

pytestmark = pytest.mark.django_db
URL = "/customers/search/"
PART = {"HX-Request": "true"}


def test_each_is_offered_with_kind_city_and_tier_and_then_the_list(client_for: ClientFor) -> None:
    gold = Tier.objects.get(key="gold")
    firm = CustomerFactory.create(name="Mark & Co", city="Bern", tier=gold)
    person = CustomerFactory.create(name="Markus", kind="person")
    page = client_for("sales").get(URL, {"q": "mark"}, headers=PART).content.decode()
    assert (
        page.index(firm.get_absolute_url()) < page.index(person.get_absolute_url()) < page.index("/customers/?q=mark")
    )
    for words in (
        "Mark &amp; Co",
        "Bern",
        "Gold",
        "organization",
        "person",
        'data-status="2 customers"',
        "All who fit “mark”",
    ):
        assert words in page
    assert page.count('role="option"') == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [("zqx", "Nobody fits"), ("a-b", "Type at least 2 letters"), ("", "Whose page you open stands here.")],
)
def test_where_nobody_is_offered_it_says_why(client_for: ClientFor, text: str, words: str) -> None:
    page = client_for("sales").get(URL, {"q": text}, headers=PART).content.decode()
    assert words in page
    assert 'role="option"' not in page


def test_who_is_only_guessed_is_said_to_be(client_for: ClientFor) -> None:
    CustomerFactory.create(name="Nordwind")
    page = client_for("sales").get(URL, {"q": "nordwimd"}, headers=PART).content.decode()
    assert "Nobody fits. Did you mean:" in page
    assert "data-guessed" in page
    assert (page.count('role="option"'), page.count("All who fit")) == (1, 0)


def test_without_script_it_leads_to_the_list(client_for: ClientFor) -> None:
    answer = client_for("sales").get(URL, {"q": "a&b c"})
    assert (answer.status_code, answer["Location"]) == (302, "/customers/?q=a%26b+c")


# Session, user, the limit of searches, the text as names are kept, who fits, those eight; or session, user, visits.
@pytest.mark.parametrize(("text", "most"), [("customer", 6), ("", 3)])
def test_it_takes_as_many_queries_for_eight_as_for_one(client_for: ClientFor, text: str, most: int) -> None:
    client, taken = client_for("sales"), list[int]()
    user = User.objects.get()
    for rows in (1, 7):
        for customer in CustomerFactory.create_batch(rows, tier=Tier.objects.get(key="gold")):
            VisitFactory.create(user=user, customer=customer, at=NOON)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(URL, {"q": text}, headers=PART).content.decode()
        assert page.count("found-name") >= rows
        taken.append(len(queries))
    assert taken[0] == taken[1] <= most
