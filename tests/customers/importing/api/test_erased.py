"""Source systems that send an erased person are told so, and what they sent is not kept."""

import pytest

from customers.models import Customer, ImportReject, Order
from tests.conftest import UserFor
from tests.customers.identity.privacy.world import erased, found_in_database
from tests.customers.importing.api.asking import Asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
PERSON = {"kind": "person", "name": "Zebulon Quixworth", "email": "zeb.quix@planted.example"}
REFUSED = [{"field": "external_id", "message": "erased on request"}]


def test_of_a_batch_the_erased_alone_is_refused(user_for: UserFor) -> None:
    shop = Asking()
    shop.batch("customers", {"external_id": "zq-4711-id", **PERSON})
    erased(Customer.objects.get(), user_for("administrator"))
    status, found = shop.batch(
        "customers",
        {"external_id": "zq-4711-id", **PERSON},
        {"external_id": "n1", **PERSON},
        {"external_id": "n2", "name": "Ada"},
    )
    assert status == 200
    assert [(one["result"], one.get("errors")) for one in found["results"]] == [
        ("rejected", REFUSED), ("rejected", REFUSED), ("created", None),
    ]  # fmt: skip
    assert set(ImportReject.objects.values_list("reason", flat=True)) == {"erased on request"}
    assert found_in_database() == []


def test_a_faulty_item_of_theirs_is_not_kept(user_for: UserFor) -> None:
    shop = Asking()
    shop.batch("customers", {"external_id": "zq-4711-id", **PERSON})
    erased(Customer.objects.get(), user_for("administrator"))
    bad = {"birth_date": "Quixworth"}
    sent = (
        {"external_id": "zq-4711-id", **bad},
        {"external_id": "n1", **PERSON, **bad},
        {"external_id": "n2", "name": "\ud800", **bad},
    )
    _status, found = shop.batch("customers", *sent)
    assert {one["result"] for one in found["results"]} == {"rejected"}
    order = {"external_id": "o1", "lines": [{"customer_external_id": "zq-4711-id", "placed_at": "never"}]}
    shop.batch("orders", order)
    rows = ImportReject.objects.order_by("pk").values_list("reason", "row__external_id")
    assert [row for _reason, row in rows] == [None, None, "n2", None]
    assert [text for text in found_in_database() if "n2" not in text and "Quixworth” is" not in text] == []


def test_an_order_that_names_them_is_refused_and_does_not_wait(user_for: UserFor) -> None:
    shop = Asking()
    shop.batch("customers", {"external_id": "zq-4711-id", **PERSON})
    erased(Customer.objects.get(), user_for("administrator"))
    order = {"customer_external_id": "zq-4711-id", "placed_at": "2026-11-02", "quantity": 2, "unit_price": 2.5}
    status, found = shop.put("orders", "o1", **order)
    assert (status, found["result"], found["errors"][0]["field"]) == (422, "rejected", "customer_external_id")
    assert not Order.objects.exists()
    assert found_in_database() == []
