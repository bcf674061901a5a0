import datetime as dt

import pytest

from customers.models import Customer, Queue, SourceRecord, Tier, TierPolicy
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db

FORM = {
    "kind": "organization", "name": "Müller GmbH", "tax_id": "", "email": "info@mueller.example", "phone": "",
    "address": "", "city": "Köln", "region": "", "country": "DE", "postcode": "", "industry": "", "language": "",
    "birth_date": "",
}  # fmt: skip


def test_a_customer_is_written_as_what_a_person_says(client_for: ClientFor) -> None:
    client = client_for("administrator")
    assert client.post("/admin/customers/customer/add/", FORM).status_code == 302
    customer = Customer.objects.get(name="Müller GmbH")
    record = SourceRecord.objects.get(customer=customer)
    assert (record.system.key, record.payload["email"]) == ("crm", "info@mueller.example")

    assert client.post(f"/admin/customers/customer/{customer.pk}/change/", FORM | {"city": "Bonn"}).status_code == 302
    assert Customer.objects.get(pk=customer.pk).city == "Bonn"


def test_customers_are_found_as_in_the_product(client_for: ClientFor) -> None:
    client = client_for("administrator")
    client.post("/admin/customers/customer/add/", FORM)
    assert "Müller GmbH" in client.get("/admin/customers/customer/", {"q": "müll"}).content.decode()
    assert "Müller GmbH" not in client.get("/admin/customers/customer/", {"q": "meier"}).content.decode()


def test_a_policy_whose_rules_cannot_be_read_is_refused_and_a_published_one_is_fixed(client_for: ClientFor) -> None:
    client = client_for("administrator")
    data = {"version": 90, "measure": "profit", "window_months": 12, "rules": '[{"tier": "nowhere"}]'}
    answer = client.post("/admin/customers/tierpolicy/add/", data)
    assert set(answer.context["adminform"].form.errors) == {"rules"}

    tier = Tier.objects.order_by("rank").first()
    assert tier is not None
    rules = f'[{{"tier": "{tier.key}", "min_value": "100", "min_on_time": null}}]'
    assert client.post("/admin/customers/tierpolicy/add/", data | {"rules": rules}).status_code == 302
    policy = TierPolicy.objects.get(version=90)
    client.post("/admin/customers/tierpolicy/", {"action": "publish", "_selected_action": [policy.pk]})
    policy.refresh_from_db()
    assert isinstance(policy.published_at, dt.datetime)
    assert client.post(f"/admin/customers/tierpolicy/{policy.pk}/change/", data).status_code == 403


def test_facts_are_read_only(client_for: ClientFor) -> None:
    client = client_for("administrator")
    assert client.get("/admin/customers/order/add/").status_code == 403
    assert client.get("/admin/customers/order/").status_code == 200


def test_a_queue_is_given_to_a_team(client_for: ClientFor) -> None:
    queue = Queue.objects.create(name="hotline")
    answer = client_for("administrator").post(f"/admin/customers/queue/{queue.pk}/change/", {"purpose": "support"})
    assert answer.status_code == 302
    assert Queue.objects.get(pk=queue.pk).purpose == "support"
