import pytest

from bench import writes
from customers.models import Customer, Interaction
from tests.factories.customers import CustomerFactory


@pytest.mark.django_db(transaction=True)
def test_contacts_and_customers_are_saved_through_their_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes, "WRITES", 2)
    CustomerFactory.create_batch(3)
    found = writes.measure()
    assert found["log_interaction"]["requests"] == found["create_customer"]["requests"] == 2
    assert found["create_customer"]["asked_back"] == 1
    assert (Interaction.objects.count(), Customer.objects.count()) == (3, 5)
    assert found["log_interaction"]["goal_p95_ms"] == 30
