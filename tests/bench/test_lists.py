import pytest

from bench import lists, narrowing
from bench.asking import Asked, asking, manager
from customers.page.tables import CUSTOMER_LIST
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def test_every_view_field_and_operation_is_asked_for() -> None:
    CustomerFactory.create(name="Neuland GmbH", city="Bremen", industry="trading", language="de", country="DE")
    user = manager()
    found = list(narrowing.narrowings(user))
    views = [one.name for one in found if one.name.startswith("view ")]
    asked = {tuple(one.name.split()[:2]) for one in found} - {tuple(name.split()) for name in views}
    assert views == [f"view {view.key}" for view in CUSTOMER_LIST.views]
    declared = {(field.key, op) for field in CUSTOMER_LIST.fields for op in field.ops}
    nothing_to_choose = {
        (key, op) for key in ("tag", "in_view", "tier") for op in CUSTOMER_LIST.fields_for(user)[key].ops
    }
    assert declared - nothing_to_choose <= asked <= declared


def test_every_order_is_asked_for_in_both_directions() -> None:
    found = lists.sorts()
    assert {f"-{sort}" for sort in found if not sort.startswith("-")} == {one for one in found if one.startswith("-")}
    assert CUSTOMER_LIST.sort in found


def test_pages_begin_at_the_middle_and_end_before_the_very_last_customer() -> None:
    for number in range(6):
        CustomerFactory.create(name=f"Firm {number}")
    user = manager()
    with asking() as client:

        def shown(sort: str, depth: str) -> list[str]:
            cursor = lists.cursors(user, sort)[depth]
            page = client.get(f"/customers/?where={{}}&sort={sort}&cursor={cursor}").context["listing"]
            return [customer.name for customer in page.rows]

        assert shown("name", "deep") == ["Firm 3", "Firm 4", "Firm 5"]
        assert shown("name", "last") == [f"Firm {number}" for number in range(5)]
        assert shown("-name", "last") == [f"Firm {number}" for number in (5, 4, 3, 2, 1)]
        # Nobody has been in touch with them: those without a value come last, the way round of the order.
        assert shown("last_contact_at", "last") == [f"Firm {number}" for number in range(5)]


def test_the_worst_are_named_with_their_figures() -> None:
    quick, slow = (
        lists.Case(narrowed=name, depth="first", sort="name", path=f"/customers/?q={name}") for name in ("a", "b")
    )
    asked = {
        quick: Asked(wall_ms=10, python_ms=8, backend_ms=1),
        slow: Asked(wall_ms=60, python_ms=9, backend_ms=48),
    }
    found = lists.summed(asked, {quick: 6}, {slow: 7})
    assert found["worst"] == {
        "b | name | first": {"wall_ms": 60, "python_cpu_ms": 9, "backend_cpu_ms": 48, "queries": 7}
    }
    assert (found["requests"], found["queries"], found["above_goal"], found["within_goal"]) == (2, 7, 1, False)
    assert found["by_depth"]["first"]["p95_ms"] == 60
