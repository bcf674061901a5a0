"""An administrator says which value of several is shown, after a look at what that changes."""

import pytest

from crm.common.audit.models import AuditEntry
from crm.common.versions import ChangedMeanwhile, version
from customers.identity.ordering import FIELDS
from customers.identity.survivorship import settle
from customers.identity.survivorship_rules import COMPARED, NoSuchRule, find_rule, set_rule
from customers.identity.tasks import settle_trust
from customers.models import Customer, SourceSystem, SurvivorshipRule, TrustChange
from tests.conftest import NOON, ClientFor
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db
URL = "/customers/survivorship/"


def said(*cities: str) -> Customer:
    """By s0, s1 …, the first trusted most."""
    customer = CustomerFactory.create()
    for number, city in enumerate(cities):
        system = SourceSystemFactory.create(key=f"s{number}", rank=number)
        SourceRecordFactory.create(system=system, customer=customer, payload={"name": "Ada", "city": city})
    settle(customer_ids=[customer.pk])
    return customer


def test_a_rule_is_kept_with_who_set_it_and_a_job_waits() -> None:
    ann, system = UserFactory.create(), SourceSystemFactory.create()
    row = set_rule(field="city", rule="ranked", systems=[system.pk], by=ann, now=NOON)
    assert (row.rule, row.systems, row.changed_by, TrustChange.objects.count()) == ("ranked", [system.pk], ann, 1)
    again = set_rule(field="city", rule="newest", systems=[system.pk], by=ann, now=NOON)
    assert (again.pk, again.systems) == (row.pk, [])
    entry = AuditEntry.objects.filter(what="customers.survivorship").latest("pk")
    assert (entry.user_id, entry.details) == (ann.pk, {"field": "city", "rule": "newest", "systems": []})


def test_what_changes_nothing_wakes_nobody() -> None:
    set_rule(field="city", rule="ranked", by=None, now=NOON)
    assert not TrustChange.objects.exists()


@pytest.mark.parametrize(
    ("field", "rule"), [("notes", "newest"), ("city", "oldest"), ("kind", "longest"), ("birth_date", "longest")]
)
def test_what_a_field_cannot_go_by_is_refused(field: str, rule: str) -> None:
    with pytest.raises(NoSuchRule):
        set_rule(field=field, rule=rule, by=None, now=NOON)


def test_an_order_names_sources_each_once() -> None:
    system, typed = SourceSystemFactory.create(), SourceSystemFactory.create(key="crm:typed")
    for systems in ([4711], [system.pk, system.pk], [typed.pk]):
        with pytest.raises(NoSuchRule):
            set_rule(field="city", rule="ranked", systems=systems, by=None, now=NOON)


def test_who_saw_another_rule_is_told() -> None:
    seen = version(set_rule(field="city", rule="newest", by=None, now=NOON), COMPARED)
    set_rule(field="city", rule="longest", by=None, now=NOON, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        set_rule(field="city", rule="newest", by=None, now=NOON, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        set_rule(field="name", rule="newest", by=None, now=NOON, seen=seen)


def test_every_field_stands_on_the_page(client_for: ClientFor) -> None:
    page = client_for("administrator").get(URL).content.decode()
    assert all(f"{URL}{field}/" in page for field in FIELDS)
    assert client_for("administrator").get(f"{URL}notes/").status_code == 404


def test_previewed_and_saved(client_for: ClientFor) -> None:
    customer, client = said("Rome", "Milano"), client_for("administrator")
    page = client.post(f"{URL}city/", {"rule": "longest", "preview": "1"}, follow=True)
    assert "1 value would change" in page.content.decode()
    assert (SurvivorshipRule.objects.count(), TrustChange.objects.count()) == (0, 0)
    client.post(f"{URL}city/", {"rule": "longest"})
    assert "Customers take their fields anew" in client.get(URL).content.decode()
    settle_trust()
    assert Customer.objects.get(pk=customer.pk).city == "Milano"
    assert client.get(f"{URL}progress/").headers["HX-Refresh"] == "true"


def test_an_order_of_its_own(client_for: ClientFor) -> None:
    customer, client = said("Rome", "Milan", "Pisa"), client_for("administrator")
    first, second = (SourceSystem.objects.get(key=key).pk for key in ("s2", "s1"))
    sent = {"rule": "ranked", "place_0": first, "place_1": "", "place_2": second}
    page = client.post(f"{URL}city/", sent | {"preview": "1"}, follow=True)
    assert "1 value would change" in page.content.decode()
    client.post(f"{URL}city/", sent)
    rule = find_rule("city")
    assert rule is not None
    assert rule.systems == [first, second]
    settle_trust()
    assert Customer.objects.get(pk=customer.pk).city == "Pisa"
    assert "S2, S1" in client.get(URL).content.decode()
    assert client.post(f"{URL}city/", {"rule": "newest"}).status_code == 422
