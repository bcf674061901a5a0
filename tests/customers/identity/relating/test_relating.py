from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from customers.identity.holding import CustomerGone
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.relating import relating
from customers.identity.relating.checking import find_groups, mend_groups
from customers.identity.relating.relating import (
    GroupTooLarge,
    IsBelow,
    NotOfThatKind,
    RelatedAlready,
    RelatedToItself,
    SaidOtherwise,
    part,
    relate,
    take_back,
)
from customers.models import Customer, GroupMember, Relation
from tests.conftest import NOON
from tests.customers.identity.merging.world import settled
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
PARENT, HOUSEHOLD, BUYER = Relation.Kind.PARENT, Relation.Kind.HOUSEHOLD, Relation.Kind.BUYER


CALLED: dict[int | None, str] = {None: ""}
"""What each was called when they came; who becomes one may be called otherwise."""


def firm(name: str, **fields: str) -> Customer:
    made = settled(name, **fields)
    CALLED[made.pk] = name
    return made


def person(name: str) -> Customer:
    return firm(name, kind="person")


def say(customer: Customer, to: Customer, kind: Relation.Kind = PARENT) -> Relation:
    return relate(customer=customer, to=to, kind=kind, by=None, now=NOON).relation


def groups(kind: Relation.Kind = PARENT) -> dict[str, tuple[str, str]]:
    """By name: the top, and the parent."""
    rows = GroupMember.objects.filter(kind=kind)
    return {CALLED[one.customer_id]: (CALLED[one.root_id], CALLED[one.parent_id]) for one in rows}


def _members() -> set[int]:
    return set(GroupMember.objects.values_list("customer_id", flat=True))


def wrong() -> list[int]:
    with connection.cursor() as cursor:
        return find_groups(cursor, 0, 2**62)


def test_a_subsidiary_and_the_subsidiary_of_that() -> None:
    top, middle, low = firm("Top"), firm("Middle"), firm("Low")
    say(low, middle)
    say(middle, top)
    assert groups() == {"Top": ("Top", ""), "Middle": ("Top", "Top"), "Low": ("Top", "Middle")}
    assert wrong() == []


def test_another_parent_takes_the_place_of_the_one_before() -> None:
    top, other, low = firm("Top"), firm("Other"), firm("Low")
    say(low, top)
    done = relate(customer=low, to=other, kind=PARENT, by=None, now=NOON)
    assert done.before_id == top.pk
    assert groups() == {"Other": ("Other", ""), "Low": ("Other", "Other")}


@pytest.mark.django_db(transaction=True)
def test_taken_back_it_is_as_before() -> None:
    top, other, low, user = firm("Top"), firm("Other"), firm("Low"), UserFactory.create()
    say(low, top)
    before = groups()
    done = relate(customer=low, to=other, kind=PARENT, by=user, now=NOON)
    with pytest.raises(SaidOtherwise):
        take_back(relation_id=done.relation.pk, customer=top, was_said=True, by=user)  # is of others
    take_back(relation_id=done.relation.pk, customer=low, was_said=True, by=user)
    assert groups() == before
    with pytest.raises(SaidOtherwise):
        take_back(relation_id=done.relation.pk, customer=low, was_said=True, by=user)
    assert groups() == before


@pytest.mark.django_db(transaction=True)
def test_taken_back_what_was_said_of_the_absorbed_is_theirs_again() -> None:
    top, other, low, twin, user = firm("Top"), firm("Other"), firm("Low"), firm("Twin"), UserFactory.create()
    say(twin, top)
    before = groups()
    merge = merge_customers(survivor=low, absorbed=twin, by=None, now=NOON)
    done = relate(customer=low, to=other, kind=PARENT, by=None, now=NOON)
    take_back(relation_id=done.relation.pk, customer=low, was_said=True, by=user)
    parted = part(customer=low, kind=PARENT, by=None, now=NOON)
    assert parted is not None
    take_back(relation_id=parted.relation_id, customer=low, was_said=False, by=user)
    assert groups() == {"Top": ("Top", ""), "Low": ("Top", "Top")}
    undo_merge(merge=merge, by=None, now=NOON)
    assert groups() == before


