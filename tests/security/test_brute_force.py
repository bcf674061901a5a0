"""Guessing passwords and codes through the pages, and the ways around being counted."""

import re
import secrets

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as product
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.domain import staff
from accounts.models import User
from accounts.roles import Role
from crm.common.cache import Rest
from crm.common.outbox.delivering import deliver_due
from tests.crm.test_settings import manage

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
PASSWORD = "ripe-pears-in-May"
SECRET = "JBSWY3DPEHPK3PXP"
STOPPED = "Too many failed login attempts"


def a_user(name: str) -> User:
    return staff.create_user(email=f"{name}@example.com", name=name.title(), role=Role.SALES, password=PASSWORD)


@pytest.fixture
def ann() -> User:
    return a_user("ann")


def sign_in(login: str, password: str, *, address: str = "192.0.2.1", **headers: str) -> tuple[bool, str]:
    """Whether that signs in, and the page otherwise."""
    client = Client(REMOTE_ADDR=address, headers=headers)
    answer = client.post("/accounts/login/", {"login": f"{login}@example.com", "password": password})
    return answer.status_code == 302, answer.content.decode()


def looked_at(login: str, *, times: int, address: str = "192.0.2.1", **headers: str) -> int:
    """How many of so many wrong passwords were compared with the right one."""
    pages = [sign_in(login, "wrong", address=address, **headers)[1] for _ in range(times)]
    return sum(STOPPED not in page for page in pages)


def test_at_most_ten_guesses_an_account_from_anywhere(ann: User) -> None:
    assert [looked_at("ann", times=14, address=f"192.0.2.{n}") for n in range(4)] == [5, 5, 0, 0]
    signed_in, page = sign_in("ann", PASSWORD, address="192.0.2.9")
    assert (signed_in, STOPPED in page) == (False, True)


def test_it_holds_while_redis_is_down(ann: User) -> None:
    Rest.begin()
    try:
        assert looked_at("ann", times=12) == 5
    finally:
        Rest.end()


def test_the_right_password_is_taken_however_much_failed_beside_it(ann: User) -> None:
    for number in range(60):
        looked_at(f"nobody{number}", times=2)
    a_user("bo")
    looked_at("bo", times=14)
    assert sign_in("ann", PASSWORD)[0]


def test_known_and_unknown_accounts_are_answered_alike(ann: User) -> None:
    said = {name: [sign_in(name, "wrong")[1] for _ in range(8)] for name in ("ann", "eve")}
    plain = {
        name: [re.sub(rf'{name}@|value="\w{{64}}"|"X-CSRFToken": "\w+"', "", page) for page in pages]
        for name, pages in said.items()
    }
    assert plain["ann"] == plain["eve"]
    assert [STOPPED in page for page in said["eve"]] == [False] * 5 + [True] * 3


def test_a_successful_sign_in_in_between_buys_no_more_guesses(ann: User) -> None:
    guesses = 0
    for _ in range(10):
        guesses += looked_at("ann", times=1)
        sign_in("ann", PASSWORD)
    assert guesses == 5


def test_the_owner_gets_back_in_by_mail(ann: User) -> None:
    looked_at("ann", times=9)
    looked_at("ann", times=9, address="192.0.2.7")
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.post("/accounts/password/reset/", {"email": "ann@example.com"})
    deliver_due()
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found is not None
    form = client.get(found[1]).headers["Location"]
    client.post(form, {"password1": "plums-in-autumn-7", "password2": "plums-in-autumn-7"})
    assert sign_in("ann", "plums-in-autumn-7")[0]


def test_a_session_left_open_is_no_place_to_guess(ann: User) -> None:
    client = Client()
    client.force_login(ann)
    change = {"oldpassword": "wrong", "password1": "plums-in-autumn-7", "password2": "plums-in-autumn-7"}
    pages = [client.post("/accounts/password/change/", change).content.decode() for _ in range(7)]
    assert [STOPPED in page for page in pages] == [False] * 5 + [True] * 2
    again = client.post("/accounts/reauthenticate/", {"password": PASSWORD}).content.decode()
    assert STOPPED in again


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


def at_second_step(address: str = "192.0.2.1") -> Client:
    client = Client(REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD})
    return client


def enter(client: Client, code: str) -> tuple[bool, str]:
    answer = client.post("/accounts/2fa/authenticate/", {"code": code})
    return "_auth_user_id" in client.session, answer.content.decode()


@pytest.fixture
def second_step(ann: User) -> None:
    TOTP.activate(ann, SECRET)


@pytest.mark.usefixtures("second_step")
def test_codes_are_not_guessed_either(time_machine: object) -> None:
    time_machine.move_to("2026-03-01T12:00:10Z", tick=False)  # type: ignore[attr-defined]
    wrong = f"{(int(code_now()) + 1) % 10**6:06}"
    pages = [enter(at_second_step(f"192.0.2.{n % 3}"), wrong)[1] for n in range(14)]
    assert sum(STOPPED not in page for page in pages) == 10
    assert enter(at_second_step("192.0.2.9"), code_now())[0] is False


@pytest.mark.usefixtures("second_step")
def test_a_code_is_good_once_also_while_redis_is_down(time_machine: object) -> None:
    time_machine.move_to("2026-03-01T12:00:10Z", tick=False)  # type: ignore[attr-defined]
    cache.clear()
    Rest.begin()
    try:
        assert [enter(at_second_step(), code_now())[0] for _ in range(2)] == [True, False]
    finally:
        Rest.end()


def test_a_mailbox_is_not_flooded_and_the_answer_tells_nothing(ann: User) -> None:
    answers = {
        name: [Client().post("/accounts/password/reset/", {"email": f"{name}@example.com"}) for _ in range(6)]
        for name in ("ann", "eve")
    }
    statuses = {name: [answer.status_code for answer in found] for name, found in answers.items()}
    assert statuses == dict.fromkeys(("ann", "eve"), [302] * 5 + [200])
    assert "too many requests" in answers["eve"][5].content.decode()
    deliver_due()
    assert len(mail.outbox) == 5


def test_behind_a_proxy_clients_do_not_share_its_address(ann: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    a_user("bo")
    proxy = "10.0.0.1"
    assert looked_at("ann", times=9, address=proxy, **{"X-Forwarded-For": "203.0.113.5"}) == 5
    assert sign_in("ann", PASSWORD, address=proxy, **{"X-Forwarded-For": "203.0.113.6"})[0]


def test_no_client_gets_away_by_forging_the_proxys_header(ann: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forged = [
        looked_at("ann", times=1, address="10.0.0.1", **{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.5"})
        for n in range(9)
    ]
    assert sum(forged) == 5


def test_without_a_proxy_the_header_is_not_believed(ann: User) -> None:
    assert not hasattr(product, "ALLAUTH_TRUSTED_PROXY_COUNT")
    forged = [looked_at("ann", times=1, **{"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(9)]
    assert sum(forged) == 5


@pytest.mark.parametrize(("proxies", "count"), [({}, "1"), ({"TRUSTED_PROXIES": "2"}, "2")])
def test_saying_that_a_proxy_stands_in_front_is_enough(proxies: dict[str, str], count: str) -> None:
    production = {"CRM_ENV": "production", "SECRET_KEY": secrets.token_urlsafe(64), "BEHIND_PROXY": "1"}
    found = manage("diffsettings", "--default", "django.conf.global_settings", **production, **proxies)
    assert f"ALLAUTH_TRUSTED_PROXY_COUNT = {count}  ###" in found.stdout, found.stderr
