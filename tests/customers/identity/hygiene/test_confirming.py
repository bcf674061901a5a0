"""Who is confirmed is fresh, and nothing of them changes."""

from datetime import timedelta

import pytest

from crm.common.audit.models import AuditEntry
from crm.common.versions import ChangedMeanwhile, version
from customers.identity.holding import CustomerGone
from customers.identity.hygiene.confirming import confirm_customer
from customers.identity.hygiene.following import refresh_hygiene
from customers.identity.survivorship import FIELDS
from customers.models import Customer, CustomerHygiene
from tests.conftest import NOON, ClientFor, UserFor
from tests.factories.customers import CustomerFactory
from tests.forms import as_shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NOVEMBER = 2026 * 12 + 10


@pytest.fixture
def stale() -> Customer:
    made = CustomerFactory.create(city="Bonn")
    Customer.objects.update(created_at=NOON - timedelta(days=900))
    refresh_hygiene()
    assert CustomerHygiene.objects.get().confirmed < NOVEMBER - 12
    return Customer.objects.get(pk=made.pk)


def test_it_is_fresh_and_as_it_was(stale: Customer, user_for: UserFor) -> None:
    for _time in range(2):
        confirm_customer(customer=stale, by=user_for("sales"), now=NOON, seen=version(stale, FIELDS))
    refresh_hygiene()
    assert CustomerHygiene.objects.get().confirmed == NOVEMBER
    now = Customer.objects.get()
    assert [getattr(now, name) for name in FIELDS] == [getattr(stale, name) for name in FIELDS]
    assert now.source_records.count() == 1


def test_what_another_changed_meanwhile_is_not_confirmed_unseen(stale: Customer, user_for: UserFor) -> None:
    seen = version(stale, FIELDS)
    Customer.objects.update(city="Rome")
    with pytest.raises(ChangedMeanwhile):
        confirm_customer(customer=stale, by=user_for("sales"), now=NOON, seen=seen)


def test_who_is_gone_is_not_confirmed(stale: Customer, user_for: UserFor) -> None:
    seen = version(stale, FIELDS)
    Customer.objects.all().delete()
    with pytest.raises(CustomerGone):
        confirm_customer(customer=stale, by=user_for("sales"), now=NOON, seen=seen)


def test_by_a_button_of_the_mending(stale: Customer, client_for: ClientFor) -> None:
    client, url = client_for("sales"), f"/customers/hygiene/mend/customer-fresh/{stale.pk}/"
    page = client.get(url)
    assert page.context["left"] == 1
    answer = client.post(url, {**as_shown(page, with_field="city"), "confirm": "1"}, follow=True)
    assert "confirmed." in answer.content.decode()
    assert answer.context["left"] == 0
    assert AuditEntry.objects.filter(what="customers.confirmed").count() == 1