@pytest.mark.django_db(transaction=True)
def test_who_left_a_household_comes_back_as_it_was() -> None:
    ada, bob, eva, user = person("Ada"), person("Bob"), person("Eva"), UserFactory.create()
    said = {(one.customer_id, one.to_id) for one in (say(ada, bob, HOUSEHOLD), say(bob, eva, HOUSEHOLD))}
    parted = part(customer=bob, kind=HOUSEHOLD, by=None, now=NOON)
    assert parted is not None
    assert parted.other_id == ada.pk
    take_back(relation_id=parted.relation_id, customer=bob, was_said=False, by=user)
    assert set(Relation.objects.values_list("customer_id", "to_id")) == said
    assert groups(HOUSEHOLD) == {"Ada": ("Ada", ""), "Bob": ("Ada", ""), "Eva": ("Ada", "")}


def test_a_subsidiary_taken_out_keeps_its_own() -> None:
    top, middle, low = firm("Top"), firm("Middle"), firm("Low")
    say(low, middle)
    say(middle, top)
    parted = part(customer=middle, kind=PARENT, by=None, now=NOON)
    assert parted is not None
    assert parted.other_id == top.pk
    assert groups() == {"Middle": ("Middle", ""), "Low": ("Middle", "Middle")}
    assert part(customer=middle, kind=PARENT, by=None, now=NOON) is None


def test_who_leaves_a_household_leaves_the_others_together() -> None:
    ada, bob, eva, uli = (person(name) for name in ("Ada", "Bob", "Eva", "Uli"))
    say(ada, bob, HOUSEHOLD)
    say(bob, eva, HOUSEHOLD)
    say(uli, bob, HOUSEHOLD)
    part(customer=bob, kind=HOUSEHOLD, by=None, now=NOON)
    assert groups(HOUSEHOLD) == {"Ada": ("Ada", ""), "Eva": ("Ada", ""), "Uli": ("Ada", "")}
    part(customer=ada, kind=HOUSEHOLD, by=None, now=NOON)
    part(customer=eva, kind=HOUSEHOLD, by=None, now=NOON)
    assert groups(HOUSEHOLD) == {}
    assert not Relation.objects.exists()


def test_one_buys_for_herself_and_her_firm() -> None:
    say(person("Ada"), firm("Acme"), BUYER)
    assert groups(BUYER) == {"Ada": ("Ada", ""), "Acme": ("Ada", "")}


def test_what_cannot_be_said() -> None:
    top, low, ada, bob = firm("Top"), firm("Low"), person("Ada"), person("Bob")
    say(low, top)
    say(ada, bob, HOUSEHOLD)
    with pytest.raises(RelatedToItself):
        say(top, top)
    with pytest.raises(IsBelow, match="“Low” belongs to “Top” itself"):
        say(top, low)
    with pytest.raises(RelatedAlready, match="“Top” is its parent company already"):
        say(low, top)
    with pytest.raises(RelatedAlready):
        say(bob, ada, HOUSEHOLD)
    with pytest.raises(NotOfThatKind, match="Only people"):
        say(ada, top, HOUSEHOLD)
    with pytest.raises(NotOfThatKind, match="Only organizations"):
        say(ada, top)
    with pytest.raises(CustomerGone):
        say(CustomerFactory.build(pk=2**40), top)
    assert Relation.objects.count() == 2


