"""How often a token may come, with Redis and without."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crm.common.cache import Rest
from crm.common.limits.rates import Rate
from customers.importing.api import counting
from tests.conftest import NOON
from tests.customers.importing.api.asking import Asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture(autouse=True)
def nobody_came(settings: Any) -> None:
    settings.CRM_LIMITS = {"api": Rate.parse("12/1m")}  # two in ten seconds
    counting.Seen.windows.clear()


def test_who_comes_too_often_is_told_when_to_come_again() -> None:
    shop = Asking()
    assert [shop.get("customers")[0] for _ in range(3)] == [200, 200, 429]
    answer = shop.answer("customers")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    with time_machine.travel(NOON + timedelta(seconds=11), tick=False):
        assert shop.get("customers")[0] == 200


def test_other_processes_count_as_well() -> None:
    shop = Asking()
    shop.get("customers")
    shop.get("customers")
    counting.Seen.windows.clear()  # as in another process
    assert shop.get("customers")[0] == 429


def test_without_redis_each_process_keeps_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rest, "until", float("inf"))
    shop = Asking()
    assert [shop.get("customers")[0] for _ in range(3)] == [200, 200, 429]
