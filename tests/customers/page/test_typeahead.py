import pytest

from customers.models import Customer, Tier
from customers.page.typeahead import SHOWN, Offered, offered
from tests.conftest import NOON, UserFor
from tests.factories.customers import ContactPointFactory, CustomerFactory
from tests.factories.notes import VisitFactory

pytestmark = pytest.mark.django_db


def test_the_best_eight_are_offered(user_for: UserFor) -> None:
    user = user_for("sales")
    made = [CustomerFactory.create(name=f"Mark {number:02d}") for number in range(SHOWN + 2)]
    best = CustomerFactory.create(name="Markt", tier=Tier.objects.get(key="platinum"))
    found = offered(user=user, text=" mark ")
    assert found == Offered(text="mark", customers=[best, *made[: SHOWN - 1]])


def test_a_text_too_short_or_that_nobody_fits_offers_nobody(user_for: UserFor) -> None:
    user = user_for("sales")
    CustomerFactory.create(name="Mark")
    hint = "Type at least 2 letters, 2 Chinese characters or 4 digits."
    assert offered(user=user, text="m") == Offered(text="m", hint=hint)
    assert offered(user=user, text="zqx") == Offered(text="zqx")


def test_where_nobody_fits_those_are_offered_whom_a_typo_hides(user_for: UserFor) -> None:
    meant = CustomerFactory.create(name="Nordwind AG")
    assert offered(user=user_for("sales"), text="nordwimd") == Offered(
        text="nordwimd", customers=[meant], is_guessed=True
    )


def test_before_anything_is_typed_those_viewed_last_are_offered(user_for: UserFor) -> None:
    user, other = user_for("sales"), user_for("service")
    seen: list[Customer] = [VisitFactory.create(user=user, at=NOON).customer]
    VisitFactory.create(user=other, at=NOON)
    assert offered(user=user, text=" ") == Offered(text="", customers=seen, is_recent=True)


def test_who_may_see_no_customers_is_offered_none(user_for: UserFor) -> None:
    user = user_for("sales")
    ContactPointFactory.create(customer__name="Mark")
    user.groups.clear()
    user = type(user).objects.get(pk=user.pk)
    assert offered(user=user, text="mark") == Offered(text="mark")