def test_a_group_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relating, "MOST", 2)
    top = firm("Top")
    say(firm("Low"), top)
    with pytest.raises(GroupTooLarge, match="at most 2"):
        say(firm("Lower"), top)
    assert len(groups()) == 2
    other = firm("Other")
    say(firm("Another"), other)
    monkeypatch.setattr(relating, "MOST", 3)
    low = Customer.objects.get(pk=next(pk for pk, name in CALLED.items() if name == "Low" and pk in _members()))
    say(low, other)  # what is left behind counts for nothing
    assert groups()["Low"] == ("Other", "Other")


def test_a_survivor_belongs_where_either_did_and_undone_both_do_again() -> None:
    top, low, twin, below = firm("Top"), firm("Low"), firm("Twin"), firm("Below")
    say(twin, top)
    say(below, twin)
    before = groups()
    merge = merge_customers(survivor=low, absorbed=twin, by=None, now=NOON)
    assert groups() == {"Top": ("Top", ""), "Low": ("Top", "Top"), "Below": ("Top", "Low")}
    assert wrong() == []
    undo_merge(merge=merge, by=None, now=NOON)
    assert groups() == before
    assert wrong() == []


def test_parent_and_subsidiary_that_become_one() -> None:
    top, low, lower = firm("Top"), firm("Low"), firm("Lower")
    say(low, top)
    say(lower, low)
    before = groups()
    merge = merge_customers(survivor=lower, absorbed=top, by=None, now=NOON)
    assert groups() == {"Lower": ("Lower", ""), "Low": ("Lower", "Lower")}
    undo_merge(merge=merge, by=None, now=NOON)
    assert groups() == before


def test_what_was_said_of_one_who_was_absorbed_goes_with_the_survivor() -> None:
    top, low, twin = firm("Top"), firm("Low"), firm("Twin")
    say(twin, top)
    merge_customers(survivor=low, absorbed=twin, by=None, now=NOON)
    part(customer=low, kind=PARENT, by=None, now=NOON)
    assert groups() == {}
    ada, bob, eva = person("Ada"), person("Bob"), person("Eva")
    say(ada, bob, HOUSEHOLD)
    merge_customers(survivor=eva, absorbed=bob, by=None, now=NOON)
    part(customer=eva, kind=HOUSEHOLD, by=None, now=NOON)
    assert groups(HOUSEHOLD) == {}


def test_who_became_another_meanwhile_is_that_one() -> None:
    top, low, twin = firm("Top"), firm("Low"), firm("Twin")
    merge_customers(survivor=low, absorbed=twin, by=None, now=NOON)
    say(twin, top)
    assert groups() == {"Top": ("Top", ""), "Low": ("Top", "Top")}


def test_the_nightly_check_finds_groups_that_are_not_what_was_said_and_mends_them() -> None:
    top, low = firm("Top"), firm("Low")
    say(low, top)
    GroupMember.objects.filter(customer_id=low.pk).update(root_id=low.pk)
    GroupMember.objects.create(kind=HOUSEHOLD, customer_id=top.pk, root_id=top.pk)
    assert wrong() == sorted([top.pk, low.pk])
    with connection.cursor() as cursor:
        assert find_groups(cursor, low.pk, low.pk + 1) == [low.pk]
        assert mend_groups(cursor, wrong()) == 2
        assert mend_groups(cursor, [top.pk, low.pk]) == 0
    assert groups() == {"Top": ("Top", ""), "Low": ("Top", "Top")}
    assert groups(HOUSEHOLD) == {}


@pytest.mark.django_db(transaction=True)
def test_many_at_once_end_in_one_group_without_a_circle() -> None:
    firms = [firm(f"Firm {n}") for n in range(6)]

    def say_and_close(pair: tuple[Customer, Customer]) -> None:
        try:
            say(*pair)
        except (IsBelow, RelatedAlready):
            pass
        finally:
            connections.close_all()

    ring = [(one, firms[(n + 1) % len(firms)]) for n, one in enumerate(firms)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(say_and_close, ring))
    assert Relation.objects.count() == len(firms) - 1  # whoever came last would have closed the ring
    assert len(groups()) == len(firms)
    assert wrong() == []
