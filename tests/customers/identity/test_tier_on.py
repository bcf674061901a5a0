from datetime import date

import pytest
from django.db import connection

from customers.identity.tier_on import join_tier
from customers.interactions.telephony.calls import SQL
from customers.models import Tier
from tests import plans
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = pytest.mark.django_db

MANY = """
INSERT INTO customers_customer (id, kind, name, tax_id, email, phone, address, city, region, country, postcode,
  industry, language, provenance, created_at, updated_at)
SELECT 1000000 + i, 'organization', 'Customer ' || i, '', '', '', '', '', '', '', '', '', '', '{}', now(), now()
FROM generate_series(1, 3000) i;
INSERT INTO customers_tierassignment (customer_id, tier_id, valid, reason, figures)
SELECT 1000000 + i, (SELECT min(id) FROM customers_tier), daterange('2026-01-01', NULL), 'policy', '{}'
FROM generate_series(1, 3000) i;
SELECT crm_analyse('customers_customer'), crm_analyse('customers_tierassignment')
"""


def tier_on(customer: int | None, day: date | None) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.key, found.assignment_id, found.reason FROM crm_tier_on(%s::bigint, %s::date) found"
            " JOIN customers_tier t ON t.id = found.tier_id",
            [customer, day],
        )
        return list(cursor.fetchall())


def test_the_assignment_of_the_day_says_it() -> None:
    customer = CustomerFactory.create()
    first = TierAssignmentFactory.create(
        customer=customer, tier=Tier.objects.get(key="silver"), valid=(date(2026, 1, 10), date(2026, 2, 10))
    )
    second = TierAssignmentFactory.create(
        customer=customer, tier=Tier.objects.get(key="gold"), valid=(date(2026, 2, 10), None), reason="override"
    )
    TierAssignmentFactory.create(tier=Tier.objects.get(key="bronze"), valid=(date(2026, 1, 1), None))
    assert tier_on(customer.pk, date(2026, 1, 9)) == []
    assert tier_on(customer.pk, date(2026, 1, 10)) == [("silver", first.pk, "policy")]
    assert tier_on(customer.pk, date(2026, 2, 9)) == [("silver", first.pk, "policy")]
    assert tier_on(customer.pk, date(2026, 2, 10)) == [("gold", second.pk, "override")]
    assert tier_on(None, date(2026, 2, 10)) == []
    assert tier_on(customer.pk, None) == []


@pytest.mark.usefixtures("tidy_tables")
def test_a_join_with_it_costs_what_the_join_written_out_would() -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY)
    statement = (
        "SELECT k.id, tier.tier_id FROM customers_customer k"
        " LEFT JOIN LATERAL crm_tier_on(k.id, now()::date) tier ON true"
    )
    plan = plans.nodes(f"{statement} WHERE k.id = 1000500")
    assert not plans.calls(plan, "crm_tier_on")
    assert plans.indexes(plan) >= {"tier_assignment_starts"}
    everyone = plans.nodes(statement)
    assert not plans.calls(everyone, "crm_tier_on")
    assert [node["Node Type"] for node in everyone if "Join" in node["Node Type"]] == ["Hash Join"]


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT k.id, tier.tier_id FROM customers_customer k {join_tier('k.id', 'now()::date')}",
        (SQL / "call_rematch.sql").read_text().partition("DROP AS\n")[2].partition(";\n\n")[0],
    ],
)
def test_facts_of_a_file_look_it_up_one_by_one_however_the_planner_would_rather(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{MANY}; SET LOCAL enable_nestloop = off")
    plan = plans.nodes(statement, {"numbers": ["4930123456"], "customers": [1]})
    (probe,) = (node for node in plan if node.get("Relation Name") == "customers_tierassignment")
    assert "customer_id = " in probe["Index Cond"]
