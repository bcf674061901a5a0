import pytest

from customers.models import Tier, TierPolicy
from tests.conftest import ClientFor
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def test_says_who_is_where_and_how_one_gets_there(client_for: ClientFor) -> None:
    CustomerFactory.create(tier=Tier.objects.get(key="gold"))
    CustomerFactory.create()
    answer = client_for("sales").get("/tiers/")
    shown = answer.context["tiers"]
    assert [(row.tier.key, row.customers) for row in shown.rows] == [
        ("platinum", 0), ("gold", 1), ("silver", 0), ("bronze", 0),
    ]  # fmt: skip
    assert (shown.without, shown.total) == (1, 2)
    page = answer.content.decode()
    for words in (
        "profit of the last 12 months",
        "from €20,000",
        "at least 90% paid on time",
        "everyone else",
        ">15%<",
    ):
        assert words in page


def test_without_customers_or_policy(client_for: ClientFor) -> None:
    TierPolicy.objects.all().delete()
    page = client_for("sales").get("/tiers/").content.decode()
    assert "No policy is published" in page
    assert "No customers yet" in page
