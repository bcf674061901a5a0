"""What people say of a pair, and take back."""

import pytest
from django.db import connection

from accounts.models import User
from crm.common.versions import version
from customers.identity.editing import change_customer
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.releasing import put_back, release
from customers.identity.reviewing import deciding
from customers.identity.reviewing.apart import Apart, said_of
from customers.identity.reviewing.queue import Narrowing, last_decision, open_count, precision, proposed_with, to_decide
from customers.identity.survivorship import FIELDS
from customers.interactions.last_contact import refresh_last_contact
from customers.models import Customer, Match, Merge, SourceRecord
from tests.conftest import NOON, UserFor
from tests.customers.identity.merging.world import differing, everything, rich
from tests.database import another_connection
from tests.factories.customers import CustomerFactory, MatchFactory, MatchRunFactory
from tests.factories.importing import linked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("service")


def pair(left: Customer, right: Customer, **more: object) -> Match:
    return MatchFactory.create(left=left, right=right, **more)


def test_merged_the_survivor_shows_what_was_chosen_and_undone_it_is_as_it_was(by: User) -> None:
    ada, bob = rich("Ada"), rich("Bob")
    with connection.cursor() as cursor:
        refresh_last_contact(cursor, [ada.pk, bob.pk])
    before = everything()
    match = pair(ada, bob)
    merge = deciding.merge_match(pk=match.pk, survivor_id=ada.pk, values={"name": "Bob", "city": ""}, by=by, now=NOON)
    ada.refresh_from_db()
    match.refresh_from_db()
    assert (ada.name, match.state, match.decided_by, match.merge_id) == ("Bob", "merged", by, merge.pk)
    assert not Customer.objects.filter(pk=bob.pk).exists()
    deciding.take_back(pk=match.pk, by=by, now=NOON)
    match.refresh_from_db()
    assert (match.state, match.decided_by, match.decided_at, match.merge_id) == ("proposed", None, None, None)
    left = differing(before, everything())
    assert set(left) == {"common_auditentry", "customers_match", "customers_sourcesystem"}


def test_a_choice_goes_with_its_merge_however_that_is_undone(by: User) -> None:
    ada, bob = rich("Ada"), rich("Bob")
    change_customer(customer=ada, fields={"city": "Bonn"}, seen=version(ada, FIELDS))
    match = pair(ada, bob)
    merge = deciding.merge_match(pk=match.pk, survivor_id=ada.pk, values={"city": "Rome"}, by=by, now=NOON)
    ada.refresh_from_db()
    assert ada.city == "Rome"
    undo_merge(merge=Merge.objects.get(pk=merge.pk), by=None, now=NOON)
    ada.refresh_from_db()
    assert ada.city == "Bonn"


def test_what_somebody_typed_since_stays(by: User) -> None:
    ada, bob = rich("Ada"), rich("Bob")
    match = pair(ada, bob)
    merge = deciding.merge_match(pk=match.pk, survivor_id=ada.pk, values={"city": "Rome"}, by=by, now=NOON)
    ada.refresh_from_db()
    change_customer(customer=ada, fields={"city": "Oslo"}, seen=version(ada, FIELDS))
    undo_merge(merge=Merge.objects.get(pk=merge.pk), by=None, now=NOON)
    ada.refresh_from_db()
    assert ada.city == "Oslo"
    assert SourceRecord.objects.filter(system__key="crm:typed", customer=ada).count() == 1


def typed(customer: Customer, city: str) -> Customer:
    return change_customer(customer=customer, fields={"city": city}, seen=version(customer, FIELDS))


def test_a_choice_undone_what_was_released_before_can_be_put_back(by: User) -> None:
    ada, bob = rich("Ada"), rich("Bob")
    ada = typed(ada, "Bonn")
    ada = release(customer=ada, field="city", seen=version(ada, FIELDS), by=by, now=NOON)
    match = pair(ada, bob)
    merge = deciding.merge_match(pk=match.pk, survivor_id=ada.pk, values={"city": "Rome"}, by=by, now=NOON)
    undo_merge(merge=Merge.objects.get(pk=merge.pk), by=None, now=NOON)
    assert put_back(customer=ada, field="city", by=by).city == "Bonn"


