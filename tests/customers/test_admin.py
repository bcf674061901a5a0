import json
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factory.django import DjangoModelFactory

from customers.identity.editing import create_customer
from customers.identity.survivorship import settle
from customers.identity.tasks import settle_trust
from customers.models import Customer, Queue, SourceSystem, Tier, TierPolicy
from tests.conftest import ClientFor
from tests.factories import hygiene, notes, privacy, to_do  # noqa: F401 - makers by model
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import QueueFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.trade import ExchangeRateFactory, OrderLineFactory, ProductGroupFactory
from tests.forms import as_shown

pytestmark = pytest.mark.django_db
NUMBERS = count(1)
OURS = [model for label in ("customers", "service") for model in apps.get_app_config(label).get_models()]


def next_tier() -> Tier:
    rank = Tier.objects.count() + 1
    return Tier.objects.create(key=f"t{rank}", name=f"T{rank}", rank=rank)


MAKERS: dict[str, Callable[[], Any]] = {
    "tier": next_tier,
    "tierpolicy": lambda: TierPolicy.objects.create(version=TierPolicy.objects.count() + 1, rules=[]),
    "tierassignment": lambda: TierAssignmentFactory.create(
        tier=Tier.objects.get(key="gold"), valid=(date(2026, 1, 1), None)
    ),
    "exchangerate": lambda: ExchangeRateFactory.create(currency=f"X{next(NUMBERS):02d}"[:3]),
    "contactpoint": lambda: ContactPointFactory.create(
        contact=ContactFactory.create(), source_record=SourceRecordFactory.create()
    ),
    "surveyanswer": SurveyAnswerFactory.create,
    "interaction": lambda: InteractionFactory.create(agent=UserFactory.create(), team=TeamFactory.create()),
}

# Those of the rooms that are imported above.
BY_MODEL = {one._meta.model: one for one in DjangoModelFactory.__subclasses__()}


def make(model: type[Model]) -> Any:
    tracked = getattr(model, "pgh_tracked_model", None)
    if tracked:  # coming and going leaves events
        return make(tracked).delete()
    maker = MAKERS.get(model.__name__.lower()) or BY_MODEL[model].create
    return maker()


@pytest.mark.slow  # every list, and every form
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_model_has_a_list_whose_queries_do_not_grow_and_its_rows_open(
    client_for: ClientFor, model: type[Model]
) -> None:
    assert admin.site.is_registered(model)
    client, taken = client_for("administrator"), []
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    client.get(url)
    for rows in (1, 2):
        for _number in range(rows):
            make(model)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 12
    pk = model._default_manager.latest("pk").pk
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    assert client.get(url).status_code == 200


def test_facts_and_history_are_read_only(client_for: ClientFor) -> None:
    client = client_for("administrator")
    for name in ("order", "invoice", "interaction", "call", "sourcerecord", "tierassignment", "customerevent"):
        assert client.get(f"/admin/customers/{name}/add/").status_code == 403


def test_finds_customers_as_the_list_does(client_for: ClientFor) -> None:
    CustomerFactory.create(name="张三丰贸易")
    CustomerFactory.create(name="Other")
    page = client_for("administrator").get("/admin/customers/customer/?q=三丰").content.decode()
    assert "张三丰贸易" in page
    assert ">Other<" not in page


def test_a_customer_is_written_through_the_domain(client_for: ClientFor) -> None:
    client = client_for("administrator")
    client.post("/admin/customers/customer/add/", {"kind": "person", "name": "Zoë"})
    customer = Customer.objects.get(name="Zoë")
    assert customer.source_records.get().system.key == "crm:typed"
    url = f"/admin/customers/customer/{customer.pk}/change/"
    form = client.get(url).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    client.post(url, {**data, "city": "Rome"})
    customer.refresh_from_db()
    assert (customer.city, customer.source_records.get().payload) == (
        "Rome", {"kind": "person", "name": "Zoë", "city": "Rome"},
    )  # fmt: skip
    stale = client.post(url, {**data, "city": "Milan"})
    assert "Someone else has changed this meanwhile" in stale.content.decode()


def test_customers_are_not_deleted_here(client_for: ClientFor) -> None:
    customer = create_customer(fields={"name": "Acme"})
    assert client_for("administrator").post(f"/admin/customers/customer/{customer.pk}/delete/").status_code == 403


def test_a_changed_rank_of_trust_changes_who_wins(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    for key, rank in (("shop", 10), ("finance", 20)):
        system = SourceSystemFactory.create(key=key, rank=rank)
        SourceRecordFactory.create(system=system, customer=customer, payload={"name": key})
    settle(customer_ids=[customer.pk])
    finance = SourceSystem.objects.get(key="finance")
    url, client = f"/admin/customers/sourcesystem/{finance.pk}/change/", client_for("administrator")
    client.post(url, {**as_shown(client.get(url), with_field="rank"), "rank": "5"})
    settle_trust()
    customer.refresh_from_db()
    assert customer.name == "finance"


def test_a_queue_is_given_to_a_team(client_for: ClientFor) -> None:
    queue, team = QueueFactory.create(name="sales"), TeamFactory.create()
    url = f"/admin/customers/queue/{queue.pk}/change/"
    client = client_for("administrator")
    client.post(url, {**as_shown(client.get(url), with_field="purpose"), "team": team.pk, "purpose": "order"})
    assert Queue.objects.values_list("name", "team", "purpose").get() == ("sales", team.pk, "order")


def test_a_draft_is_checked_and_published_once(client_for: ClientFor) -> None:
    client = client_for("administrator")
    draft = {"version": "2", "measure": "revenue", "window_months": "6", "rules": json.dumps([{"tier": "tin"}])}
    page = client.post("/admin/customers/tierpolicy/add/", draft).content.decode()
    assert "unknown tier “tin”" in page
    client.post("/admin/customers/tierpolicy/add/", {**draft, "rules": json.dumps([{"tier": "gold"}])})
    policy = TierPolicy.objects.get(version=2)
    client.post("/admin/customers/tierpolicy/", {"action": "publish", "_selected_action": [policy.pk]})
    policy.refresh_from_db()
    assert policy.published_by is not None
    assert client.post(f"/admin/customers/tierpolicy/{policy.pk}/change/", draft).status_code == 403


def test_a_product_is_put_into_a_group(client_for: ClientFor) -> None:
    group, line = ProductGroupFactory.create(), OrderLineFactory.create()
    url = f"/admin/customers/product/{line.product.pk}/change/"
    client = client_for("administrator")
    for chosen, expected in ((group.pk, group), ("", None)):
        client.post(url, {**as_shown(client.get(url), with_field="seen"), "group": chosen})
        line.refresh_from_db()
        line.product.refresh_from_db()
        assert (line.product.group, line.product_group) == (expected, expected)
