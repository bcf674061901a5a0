from datetime import UTC, date, datetime

import pytest
from django.db import connection

from customers.importing.sql import CREATE_TOUCHED
from customers.interactions import matching
from customers.interactions.matching import rematch
from customers.models import Call, Customer, Interaction, Tier
from tests import plans
from tests.factories.customers import ContactPointFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.telephony import CallFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAIL, NUMBER = "a@b.example", "4930123456"


def rematched(*changed: tuple[str, str, Customer]) -> list[int]:
    """Match anew after these values changed; → whose last contact may be another."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS imp_changed_values")
        cursor.execute("CREATE TEMP TABLE imp_changed_values (kind text, normalised text, customer_id bigint)")
        cursor.execute(CREATE_TOUCHED)
        rows = [(kind, value, customer.pk) for kind, value, customer in changed]
        cursor.executemany("INSERT INTO imp_changed_values VALUES (%s, %s, %s)", rows)
        rematch(cursor)
        cursor.execute("SELECT customer_id FROM imp_touched WHERE NOT settles ORDER BY customer_id")
        return [pk for (pk,) in cursor.fetchall()]


def known_by(value: str, *, customer: Customer | None = None, channel: str = "email") -> Interaction:
    return InteractionFactory.create(
        customer=customer, contact_normalised=value, matched_by_value=True, channel=channel, occurred_at=AT
    )


def whose() -> list[tuple[Customer | None, Tier | None]]:
    return [(row.customer, row.tier) for row in Interaction.objects.order_by("pk").select_related("customer", "tier")]


def test_it_is_whose_who_alone_has_the_value_with_the_tier_of_its_day() -> None:
    ada, bob = CustomerFactory.create_batch(2)
    gold = Tier.objects.get(key="gold")
    TierAssignmentFactory.create(customer=ada, tier=gold, valid=(date(2026, 3, 1), date(2026, 3, 2)))
    known_by(MAIL)
    known_by("other@b.example")
    ContactPointFactory.create(customer=ada, raw=MAIL)
    ContactPointFactory.create(customer=bob, raw="other@b.example")  # told of at another time
    assert rematched(("email", MAIL, ada)) == [ada.pk]
    assert whose() == [(ada, gold), (None, None)]
    assert rematched(("email", MAIL, ada)) == [ada.pk]  # it is not settled yet
    Customer.objects.filter(pk=ada.pk).update(last_contact_at=AT)
    assert rematched(("email", MAIL, ada)) == []


def test_a_second_owner_takes_it_from_the_first_and_one_left_alone_gets_it() -> None:
    ada, bob = (CustomerFactory.create(last_contact_at=AT if name == "Ada" else None) for name in ("Ada", "Bob"))
    TierAssignmentFactory.create(customer=ada, tier=Tier.objects.get(key="gold"), valid=(date(2026, 1, 1), None))
    known_by(MAIL)
    for customer in (ada, bob):
        ContactPointFactory.create(customer=customer, raw=MAIL)
    Interaction.objects.update(customer=ada, tier=Tier.objects.get(key="gold"))
    assert rematched(("email", MAIL, bob)) == [ada.pk]
    assert whose() == [(None, None)]
    ada.contact_points.all().delete()
    Interaction.objects.update(customer=ada)  # as one that lost it unseen
    assert rematched(("email", MAIL, bob)) == [ada.pk, bob.pk]
    assert whose() == [(bob, None)]


def test_owners_are_looked_at_where_somebody_was_in_touch_by_what_changed() -> None:
    ada = CustomerFactory.create(last_contact_at=AT)  # which another time is to put right
    known_by(MAIL)
    assert rematched(("email", "other@b.example", ada)) == []
    assert rematched(("email", MAIL, ada)) == [ada.pk]


def test_whose_it_was_said_to_be_stays() -> None:
    ada, bob = CustomerFactory.create_batch(2)
    InteractionFactory.create(customer=ada, contact_normalised=MAIL, occurred_at=AT)
    ContactPointFactory.create(customer=bob, raw=MAIL)
    assert rematched(("email", MAIL, bob)) == []
    assert whose() == [(ada, None)]


def test_a_call_follows_its_contact() -> None:
    ada = CustomerFactory.create()
    gold = Tier.objects.get(key="gold")
    TierAssignmentFactory.create(customer=ada, tier=gold, valid=(date(2026, 1, 1), None))
    CallFactory.create(interaction=known_by(NUMBER, channel="phone"), entered_at=AT)
    ContactPointFactory.create(customer=ada, kind="phone", raw=f"+{NUMBER}")
    rematched(("phone", NUMBER, ada))
    assert (whose(), Call.objects.get().tier) == ([(ada, gold)], gold)
    ada.contact_points.all().delete()
    rematched(("phone", NUMBER, ada))
    assert (whose(), Call.objects.get().tier) == ([(None, None)], None)


def test_contacts_are_looked_up_value_by_value_however_the_planner_would_rather() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE imp_changed_values (kind text, normalised text, customer_id bigint)")
        cursor.execute("CREATE TEMP TABLE imp_rematched (was bigint, customer_id bigint)")
        cursor.execute(
            "SET LOCAL enable_nestloop = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"
        )
        cursor.execute(f"EXPLAIN {matching._KNOWN.split(';')[1]}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: ((contact_normalised)::text = imp_changed_values.normalised)" in plan
    owners = {node.get("Relation Name"): node.get("Index Cond") for node in plans.nodes(matching._OWNERS)}
    assert "normalised" in owners["customers_contactpoint"]
    assert owners["customers_customer"].startswith("(c.id = ")