def test_a_choice_released_is_undone_with_its_merge_and_what_stood_before_it_can_be_put_back(by: User) -> None:
    ada, bob = rich("Ada"), rich("Bob")
    ada = typed(ada, "Bonn")
    match = pair(ada, bob)
    merge = deciding.merge_match(pk=match.pk, survivor_id=ada.pk, values={"city": "Rome"}, by=by, now=NOON)
    ada.refresh_from_db()
    assert release(customer=ada, field="city", seen=version(ada, FIELDS), by=by, now=NOON).city == ""
    undo_merge(merge=Merge.objects.get(pk=merge.pk), by=None, now=NOON)
    ada.refresh_from_db()
    assert ada.city == ""
    assert put_back(customer=ada, field="city", by=by).city == "Bonn"


def test_who_is_faster_decides(by: User) -> None:
    match = pair(CustomerFactory.create(), CustomerFactory.create())
    deciding.say_different(pk=match.pk, by=by, now=NOON)
    with pytest.raises(deciding.AlreadyDecided, match="not the same"):
        deciding.merge_match(pk=match.pk, survivor_id=match.left_id, values={}, by=by, now=NOON)
    with pytest.raises(deciding.AlreadyDecided):
        deciding.put_off(pk=match.pk, by=by, now=NOON)
    Match.objects.all().delete()
    for decide in (deciding.say_different, deciding.put_off, deciding.take_back):
        with pytest.raises(deciding.Withdrawn):
            decide(pk=match.pk, by=by, now=NOON)


def test_the_survivor_is_one_of_the_two(by: User) -> None:
    match, third = pair(CustomerFactory.create(), CustomerFactory.create()), CustomerFactory.create()
    with pytest.raises(deciding.NotOfThePair):
        deciding.merge_match(pk=match.pk, survivor_id=third.pk, values={}, by=by, now=NOON)


def test_what_was_proposed_of_the_absorbed_is_proposed_of_the_survivor(by: User) -> None:
    ann, bea, cleo = CustomerFactory.create_batch(3)
    first, second = pair(ann, bea), pair(bea, cleo)
    deciding.merge_match(pk=first.pk, survivor_id=ann.pk, values={}, by=by, now=NOON)
    second.refresh_from_db()
    assert (second.left_id, second.right_id, second.state) == (ann.pk, cleo.pk, "proposed")


def test_what_follows_from_not_the_same_is_proposed_no_more(by: User) -> None:
    ann, bea, cleo = CustomerFactory.create_batch(3)
    two, different, third = pair(ann, bea), pair(ann, cleo), pair(bea, cleo)
    deciding.say_different(pk=different.pk, by=by, now=NOON)
    assert open_count(reader=by) == 2
    deciding.merge_match(pk=two.pk, survivor_id=bea.pk, values={}, by=by, now=NOON)
    assert not Match.objects.filter(pk=third.pk).exists()
    assert said_of(bea.pk, cleo.pk) == different
    assert Apart.said().holds(bea.pk, cleo.pk)
    assert said_of(ann.pk, bea.pk) is None


def test_by_hand_two_are_merged_whatever_was_said(by: User) -> None:
    ann, bea = CustomerFactory.create_batch(2)
    deciding.say_different(pk=pair(ann, bea).pk, by=by, now=NOON)
    match = deciding.merge_pair(left=bea, right=ann, survivor_id=bea.pk, values={}, by=by, now=NOON)
    assert (match.left_id, match.right_id, match.state) == (ann.pk, bea.pk, "merged")
    deciding.take_back(pk=match.pk, by=by, now=NOON)
    with pytest.raises(deciding.NotDecided):
        deciding.take_back(pk=match.pk, by=by, now=NOON)


def test_what_nobody_proposed_is_forgotten_when_it_is_undone(by: User) -> None:
    ann, bea = CustomerFactory.create_batch(2)
    match = deciding.merge_pair(left=ann, right=bea, survivor_id=ann.pk, values={}, by=by, now=NOON)
    assert deciding.take_back(pk=match.pk, by=by, now=NOON) is None
    assert Customer.objects.filter(pk=bea.pk).exists()


def test_undone_elsewhere_the_two_are_to_be_decided_again(by: User) -> None:
    match = pair(*CustomerFactory.create_batch(2))
    merge = deciding.merge_match(pk=match.pk, survivor_id=match.right_id, values={}, by=by, now=NOON)
    undo_merge(merge=merge, by=None, now=NOON)
    match.refresh_from_db()
    assert (match.state, match.decided_by, match.merge_id) == ("proposed", None, None)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_who_decides_on_a_neighbouring_pair(by: User) -> None:
    ann, bea, cleo = CustomerFactory.create_batch(3)
    first, second = pair(ann, bea), pair(bea, cleo)
    with another_connection() as other:
        other.execute("BEGIN")
        other.execute("SELECT 1 FROM customers_match WHERE id = %s FOR UPDATE", [second.pk])
        deciding.merge_match(pk=first.pk, survivor_id=ann.pk, values={}, by=by, now=NOON)
        other.execute("ROLLBACK")
    with pytest.raises(deciding.Withdrawn):
        deciding.merge_match(pk=second.pk, survivor_id=cleo.pk, values={}, by=by, now=NOON)


