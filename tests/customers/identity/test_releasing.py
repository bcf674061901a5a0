"""What was typed is released field by field, and put back as it was."""

from datetime import timedelta
from typing import Any

import pytest

from crm.common.audit.acting import acting
from crm.common.audit.models import AuditEntry
from crm.common.versions import ChangedMeanwhile, version
from customers.identity.editing import change_customer, create_customer
from customers.identity.holding import CustomerGone
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.ordering import FIELDS
from customers.identity.provenance import provenance
from customers.identity.releasing import NothingTyped, OnlyName, TypedAnew, put_back, release
from customers.identity.survivorship import settle
from customers.models import ContactPoint, Customer, SourceRecord
from tests.conftest import NOON, ClientFor
from tests.factories.accounts import UserFactory
from tests.factories.importing import SourceRecordFactory, SurvivorshipRuleFactory

pytestmark = pytest.mark.django_db


def made(**fields: Any) -> Customer:
    """Typed by Ann, beside what a shop says."""
    with acting(user=UserFactory.create(name="Ann").pk):
        customer = create_customer(fields={"name": "Ada", **fields})
    SourceRecordFactory.create(customer=customer, payload={"name": "ADA", "city": "Milan", "phone": "030 111111"})
    settle(customer_ids=[customer.pk])
    customer.refresh_from_db()
    return customer


def released(customer: Customer, field: str) -> Customer:
    seen = version(customer, FIELDS)
    return release(customer=customer, field=field, seen=seen, by=UserFactory.create(), now=NOON)


def records() -> list[dict[str, Any]]:
    return list(SourceRecord.objects.order_by("pk").values("payload", "digest", "value_times", "typed_by", "released"))


def points() -> list[tuple[str, str]]:
    return sorted(ContactPoint.objects.filter(source_record__system__key="crm:typed").values_list("kind", "raw"))


def test_what_the_sources_say_shows_again_and_put_back_all_is_as_before() -> None:
    customer = made(city="Rome", phone="030 222222")
    before, at, fields = records(), points(), Customer.objects.values(*FIELDS).get()
    found = released(released(customer, "city"), "phone")
    assert (found.name, found.city, found.phone, points()) == ("Ada", "Milan", "030 111111", [])
    put_back(customer=customer, field="phone", by=UserFactory.create())
    found = put_back(customer=customer, field="city", by=UserFactory.create())
    assert (records(), points(), Customer.objects.values(*FIELDS).get()) == (before, at, fields)
    entries = AuditEntry.objects.filter(what__startswith="customers.").order_by("pk").values_list("what", "details")
    assert list(entries) == [
        ("customers.release", {"customer": customer.pk, "field": "city"}),
        ("customers.release", {"customer": customer.pk, "field": "phone"}),
        ("customers.put_back", {"customer": customer.pk, "field": "phone"}),
        ("customers.put_back", {"customer": customer.pk, "field": "city"}),
    ]  # fmt: skip


@pytest.mark.parametrize("rule", ["newest", "longest", "most_frequent", "ranked"])
def test_released_the_field_goes_by_its_rule(rule: str) -> None:
    customer = made(city="Rome, the eternal city")
    for name in ("Pisa", "pisa", "Florence"):
        SourceRecordFactory.create(customer=customer, payload={"city": name})
    SourceRecord.objects.filter(payload__city="pisa").update(first_seen_at=NOON + timedelta(days=999))
    SurvivorshipRuleFactory.create(field="city", rule=rule)
    settle(customer_ids=[customer.pk])
    customer.refresh_from_db()
    assert customer.city == "Rome, the eternal city"
    expected = {"newest": "pisa", "longest": "Florence", "most_frequent": "Pisa", "ranked": "Milan"}
    assert released(customer, "city").city == expected[rule]


def test_the_only_name_stays() -> None:
    customer = create_customer(fields={"name": "Ada"})
    with pytest.raises(OnlyName):
        released(customer, "name")
    assert released(made(), "name").name == "ADA"


