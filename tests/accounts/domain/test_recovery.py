import re

import pytest
from django.test import Client

from accounts.domain import recovery, staff
from accounts.models import User
from accounts.roles import Role
from crm.common.outbox.writers import Letter

pytestmark = pytest.mark.django_db
DATA = {"link": "https://crm.example/reset/UID-KEY/"}


@pytest.fixture
def ann() -> User:
    return staff.create_user(email="ann@example.com", name="Ann", role=Role.SALES)


def letter_to(email: str) -> Letter:
    letter = recovery.write_reset_letter(email, DATA)
    assert letter is not None
    return letter


def test_the_letter_says_who_what_and_how_long(ann: User) -> None:
    letter = letter_to("ann@example.com")
    assert letter.subject == "Set a new password"
    assert "Hello Ann," in letter.body
    assert re.search(r"^https://crm\.example/reset/\w+-\w+-\w+/$", letter.body, flags=re.MULTILINE)
    assert "for 3 days" in letter.body


def test_the_letter_is_in_the_language_of_its_reader(ann: User) -> None:
    staff.set_language(user=ann, language="zh-hans")
    assert letter_to("ann@example.com").subject == "设置新密码"


def test_a_link_works_once(ann: User) -> None:
    found = re.search(r"/reset/(\S+)/", letter_to("ann@example.com").body)
    assert found is not None
    place = f"/accounts/password/reset/key/{found[1]}/"
    client = Client()
    form = client.get(place).headers["Location"]
    client.post(form, {"password1": "plums-in-autumn-7", "password2": "plums-in-autumn-7"})
    ann.refresh_from_db()
    assert ann.check_password("plums-in-autumn-7")
    assert b"invalid" in Client().get(place).content


def test_nobody_is_written_to_who_does_not_work_here(ann: User) -> None:
    ann.is_active = False
    staff.change_user(user=ann)
    assert [recovery.write_reset_letter(to, DATA) for to in ("ann@example.com", "eve@example.com")] == [None, None]