def test_the_queue_is_narrowed_and_passes_over_who_is_not_there(by: User, user_for: UserFor) -> None:
    ann, bea, cleo = CustomerFactory.create_batch(3)
    certain, likely = pair(ann, bea, score=0.995), pair(bea, cleo, score=0.95)
    later = pair(ann, cleo, score=0.6, state="later")
    pair(ann, CustomerFactory.create(pk=10**9), score=0.999)
    Customer.objects.filter(pk=10**9).delete()
    everything_open = to_decide(reader=by, narrowing=Narrowing()).order_by("-score")
    assert list(everything_open) == [certain, likely]
    assert list(to_decide(reader=by, narrowing=Narrowing(band="likely"))) == [likely]
    assert list(to_decide(reader=by, narrowing=Narrowing(is_later=True))) == [later]
    assert list(to_decide(reader=by, narrowing=Narrowing(kind="person"))) == []
    assert proposed_with(reader=by, customer_id=ann.pk)[-2:] == [bea.pk, cleo.pk]
    assert open_count(reader=by, most=0) == 1


def test_how_often_proposals_were_right(by: User) -> None:
    run = MatchRunFactory.create()
    customers = CustomerFactory.create_batch(8)
    proposed = [
        pair(left, right, score=0.95, run=run) for left, right in zip(customers[::2], customers[1::2], strict=True)
    ]
    for match in proposed[:3]:
        deciding.merge_match(pk=match.pk, survivor_id=match.left_id, values={}, by=by, now=NOON)
    deciding.say_different(pk=proposed[3].pk, by=by, now=NOON)
    undo_merge(merge=Merge.objects.get(absorbed_id=proposed[0].right_id), by=None, now=NOON)
    (told,) = precision(reader=by)
    assert (told.band, told.decided, told.accepted) == ("likely", 3, 2)
    assert last_decision(user=by) == proposed[3]


def test_undone_in_whatever_order_not_the_same_holds(by: User) -> None:
    ann, bea, cleo, dora = CustomerFactory.create_batch(4)
    deciding.say_different(pk=pair(ann, bea).pk, by=by, now=NOON)
    first = merge_customers(survivor=cleo, absorbed=ann, by=None, now=NOON)
    second = merge_customers(survivor=dora, absorbed=bea, by=None, now=NOON)
    assert said_of(cleo.pk, dora.pk)
    undo_merge(merge=first, by=None, now=NOON)
    assert said_of(ann.pk, dora.pk)
    assert said_of(cleo.pk, dora.pk) is None
    undo_merge(merge=second, by=None, now=NOON)
    assert said_of(ann.pk, bea.pk)


def test_a_record_that_is_split_off_is_another_of_whom_nothing_was_said(by: User) -> None:
    """What somebody saw was the customer with the record; who stays is still not the same."""
    link, cleo = linked(), CustomerFactory.create()
    ann = Customer.objects.get(pk=link.root_id)
    deciding.say_different(pk=pair(ann, cleo).pk, by=by, now=NOON)
    undo_merge(merge=link, by=None, now=NOON)
    assert said_of(*sorted((ann.pk, cleo.pk)))
    assert said_of(*sorted((link.absorbed_id, cleo.pk))) is None
    assert Apart.for_rules().holds(ann.pk, link.absorbed_id)


def test_undone_what_was_proposed_of_the_absorbed_is_proposed_of_them_again(by: User) -> None:
    ann, bea, cleo, dora = CustomerFactory.create_batch(4)
    first, second, third = pair(ann, bea), pair(bea, cleo), pair(bea, dora)
    merge = deciding.merge_match(pk=first.pk, survivor_id=ann.pk, values={}, by=by, now=NOON)
    deciding.say_different(pk=third.pk, by=by, now=NOON)
    undo_merge(merge=merge, by=None, now=NOON)
    said = {match.pk: (match.left_id, match.right_id, match.state) for match in Match.objects.all()}
    assert said == {
        first.pk: (ann.pk, bea.pk, "proposed"),
        second.pk: (bea.pk, cleo.pk, "proposed"),
        third.pk: (ann.pk, dora.pk, "different"),
    }
