from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.domain import guessing
from accounts.domain.guessing import TooManyGuesses

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
HOME, OFFICE, CAFE = "192.0.2.1", "192.0.2.2", "192.0.2.3"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def fails(account: str = "ann@example.com", address: str = HOME, *, times: int = 1) -> int:
    """How many of so many wrong guesses were looked at."""
    looked_at = 0
    for _ in range(times):
        try:
            guessing.begin(what="password", account=account, address=address)
        except TooManyGuesses:
            continue
        looked_at += 1
    return looked_at


def test_five_failures_from_one_address_stop_an_account_there_and_ten_everywhere() -> None:
    assert [fails(address=place, times=20) for place in (HOME, OFFICE, CAFE)] == [5, 5, 0]


def test_one_address_cannot_lock_an_account_for_the_others() -> None:
    assert (fails(address=CAFE, times=100), fails(address=HOME)) == (5, 1)


def test_never_more_than_ten_in_any_fifteen_minutes(clock: time_machine.Traveller) -> None:
    start, looked_at = datetime(2026, 3, 1, 12, tzinfo=UTC), []
    for minute in range(60):
        clock.move_to(start + timedelta(minutes=minute), tick=False)
        for number in range(4):
            looked_at += [minute] * fails(address=f"198.51.100.{number}")
    assert max(sum(1 for one in looked_at if minute - 15 < one <= minute) for minute in range(60)) == 10
    assert len(looked_at) == 40


def test_after_fifteen_minutes_it_is_over(clock: time_machine.Traveller) -> None:
    fails(times=20)
    clock.shift(timedelta(minutes=15))
    assert fails() == 1


def test_failures_with_others_never_refuse_a_right_password() -> None:
    for number in range(300):
        fails(f"other{number}@example.com", times=3)
    assert fails("ann@example.com") == 1


def test_at_an_address_where_very_much_fails_each_account_has_fewer() -> None:
    for number in range(100):
        fails(f"other{number}@example.com")
    assert (fails("ann@example.com", times=9), fails("bo@example.com", OFFICE, times=9)) == (2, 5)


def test_what_was_right_does_not_count() -> None:
    for _ in range(50):
        guessing.was_none(guessing.begin(what="password", account="ann@example.com", address=HOME))
    assert fails(times=9) == 5


def test_a_guess_that_was_refused_counts_nowhere() -> None:
    fails(address=OFFICE, times=5)
    fails(address=CAFE, times=5)
    fails(address=HOME, times=50)  # refused: ten have failed
    guessing.forgive(what="password", account="ann@example.com", address=OFFICE)
    assert fails(address=HOME, times=9) == 5


def test_who_proved_to_be_the_owner_begins_anew() -> None:
    fails(times=5)
    fails(address=CAFE, times=5)
    guessing.forgive(what="password", account="Ann@Example.com", address=HOME)
    assert (fails(times=9), fails(address=CAFE, times=9)) == (5, 0)


def test_an_account_is_the_same_however_it_is_written() -> None:
    assert [fails(name, times=3) for name in ("ann@example.com", " ANN@example.com", "Ann@Example.com ")] == [3, 2, 0]


def test_neighbours_in_an_ipv6_network_are_one_party() -> None:
    assert [fails(address=f"2001:db8:1:2::{number}", times=3) for number in (1, 2, 3)] == [3, 2, 0]
    assert fails(address="2001:db8:1:3::1") == 1
    assert guessing.network_of("::ffff:192.0.2.1") == guessing.network_of("192.0.2.1")


def test_passwords_and_codes_are_counted_apart() -> None:
    fails("1", times=9)
    guessing.begin(what="second step", account="1", address=HOME)


def test_a_mailbox_is_not_flooded_nor_many_by_one_visitor() -> None:
    to_one = [guessing.may_ask_for_reset(account="ann@example.com", address=f"198.51.100.{n}") for n in range(7)]
    assert to_one == [True] * 5 + [False] * 2
    by_one = [guessing.may_ask_for_reset(account=f"p{n}@example.com", address=CAFE) for n in range(60)]
    assert sum(by_one) == 50


def test_a_code_is_good_once() -> None:
    uses = [guessing.is_first_use(code=code, account="1") for code in ("123456", "123 456", "654321")]
    assert (uses, guessing.is_first_use(code="123456", account="2")) == ([True, False, True], True)
