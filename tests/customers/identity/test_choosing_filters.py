import pytest
from django.contrib.auth.models import AnonymousUser

from crm.common.lists.options import Asking
from customers.identity.choosing_filters import Customers
from tests.conftest import UserFor
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def test_a_customer_is_chosen_by_name(user_for: UserFor) -> None:
    beta, acme = (CustomerFactory.create(name=name) for name in ("Beta", "Acme"))
    asking, options = Asking(user=user_for("sales")), Customers()
    assert options.offered("", asking) == [(str(acme.pk), "Acme"), (str(beta.pk), "Beta")]
    assert options.offered("ACM", asking) == [(str(acme.pk), "Acme")]
    assert options.offered("x", asking) == []
    assert options.named([str(beta.pk), "0", "me"], asking) == {str(beta.pk): "Beta"}


def test_nobody_is_told_to_whom_may_see_none() -> None:
    customer, asking = CustomerFactory.create(), Asking(user=AnonymousUser())
    assert (Customers().offered("", asking), Customers().named([str(customer.pk)], asking)) == ([], {})
