"""A preview says how many values another rule changes: those that do once it is saved and all are settled."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.identity import previewing_rules
from customers.identity.ordering import Rule
from customers.identity.previewing_rules import Preview, preview
from customers.identity.survivorship import settle
from customers.identity.survivorship_rules import set_rule
from customers.identity.tasks import settle_trust
from customers.models import Customer, TrustChange
from tests.conftest import NOON, UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db

RULES = ("ranked", "newest", "longest", "most_frequent")
CITIES = ("", "Rome", "Roma", "rome", "Milan", "Köln", "Koln")


def of(cities: list[str]) -> Customer:
    customer = CustomerFactory.create()
    for number, city in enumerate(cities):
        system = SourceSystemFactory.create(key=f"s{number}", rank=number)
        SourceRecordFactory.create(system=system, customer=customer, payload={"name": "Ada", "city": city})
    settle(customer_ids=[customer.pk])
    return customer


def seen(user_for: UserFor, rule: Rule, **options: float) -> Preview:
    return preview(field="city", rule=rule, reader=user_for("administrator"), **options)


def test_it_counts_and_shows_what_would_change(user_for: UserFor) -> None:
    customer = of(["Rome", "Milan", "Milan "])
    of(["Rome"])
    of(["Rome", "Rome"])
    found = seen(user_for, Rule("most_frequent"))
    assert (found.changed, found.looked, found.is_whole, found.estimate) == (1, 3, True, 1)
    told = [(one.customer.pk, one.before, one.after, one.source) for one in found.sample]
    assert told == [(customer.pk, "Rome", "Milan", "S1")]
    assert Customer.objects.get(pk=customer.pk).city == "Rome"
    assert (seen(user_for, Rule()).changed, TrustChange.objects.count()) == (0, 0)


def test_where_nobody_is_nothing_changes(user_for: UserFor) -> None:
    assert seen(user_for, Rule("newest")) == Preview(changed=0, looked=0, total=0, is_whole=True, sample=[])


def test_out_of_time_it_estimates_by_what_it_has_seen(user_for: UserFor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewing_rules, "WINDOW", 2)
    monkeypatch.setattr(previewing_rules, "PARTS", 3)
    for _customer in range(8):
        of(["Rome", "Milan"])
    whole = seen(user_for, Rule("longest"))
    assert (whole.changed, whole.looked, whole.is_whole) == (8, 8, True)
    part = seen(user_for, Rule("longest"), budget_s=-1)
    assert (part.changed, part.looked, part.is_whole, part.total, part.estimate) == (2, 2, False, 8, 8)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 64])
def test_parts_are_each_looked_at_once(count: int) -> None:
    assert sorted(previewing_rules._spread(count)) == list(range(count))


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(
    said=st.lists(st.lists(st.sampled_from(CITIES), min_size=1, max_size=4), min_size=1, max_size=4),
    before=st.sampled_from(RULES), after=st.sampled_from(RULES),
)  # fmt: skip
def test_what_it_says_is_what_the_job_does(user_for: UserFor, said: list[list[str]], before: str, after: str) -> None:
    """And what the job leaves is what settling everybody anew would."""
    with transaction.atomic():
        set_rule(field="city", rule=before, by=None, now=NOON)
        ids = [of(cities).pk for cities in said]
        shown = dict(Customer.objects.values_list("pk", "city"))
        found = seen(user_for, Rule(after))
        set_rule(field="city", rule=after, by=None, now=NOON)
        settle_trust()
        job = dict(Customer.objects.values_list("pk", "city"))
        settle(customer_ids=ids)
        assert dict(Customer.objects.values_list("pk", "city")) == job
        assert found.changed == sum(job[pk] != shown[pk] for pk in ids)
        assert {one.customer.pk: one.after for one in found.sample} == {
            pk: job[pk] for pk in ids if job[pk] != shown[pk]
        }  # fmt: skip
        transaction.set_rollback(True)
