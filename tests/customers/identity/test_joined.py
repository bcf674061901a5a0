"""The tab of sources tells how records came to be one, and takes them apart again."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.naming import get_named
from customers.identity.merging.undoing import undo_merge
from customers.models import Customer, Merge, Order
from tests.conftest import NOON, ClientFor, UserFor
from tests.customers.identity.merging.test_door import ada, bring, bring_facts
from tests.customers.identity.merging.world import settled
from tests.factories.customers import CustomerFactory, MergeFactory
from tests.factories.importing import linked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def told(client: Client, customer: Customer) -> list[tuple[str, str]]:
    """Record, how it came."""
    rows = client.get(f"/customers/{customer.pk}/sources/").context["joined"].rows
    return [(row.record.external_id, row.how) for row in rows]


def test_each_record_says_how_it_came(tmp_path: Path, client_for: ClientFor, user_for: UserFor) -> None:
    bring(tmp_path, ada("1", tax_id="DE811193231", phone="030 123456"))
    bring(tmp_path, ada("2", tax_id="DE 811 193 231"), ada("9", name="Bob", email="bob@x.example"), source="crm")
    first, bob = get_named("shop/1"), get_named("crm/9")
    bring(tmp_path, ada("10", name="Bob", email="Bob@x.example"), source="desk")
    user = user_for("sales")
    client = client_for("sales")
    merge = merge_customers(survivor=first, absorbed=bob, by=user, now=NOON)
    assert told(client, first) == [
        ("2", "same tax ID"), ("9", f"merged by {merge.by}: Bob"), ("10", "same name and e-mail"), ("1", "the first"),
    ]  # fmt: skip
    page = client.get(f"/customers/{first.pk}/sources/").content.decode()
    assert (page.count("Split off"), page.count("Undo")) == (4, 2)  # words and spoken words
    assert "Where it is the wrong one, split the others off" in page
    undo_merge(merge=merge, by=merge.by, now=NOON)
    page = client.get(f"/customers/{first.pk}/sources/").content.decode()
    assert ("Taken apart" in page, f"/customers/{bob.pk}/" in page) == (True, True)
    assert "Taken apart" in client.get(f"/customers/{bob.pk}/sources/").content.decode()


def test_who_may_not_merge_is_offered_nothing(client_for: ClientFor) -> None:
    link, client = linked(), client_for("sales", email="reader@demo.example")
    User.objects.get(email="reader@demo.example").groups.clear()
    assert client.get(f"/customers/{link.root_id}/sources/{link.pk}/").status_code == 403


def test_split_off_by_two_clicks(tmp_path: Path, client_for: ClientFor) -> None:
    bring(tmp_path, ada("1"))
    bring(tmp_path, ada("2"), source="crm")
    bring_facts(tmp_path, "2", source="crm")
    customer, link = get_named("shop/1"), Merge.objects.get()
    client = client_for("sales", email="eva@demo.example")
    url = f"/customers/{customer.pk}/sources/{link.pk}/"
    asked = client.get(url)
    assert asked.context["goes"] == [("Contact", 1), ("Interaction", 1), ("Order", 1), ("Source records", 2)]
    assert Merge.objects.get().undone_at is None
    page = client.post(url, follow=True)
    assert page.redirect_chain == [(f"/customers/{customer.pk}/sources/", 302)]
    assert f"Ada is a customer of its own again, with the number {link.absorbed_id}." in page.content.decode()
    link.refresh_from_db()
    assert link.undone_by == User.objects.get(email="eva@demo.example")
    assert Order.objects.get().customer_id == link.absorbed_id
    history = client.get(f"/customers/{customer.pk}/history/").content.decode()
    assert (f"Record split off: Ada ({link.absorbed_id})" in history, "Record linked: Ada" in history) == (True, True)
    page = client.get(f"/customers/{customer.pk}/sources/").content.decode()
    assert f"/customers/{customer.pk}/merge/?with={link.absorbed_id}" in page
    other = client.get(f"/customers/{link.absorbed_id}/sources/").content.decode()
    assert f"/customers/{link.absorbed_id}/merge/?with={customer.pk}" in other
    again = client.post(url, follow=True)
    assert "This merge was undone before." in again.content.decode()


def test_a_merge_of_somebody_else_is_not_undone_here(client_for: ClientFor) -> None:
    link, other = linked(), CustomerFactory.create()
    client_for("sales").post(f"/customers/{other.pk}/sources/{link.pk}/")
    assert Merge.objects.get(pk=link.pk).undone_at is None


def test_why_the_first_stays_is_said_only_where_others_are_linked(client_for: ClientFor) -> None:
    customer = settled("Ada")
    assert (
        "The first record stays" not in client_for("sales").get(f"/customers/{customer.pk}/sources/").content.decode()
    )


def test_a_tax_id_that_links_nothing_is_pointed_out(tmp_path: Path, client_for: ClientFor) -> None:
    bring(tmp_path, ada("1", tax_id="91350100M000100Y44"), ada("2", tax_id="n.a."))
    customer = get_named("shop/1")
    page = client_for("sales").get(f"/customers/{customer.pk}/sources/").content.decode()
    assert "its check character is wrong: links nothing" in page
    assert "stands for none: links nothing" in page
    assert "91350100M000100Y44" in page


def test_what_was_taken_apart_names_the_reason(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    MergeFactory.create(survivor_id=customer.pk, how="link", key="phone:1|a", record_id=1, undone_at=NOON)
    MergeFactory.create(survivor_id=customer.pk, how="link", key="mail:1|a", undone_at=NOON)
    MergeFactory.create(survivor_id=customer.pk, how="rule", undone_at=NOON)
    page = client_for("sales").get(f"/customers/{customer.pk}/sources/").content.decode()
    for words in ("too many share the key", "Same name and phone", "Merged by a rule", "a command", "typed in all"):
        assert words in page
