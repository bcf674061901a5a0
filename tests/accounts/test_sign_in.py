import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.domain import staff
from accounts.models import User
from accounts.roles import Role
from crm.common.outbox.delivering import deliver_due

pytestmark = pytest.mark.django_db
PASSWORD = "ripe-pears-in-May"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def ann() -> User:
    return staff.create_user(email="ann@example.com", name="Ann", role=Role.SALES, password=PASSWORD)


def sign_in(client: Client, *, login: str = "ann@example.com", password: str = PASSWORD) -> int:
    return client.post("/accounts/login/", {"login": login, "password": password}).status_code


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_people_sign_in_by_address_in_any_case(ann: User) -> None:
    client = Client()
    assert (sign_in(client, login="ANN@example.com"), is_signed_in(client)) == (302, True)


def test_a_wrong_password_says_so_and_signs_nobody_in(ann: User) -> None:
    client = Client()
    assert (sign_in(client, password="wrong"), is_signed_in(client)) == (200, False)


def test_somebody_who_has_left_is_not_signed_in(ann: User) -> None:
    ann.is_active = False
    staff.change_user(user=ann)
    client = Client()
    sign_in(client)
    assert not is_signed_in(client)


def test_guessing_a_password_is_stopped(ann: User) -> None:
    for _ in range(5):
        sign_in(Client(), password="wrong")
    client = Client()
    answer = client.post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD})
    assert (answer.status_code, is_signed_in(client)) == (200, False)
    assert "Too many failed" in answer.content.decode()


def test_nobody_signs_up(ann: User) -> None:
    client = Client()
    assert b"Sign Up Closed" in client.get("/accounts/signup/").content
    client.post("/accounts/signup/", {"email": "eve@example.com", "password1": PASSWORD})
    assert not User.objects.filter(email="eve@example.com").exists()


def test_a_forgotten_password_is_set_by_mail(ann: User) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": "Ann@Example.com"})
    deliver_due()
    (message,) = mail.outbox
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(message.body))
    assert found is not None
    form_url = client.get(found[1]).headers["Location"]
    client.post(form_url, {"password1": "plums-in-autumn-7", "password2": "plums-in-autumn-7"})
    assert sign_in(Client(), password="plums-in-autumn-7") == 302
    deliver_due()
    assert [one.to for one in mail.outbox[1:]] == [["ann@example.com"]], "that the password was changed is told"
    assert "Password Reset" in mail.outbox[1].subject


def test_an_unknown_address_gets_no_mail_and_no_hint(ann: User) -> None:
    answer = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"})
    deliver_due()
    assert (answer.headers["Location"], mail.outbox) == ("/accounts/password/reset/done/", [])


def test_each_user_can_switch_the_second_step_on(ann: User) -> None:
    client = Client()
    sign_in(client)
    # What changes the sign-in asks for the password once more.
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})

    other = Client()
    assert (sign_in(other), is_signed_in(other)) == (302, False)
    cache.clear()  # a code is good once, also across the two steps of this test
    other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert is_signed_in(other)


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))