def test_what_nobody_typed_or_released_is_refused() -> None:
    customer = made()
    with pytest.raises(NothingTyped):
        released(customer, "city")
    with pytest.raises(TypedAnew):
        put_back(customer=customer, field="city", by=UserFactory.create())
    with pytest.raises(ChangedMeanwhile):
        release(customer=customer, field="name", seen="another", by=UserFactory.create(), now=NOON)
    with pytest.raises(CustomerGone):
        put_back(customer=Customer(pk=4711), field="city", by=UserFactory.create())


def test_typed_anew_what_was_released_is_forgotten() -> None:
    customer = released(made(city="Rome"), "city")
    change_customer(customer=customer, fields={"city": "Pisa"}, seen=version(customer, FIELDS))
    assert SourceRecord.objects.get(system__key="crm:typed").released is None
    with pytest.raises(TypedAnew):
        put_back(customer=customer, field="city", by=UserFactory.create())


def test_what_was_typed_of_the_absorbed_is_released_too_and_theirs_again() -> None:
    customer = made(city="Rome")
    absorbed = create_customer(fields={"name": "Ada L.", "city": "Pisa"})
    merge = merge_customers(survivor=customer, absorbed=absorbed, by=None, now=NOON)
    customer.refresh_from_db()
    before = records()
    assert released(customer, "city").city == "Milan"
    assert put_back(customer=customer, field="city", by=UserFactory.create()).city == "Rome"
    assert records() == before
    customer.refresh_from_db()
    released(customer, "city")
    undo_merge(merge=merge, by=None, now=NOON)
    assert dict(Customer.objects.values_list("name", "city")) == {"Ada": "Milan", "Ada L.": "Pisa"}


def offered(customer: Customer) -> list[str]:
    customer.refresh_from_db()
    return [one.released for row in provenance(customer).rows for one in row.said if one.released]


def test_put_back_is_offered_only_where_nobody_has_typed_another() -> None:
    customer = released(made(city="Rome"), "city")
    assert offered(customer) == ["Rome"]
    absorbed = create_customer(fields={"name": "Ada L.", "city": "Pisa"})
    merge = merge_customers(survivor=customer, absorbed=absorbed, by=None, now=NOON)
    assert offered(customer) == []
    with pytest.raises(TypedAnew):
        put_back(customer=customer, field="city", by=UserFactory.create())
    undo_merge(merge=merge, by=None, now=NOON)
    assert offered(customer) == ["Rome"]


def test_what_the_absorbed_has_typed_again_is_not_offered_once_it_is_emptied() -> None:
    customer, absorbed = made(city="Rome"), create_customer(fields={"name": "Ada L.", "city": "Pisa"})
    merge = merge_customers(survivor=customer, absorbed=absorbed, by=None, now=NOON)
    customer.refresh_from_db()
    released(customer, "city")
    undo_merge(merge=merge, by=None, now=NOON)
    absorbed.refresh_from_db()
    change_customer(customer=absorbed, fields={"city": ""}, seen=version(absorbed, FIELDS))
    assert offered(absorbed) == []


def test_by_the_buttons_of_the_tab(client_for: ClientFor) -> None:
    customer, client = made(city="Rome"), client_for("service")
    page = client.get(f"/customers/{customer.pk}/sources/")
    for words in ("typed by Ann", f"/customers/{customer.pk}/sources/release/city/", "Release"):
        assert words in page.content.decode()
    url = f"/customers/{customer.pk}/sources"
    page = client.post(f"{url}/release/city/", {"seen": page.context["seen"]}, follow=True)
    assert f"{url}/put-back/city/" in page.content.decode()
    assert "<del>Rome</del>" in page.content.decode()
    page = client.post(f"{url}/put-back/city/", follow=True)
    assert f"{url}/release/city/" in page.content.decode()
    assert Customer.objects.get().city == "Rome"
    assert client.post(f"{url}/release/nothing/").status_code == 404
    told = client.post(f"{url}/release/city/", {"seen": "older"}, follow=True).content.decode()
    assert "Someone else has changed this meanwhile" in told
