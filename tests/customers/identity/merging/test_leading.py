import pytest
from django.test import Client

from crm.common.versions import version
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.survivorship import FIELDS
from customers.models import Customer, Merge
from tests.conftest import NOON, ClientFor
from tests.customers.identity.merging.world import rich, settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def merge() -> Merge:
    return merge_customers(survivor=rich("Ada"), absorbed=rich("Bob"), by=None, now=NOON)


def address(merge: Merge, page: str = "", *, root: bool = False) -> str:
    return f"/customers/{merge.root_id if root else merge.absorbed_id}/{page}"


@pytest.mark.parametrize("page", ["", "orders/", "sources/?a=1", "history/", "edit/", "notes/", "people/"])
def test_each_page_leads_to_the_survivors(client_for: ClientFor, merge: Merge, page: str) -> None:
    client = client_for("manager")
    found = client.get(address(merge, page))
    assert (found.status_code, found["Location"]) == (302, address(merge, page, root=True))
    assert client.get(found["Location"]).status_code == 200


def test_a_chain_leads_to_its_end(client_for: ClientFor, merge: Merge) -> None:
    end = settled("Eve")
    merge_customers(survivor=end, absorbed=Customer.objects.get(pk=merge.root_id), by=None, now=NOON)
    assert client_for("sales").get(address(merge))["Location"] == end.get_absolute_url()


def test_a_parameter_leads_there_too(client_for: ClientFor, merge: Merge) -> None:
    found = client_for("sales").get(f"/tasks/new/?customer={merge.absorbed_id}")
    assert found["Location"] == f"/tasks/new/?customer={merge.root_id}"


def test_nobody_is_led_who_may_not_see_customers(client_for: ClientFor, merge: Merge) -> None:
    assert Client().get(address(merge))["Location"].startswith("/accounts/login/")
    assert client_for("sales").get("/customers/999999999/").status_code == 404


def test_undone_the_page_is_there(client_for: ClientFor, merge: Merge) -> None:
    undo_merge(merge=merge, by=None, now=NOON)
    assert client_for("sales").get(address(merge)).status_code == 200


def test_what_was_typed_into_an_open_form_stands_beside_what_the_survivor_says(client_for: ClientFor) -> None:
    ada, bob = settled("Ada"), settled("Bob")
    typed = {"name": "Bob", "kind": "organization", "city": "Rome", "seen": version(bob, FIELDS)}
    merge_customers(survivor=ada, absorbed=bob, by=None, now=NOON)
    found = client_for("sales").post(f"/customers/{bob.pk}/edit/", typed, follow=True)
    assert found.redirect_chain == [(f"/customers/{ada.pk}/edit/", 307)]
    assert "Rome" in found.content.decode()
    ada.refresh_from_db()
    assert (ada.name, ada.city) == ("Ada", "")
