from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from crm.common.lists.conditions import each, read, to_q
from crm.common.lists.options import Asking
from customers.identity import distinct
from customers.models import Customer, CustomerFigures, CustomerTag, Tag, Tier
from customers.page.filters import CUSTOMER_FIELDS
from tests.factories.accounts import SavedViewFactory, SavedViewRowFactory, TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)


@pytest.fixture
def me() -> User:
    return UserFactory.create(name="Ada", team=TeamFactory.create(name="North"))


@pytest.fixture(autouse=True)
def customers(me: User) -> dict[str, Customer]:
    gold, silver = (Tier.objects.get(key=key) for key in ("gold", "silver"))
    bob = UserFactory.create(name="Bob")
    rows: list[dict[str, Any]] = [
        {"name": "Acme Ltd.", "country": "DE", "city": "Köln", "tier": gold, "owner": me, "team": me.team},
        {"name": "Béla", "country": "HU", "kind": "person", "tier": silver, "owner": bob, "language": "hu"},
        {"name": "Cui", "country": "", "kind": "person", "last_contact_at": NOW - timedelta(days=91)},
        {"name": "上海贸易", "country": "CN", "industry": "Trade", "last_contact_at": NOW - timedelta(days=90)},
    ]
    made = {row["name"][:4].strip(): CustomerFactory.create(**row) for row in rows}
    for name, tags in {"Acme": ["A", "B"], "Cui": ["B"]}.items():
        for tag in tags:
            made_tag, _new = Tag.objects.get_or_create(name=tag)
            CustomerTag.objects.create(customer=made[name], tag=made_tag)
    CustomerFigures.objects.create(customer=made["Acme"], revenue=1000, profit=-5, overdue=60, as_of=NOW)
    CustomerFigures.objects.create(customer=made["Cui"], revenue=0, profit=0, overdue=0, as_of=NOW)
    return made


def asked(user: User, *conditions: tuple[str, str, Any], match: str = "all") -> str:
    """Initials of those who fit."""
    fields = {field.key: field for field in CUSTOMER_FIELDS}
    data = {match: [{"field": field, "op": op, "value": value} for field, op, value in conditions]}
    group = read(data, fields)
    assert [one.fault for one in each(group) if one.fault] == []
    found = Customer.objects.filter(to_q(group, Asking(user=user, user_id=user.pk, team_id=user.team_id)))
    return "".join(customer.name[0] for customer in found.order_by("pk"))


@pytest.mark.parametrize("field", ["city", "industry"])
def test_of_too_many_values_the_customers_are_asked_themselves(
    me: User, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers() -> list[str]:
        texts, ops = ("köl", "Trad", "x", "-", "%"), ("contains", "lacks", "is")
        return [asked(me, (field, op, text)) for text in texts for op in ops]

    found = answers()
    monkeypatch.setattr(distinct, "MOST", 0)
    assert answers() == found


def id_of(model: Any, name: str) -> list[str]:
    return [str(model.objects.get(name=name).pk)]


@pytest.mark.parametrize(
    ("field", "op", "value", "initials"),
    [
        ("name", "contains", "acme l", "A"),
        ("name", "contains", "BELA", "B"),
        ("name", "contains", "贸易", "上"),
        ("name", "lacks", "bela", "AC上"),
        ("name", "is", "acme ltd.", "A"),
        ("kind", "is", ["person"], "BC"),
        ("kind", "is_not", ["person"], "A上"),
        ("tier", "empty", "", "C上"),
        ("tier", "filled", "", "AB"),
        ("country", "is", ["DE", "HU"], "AB"),
        ("country", "is_not", ["DE"], "BC上"),
        ("country", "empty", "", "C"),
        ("country", "filled", "", "AB上"),
        ("city", "contains", "köl", "A"),
        ("city", "contains", "KOL", "A"),
        ("city", "contains", "koeln", ""),
        ("city", "contains", "-", ""),
        ("city", "is", "-", ""),
        ("city", "lacks", "öl", "BC上"),
        ("city", "is", "köln", "A"),
        ("city", "is", "koln", "A"),
        ("city", "is", "köl", ""),
        ("city", "filled", "", "A"),
        ("city", "empty", "", "BC上"),
        ("industry", "lacks", "rad", "ABC"),
        ("industry", "contains", "RAD", "上"),
        ("industry", "contains", "_rad", ""),
        ("industry", "is", "trade", "上"),
        ("industry", "is", "rad", ""),
        ("industry", "empty", "", "ABC"),
        ("industry", "filled", "", "上"),
        ("language", "is", ["hu"], "B"),
        ("owner", "is", ["me"], "A"),
        ("owner", "is_not", ["me"], "BC上"),
        ("owner", "empty", "", "C上"),
        ("owner", "filled", "", "AB"),
        ("team", "is", ["mine"], "A"),
        ("overdue", "some", "", "A"),
        ("overdue", "none", "", "BC上"),
        ("overdue", "at_least", "60", "A"),
        ("overdue", "at_least", "60.01", ""),
        ("overdue", "at_least", "0", "ABC上"),
        ("overdue", "at_most", "59.99", "BC上"),
        ("revenue", "at_most", "1000", "ABC上"),
        ("profit", "at_most", "-1", "A"),
        ("contact", "older", "90", "C"),
        ("contact", "within", "90", "上"),
        ("contact", "from", "2026-08-17", "上"),
        ("contact", "before", "2026-08-17", "C"),
        ("contact", "empty", "", "AB"),
        ("contact", "filled", "", "C上"),
        ("created", "within", "1", "ABC上"),
    ],
)
def test_customers_are_narrowed_to_what_is_asked_for(me: User, field: str, op: str, value: Any, initials: str) -> None:
    assert asked(me, (field, op, value)) == initials


def test_rows_are_chosen_by_id(me: User) -> None:
    assert asked(me, ("tier", "is", id_of(Tier, "Gold"))) == "A"
    assert asked(me, ("tier", "is_not", id_of(Tier, "Gold"))) == "BC上"
    assert asked(me, ("owner", "is", ["me", *id_of(User, "Bob")])) == "AB"
    assert asked(me, ("tag", "any", id_of(Tag, "B"))) == "AC"
    assert asked(me, ("tag", "none", id_of(Tag, "A"))) == "BC上"
    assert asked(me, ("tag", "any", ["999999"])) == ""


def test_who_has_no_team_has_no_customers_of_their_team() -> None:
    assert asked(UserFactory.create(), ("team", "is", ["mine"])) == ""


def test_picked_rows_are_of_views_one_may_see(me: User, customers: dict[str, Customer]) -> None:
    own, other = SavedViewFactory.create(owner=me), SavedViewFactory.create()
    elsewhere = SavedViewFactory.create(owner=me, of_list="other.list")
    for view, name in ((own, "Acme"), (other, "Béla"), (elsewhere, "Cui")):
        SavedViewRowFactory.create(view=view, row_id=customers[name].pk)
    every = [str(view.pk) for view in (own, other, elsewhere)]
    assert asked(me, ("in_view", "is", every)) == "A"
    assert asked(me, ("in_view", "is_not", every)) == "BC上"


def test_any_of_them_is_enough_where_that_is_asked(me: User) -> None:
    either = (("kind", "is", ["person"]), ("country", "is", ["CN"]))
    assert (asked(me, *either), asked(me, *either, match="any")) == ("", "BC上")
