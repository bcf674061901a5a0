from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.interactions.recording import log_interaction
from customers.models import Interaction, Tier
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_contact_gets_the_tier_of_its_day_as_it_is_written() -> None:
    customer, gold = CustomerFactory.create(), Tier.objects.get(key="gold")
    TierAssignmentFactory.create(customer=customer, tier=gold, valid=(date(2026, 2, 1), date(2026, 3, 1)))
    by = UserFactory.create()
    with CaptureQueriesContext(connection) as queries:
        before = log_interaction(
            customer=customer, channel="phone", direction="in", by=by, now=NOW,
            occurred_at=datetime(2026, 2, 28, 9, tzinfo=UTC),
        )  # fmt: skip
    after = log_interaction(customer=customer, channel="phone", direction="in", by=by, now=NOW)
    assert (before.tier, after.tier) == (gold, None)
    assert list(Interaction.objects.order_by("occurred_at").values_list("tier", flat=True)) == [gold.pk, None]
    reading = [query["sql"] for query in queries if "tier" in query["sql"] and "crm_tier_on" in query["sql"]]
    assert [sql.split()[0] for sql in reading] == ["INSERT"]
