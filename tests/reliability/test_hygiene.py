"""The kept hygiene, killed with -9 at any point: the next run ends as if nothing had been."""

from collections.abc import Callable
from functools import partial

import pytest

from customers.identity.hygiene import following
from customers.models import CustomerHygiene, HygieneClock, HygieneCount, HygieneDay, HygieneMark
from customers.tasks import refresh_hygiene
from tests.factories.customers import CustomerFactory
from tests.reliability.conftest import Begin

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
CUSTOMERS = 60
CITY_MISSING = 61
WaitFor = Callable[[Callable[[], object]], None]


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "FIRST", 1)
    monkeypatch.setattr(following, "MOST", 1)


@pytest.mark.usefixtures("one_at_a_time")
@pytest.mark.parametrize("by_marks", [True, False])
def test_killed_while_it_follows(by_marks: bool, begin: Begin, wait_for: WaitFor) -> None:
    CustomerFactory.create_batch(CUSTOMERS)
    if not by_marks:
        HygieneMark.objects.all().delete()
    for so_far in (1, 15, 30):
        process = begin(refresh_hygiene)
        wait_for(partial(reached, so_far))
        process.kill()
        process.join()
        assert CustomerHygiene.objects.count() < CUSTOMERS
    refresh_hygiene()
    assert CustomerHygiene.objects.count() == CUSTOMERS
    assert set(HygieneCount.objects.filter(code=CITY_MISSING).values_list("customers", flat=True)) == {CUSTOMERS}
    assert not HygieneMark.objects.exists()
    assert HygieneClock.objects.get().up_to is None
    assert HygieneDay.objects.get().customers == CUSTOMERS


def reached(count: int) -> bool:
    return CustomerHygiene.objects.count() >= count
