from datetime import date

import pytest
from django.db import connection

from customers.models import Call, Customer, Interaction, Invoice, Order, Payment
from demo.bulk import NotEmpty, seed_bulk
from metrics.engine.series import points
from metrics.kpis import get_kpi
from metrics.models import Issue, Mark

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LAST = date(2026, 6, 17)
SCHEMA = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
UNION ALL SELECT tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1
"""


def schema() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return [line for (line,) in cursor.fetchall()]


def total(key: str) -> int:
    (point,) = points(kpi=get_kpi(key), first=None, last=None)
    return point.n


def test_a_company_of_any_size_with_its_figures() -> None:
    before = schema()
    seeded = seed_bulk(customers=300, last=LAST)
    assert (seeded.customers, seeded.interactions, seeded.calls, seeded.orders) == (300, 3_000, 1_200, 900)
    assert schema() == before
    assert Customer.objects.count() == Customer.objects.exclude(tier=None).count() == 300
    assert (Interaction.objects.count(), Call.objects.count(), Order.objects.count()) == (3_000, 1_200, 900)
    assert Customer.objects.filter(name__contains="有限公司").exists()
    assert not Order.objects.filter(day__gt=LAST).exists()
    assert Payment.objects.count() == Invoice.objects.exclude(settled_on=None).count() > 300
    assert total("asa") == Call.objects.filter(outcome="answered").count()
    assert total("orders") == Order.objects.filter(status__in=["placed", "shipped"]).count()
    assert Issue.objects.exists()
    assert not Mark.objects.exists()


def test_bulk_data_do_not_mix_with_customers_that_are_there_unless_asked() -> None:
    Customer.objects.create(name="Somebody's")
    with pytest.raises(NotEmpty):
        seed_bulk(customers=300, last=LAST)
    seed_bulk(customers=300, last=LAST, force=True)
    assert Customer.objects.count() == 301
