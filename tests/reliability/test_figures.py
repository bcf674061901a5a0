"""Figures that lists sort by, killed with -9 at any point: the next run ends as if nothing had been."""

from collections.abc import Callable
from functools import partial

import pytest

from customers.models import CustomerFigures, FigureMark, FiguresClock, OrderLine
from customers.tasks import refresh_figures
from customers.trade import figures
from tests.factories.customers import CustomerFactory
from tests.factories.trade import OrderFactory
from tests.reliability.conftest import Begin

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
CUSTOMERS = 60
WaitFor = Callable[[Callable[[], object]], None]


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "FIRST", 1)
    monkeypatch.setattr(figures, "MOST", 1)


@pytest.mark.usefixtures("one_at_a_time")
@pytest.mark.parametrize("by_marks", [True, False])
def test_killed_while_they_follow(by_marks: bool, begin: Begin, wait_for: WaitFor) -> None:
    for customer in CustomerFactory.create_batch(CUSTOMERS):
        OrderFactory.create(customer=customer, lines=[("1", "10", "4")])
    if not by_marks:
        FigureMark.objects.all().delete()
    for so_far in (1, 15, 30):
        process = begin(refresh_figures)
        wait_for(partial(reached, so_far))
        process.kill()
        process.join()
        assert CustomerFigures.objects.count() < CUSTOMERS
    refresh_figures()
    assert CustomerFigures.objects.filter(revenue=10, profit=6).count() == CUSTOMERS == OrderLine.objects.count()
    assert not FigureMark.objects.exists()
    assert FiguresClock.objects.get().up_to is None


def reached(count: int) -> bool:
    return CustomerFigures.objects.count() >= count
