"""A number changes hands while a file of contacts with that number is on its way in."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from crm.common import locks
from customers.identity.editing import create_customer
from customers.models import Customer, Interaction, PointMark
from customers.tasks import follow_points
from tests.customers.importing.files import load, write_csv
from tests.threads import begin, end

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "+49 30 901820"


def beside(work: Callable[[], object]) -> None:
    end(begin(work))


def type_in(**fields: str) -> None:
    beside(lambda: create_customer(fields=fields))


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    rows = [["i1", PHONE, "phone", "2024-01-01 09:00"]]
    return write_csv(tmp_path / "i.csv", "external_id,contact_value,channel,occurred_at", rows)


def test_what_was_matched_before_the_number_came_is_matched_again(contacts: Path) -> None:
    with transaction.atomic():
        load("interactions", contacts)
        type_in(name="Ada", phone=PHONE)
        beside(follow_points)
        assert Interaction.objects.get().customer is None
        assert PointMark.objects.get().waits_for
    follow_points()
    ada = Customer.objects.get()
    contact = Interaction.objects.get()
    assert contact.customer == ada
    assert ada.last_contact_at == contact.occurred_at
    assert not PointMark.objects.exists()


def test_who_begins_while_the_marks_are_about_to_be_read_is_waited_for(
    contacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, go_on, holders = Event(), Event(), locks.holders

    def pausing(*args: Any) -> list[str]:
        """Whoever follows the numbers stops where it has first listed who is at it: nobody."""
        found = holders(*args)
        listed.set()
        assert go_on.wait(20)
        return found

    with transaction.atomic(), monkeypatch.context() as patched:
        patched.setattr(locks, "holders", pausing)
        following = begin(follow_points)
        assert listed.wait(20)
        load("interactions", contacts)
        type_in(name="Ada", phone=PHONE)
        go_on.set()
        end(following)
        assert Interaction.objects.get().customer is None
        assert PointMark.objects.get().waits_for
    follow_points()
    assert Interaction.objects.get().customer == Customer.objects.get()
    assert not PointMark.objects.exists()


def test_a_second_owner_takes_it_from_the_first(contacts: Path) -> None:
    type_in(name="Ada", phone=PHONE)
    with transaction.atomic():
        load("interactions", contacts)
        assert Interaction.objects.get().customer.name == "Ada"
        type_in(name="Bob", phone=PHONE)
    follow_points()
    assert Interaction.objects.get().customer is None
    assert Customer.objects.get(name="Ada").last_contact_at is None


def test_marks_go_when_nobody_was_writing() -> None:
    type_in(name="Ada", phone=PHONE, email="ada@x.org", address="1 High St")
    assert sorted(PointMark.objects.values_list("kind", "normalised")) == [
        ("email", "ada@x.org"),
        ("phone", "4930901820"),
    ]
    follow_points()
    assert not PointMark.objects.exists()


def test_another_who_is_at_it_is_left_to_it_and_not_waited_for() -> None:
    type_in(name="Ada", phone=PHONE)
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[locks.POINT_MARKS], wait_s=0)
        beside(follow_points)
        assert PointMark.objects.exists()
    follow_points()
    assert not PointMark.objects.exists()
