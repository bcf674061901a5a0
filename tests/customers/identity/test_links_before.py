"""The migration that gives links of before their merges and brings keys to the rule of today."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection

from customers.identity.editing import create_customer
from customers.identity.joined import what_goes
from customers.identity.linking import link_key
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.naming import get_named
from customers.identity.merging.undoing import undo_merge
from customers.models import Customer, Merge, MergedRow, SharedKey
from tests.conftest import NOON
from tests.customers.identity.merging.test_door import ada, bring, bring_facts
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory

pytestmark = pytest.mark.django_db
MIGRATION = import_module("customers.migrations.0053_links_leave_merges")


def migrate() -> None:
    editor = SimpleNamespace(connection=connection)
    MIGRATION.renew_keys(None, editor)
    MIGRATION.leave_links(None, editor)


def forget_links() -> None:
    """As it was before there were any."""
    links = Merge.objects.filter(how="link")
    MergedRow.objects.filter(merge__in=links).delete()
    links.delete()


def test_who_is_linked_stays_so_with_a_merge_for_each_but_the_first(tmp_path: Path) -> None:
    bring(tmp_path, ada("1"))
    bring(tmp_path, ada("2"), ada("3"), ada("4", name="Bob"), source="crm")
    forget_links()
    before = list(Customer.objects.order_by("pk").values_list("pk", "link_key"))
    migrate()
    assert list(Customer.objects.order_by("pk").values_list("pk", "link_key")) == before
    first = get_named("shop/1")
    linked = first.source_records.filter(system__key="crm").order_by("pk")
    said = Merge.objects.order_by("record_id").values_list("root_id", "survivor_id", "how", "key", "record_id")
    assert list(said) == [
        (first.pk, first.pk, "link", "mail:ada@x.example|ada", record.pk) for record in linked
    ]  # fmt: skip
    assert list(linked.values_list("first_seen_at", flat=True)) == list(
        Merge.objects.order_by("record_id").values_list("at", flat=True)
    )
    migrate()  # killed after its last step, it does nothing twice
    assert (Merge.objects.count(), MergedRow.objects.count()) == (2, 2)
    undo_merge(merge=Merge.objects.first(), by=None, now=NOON)
    assert Customer.objects.count() == 3


def test_what_came_under_it_before_is_found_by_its_source(tmp_path: Path) -> None:
    bring(tmp_path, ada("1"))
    bring(tmp_path, ada("2"), source="crm")
    bring_facts(tmp_path, "1")
    bring_facts(tmp_path, "2", source="crm")
    forget_links()
    migrate()
    link = Merge.objects.get()
    assert what_goes(link) == [("Contact", 1), ("Order", 1), ("Source records", 2)]
    undo_merge(merge=link, by=None, now=NOON)
    one, other = get_named("shop/1"), get_named("crm/2")
    assert (one.orders.get().number, other.orders.get().number) == ("o1", "o2")
    assert [customer.contacts.get().name for customer in (one, other)] == ["Eva of 1", "Eva of 2"]
    assert not MergedRow.objects.exists()


def test_of_two_records_of_one_source_it_is_not_known(tmp_path: Path) -> None:
    bring(tmp_path, ada("1"))
    bring(tmp_path, ada("2"))
    for name in "12":
        bring_facts(tmp_path, name)
    forget_links()
    migrate()
    assert what_goes(Merge.objects.get()) == [("Source record", 1)]
    undo_merge(merge=Merge.objects.get(), by=None, now=NOON)
    assert (get_named("shop/1").orders.count(), get_named("shop/2").orders.count()) == (2, 0)


def test_what_was_typed_of_somebody_is_no_link(tmp_path: Path) -> None:
    typed = create_customer(fields={"name": "Ada", "email": "ada@x.example"})
    bring(tmp_path, ada("1"))
    forget_links()
    migrate()
    assert Merge.objects.get().record_id == typed.source_records.get(external_id="1").pk


def test_links_of_who_was_absorbed_are_theirs(tmp_path: Path) -> None:
    bring(tmp_path, ada("1"), ada("2"), ada("9", name="Bob"))
    merge = merge_customers(survivor=get_named("shop/9"), absorbed=get_named("shop/1"), by=None, now=NOON)
    links = Merge.objects.filter(how="link")
    MergedRow.objects.filter(merge__in=links).update(merge=merge)
    links.delete()
    migrate()
    link = Merge.objects.get(how="link")
    assert (link.survivor_id, link.root_id, link.key) == (
        merge.absorbed_id,
        merge.survivor_id,
        "mail:ada@x.example|ada",
    )
    undo_merge(merge=merge, by=None, now=NOON)
    assert get_named("shop/1") == get_named("shop/2") != get_named("shop/9")


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("mail:ada@x.example|ada", {"kind": "person", "email": "ada@x.example"}),
        ("mail:a.d.a+x@googlemail.com|ada", {"email": "ada@gmail.com"}),
        ("mail:a@x.example|ada sp z oo", {"email": "a@x.example", "name": "Ada Sp. z o.o."}),
        ("mail:a@x.example|ада ооо", {"email": "a@x.example", "name": "ООО «Ада»"}),
        ("phone:4930123456|上海华信公司", {"phone": "030 123456", "name": "上海华信公司"}),
        ("tax:DE811193231", {"kind": "person", "tax_id": "DE 811193231"}),
    ],
)
def test_keys_are_as_a_file_would_bring_them_today(old: str, said: dict[str, str]) -> None:
    customer = CustomerFactory.create(kind=said.get("kind", "organization"))
    SourceRecordFactory.create(customer=customer)
    Customer.objects.filter(pk=customer.pk).update(link_key=old)
    migrate()
    customer.refresh_from_db()
    assert customer.link_key == link_key(**{"name": "Ada", "record": "x/1", **said})


def test_who_would_be_one_by_the_rule_of_today_stays_two() -> None:
    keys = ["mail:ada@gmail.com|ada", "mail:a.da@gmail.com|ada", "tax:123456789", "rec:shop/1"]
    for key in keys:
        Customer.objects.filter(pk=CustomerFactory.create(kind="organization").pk).update(link_key=key)
    migrate()
    assert list(Customer.objects.order_by("pk").values_list("link_key", flat=True)) == keys


def test_a_key_that_too_many_share_already_links_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(tmp_path, *(ada(str(at)) for at in range(50)))
    forget_links()
    migrate()
    assert not SharedKey.objects.exists()
    bring(tmp_path, ada("x"), source="crm")
    assert SharedKey.objects.get().is_apart is False
    SharedKey.objects.all().delete()
    forget_links()
    Customer.objects.filter(link_key="rec:crm/x").delete()
    SourceRecordFactory.create(customer=Customer.objects.get(), payload={"name": "Ada"})
    migrate()
    assert (SharedKey.objects.get().is_apart, Customer.objects.count()) == (True, 1)
