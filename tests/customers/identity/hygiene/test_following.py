"""What is kept of the hygiene follows customers, records, proposals and contacts; and the counts follow it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Team
from crm.common import locks
from crm.common.days import today
from customers.identity.hygiene import following
from customers.identity.hygiene.checking import REVISION
from customers.identity.hygiene.fields import FAULTS, KINDS, month_number
from customers.identity.hygiene.following import find_hygiene, follow_at_once, mend_hygiene, refresh_hygiene
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.survivorship import TYPED
from customers.models import (
    Customer,
    CustomerHygiene,
    HygieneClock,
    HygieneCount,
    HygieneDay,
    HygieneMark,
    Match,
    SourceRecord,
    Tier,
)
from tests.conftest import NOON
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import ContactPointFactory, CustomerFactory, MatchFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NOVEMBER = 2026 * 12 + 10
SOME = settings(
    max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


def faults(customer: Customer) -> set[str]:
    codes = CustomerHygiene.objects.get(pk=customer.pk).codes
    return {point.key for point in FAULTS.values() if point.code in codes}


def counts() -> dict[tuple[int, int, int, int, int], int]:
    rows = HygieneCount.objects.exclude(customers=0)
    return {(r.owner_id, r.team_id, r.tier_id, r.system_id, r.code): r.customers for r in rows}


def kept() -> list[Any]:
    return list(CustomerHygiene.objects.order_by("pk").values_list())


def counted_afresh() -> dict[tuple[int, int, int, int, int], int]:
    found: dict[tuple[int, int, int, int, int], int] = {}
    for row in CustomerHygiene.objects.all():
        for code in (*row.codes, row.confirmed):
            for key in (
                (-1, row.team_id, row.tier_id, row.system_id, code),
                (-1, row.team_id, -1, row.system_id, code),
                (row.owner_id, -1, -1, -1, code),
                (-3, row.team_id, -1, -1, code),
                (-4, -1, -1, row.system_id, code),
                (-2, row.pk // 10_000, -1, -1, code),
            ):
                found[key] = found.get(key, 0) + 1
    return found


def test_a_customer_is_looked_at_with_all_that_is_known() -> None:
    clean = CustomerFactory.create(
        name="Weber", tax_id="DE136695976", email="info@weber.example", phone="030 1234567", address="Hauptstr. 1",
        city="Berlin", region="Berlin", postcode="10115", industry="machinery", language="de",
        owner=UserFactory.create(), team=TeamFactory.create(), tier=Tier.objects.get(key="gold"),
    )  # fmt: skip
    ContactPointFactory.create(customer=clean, kind="phone", raw="030 1234567", normalised="49301234567")
    bare = CustomerFactory.create(kind="person", name="Ada", phone="ring twice")
    refresh_hygiene()
    row = CustomerHygiene.objects.get(pk=clean.pk)
    assert (row.owner_id, row.team_id, row.tier_id) == (clean.owner_id, clean.team_id, clean.tier_id)
    assert (row.codes, row.confirmed, row.system_id) == ([KINDS["organization"]], NOVEMBER, 0)
    assert faults(bare) == {
        "email-complete", "phone-valid", "address-complete", "city-complete", "postcode-complete", "language-complete",
        "birth_date-complete",
    }  # fmt: skip
    assert counts() == counted_afresh()
    assert not HygieneMark.objects.exists()
    assert HygieneClock.objects.get().up_to is None


def test_only_who_changed_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = CustomerFactory.create_batch(2)
    refresh_hygiene()
    Customer.objects.filter(pk=other.pk).update(updated_at=NOON)
    assert not HygieneMark.objects.exists()
    Customer.objects.filter(pk=one.pk).update(city="Berlin")
    looked: list[list[int]] = []
    real = following.write
    monkeypatch.setattr(following, "write", lambda cursor, ids: (looked.append(list(ids)), real(cursor, ids))[1])
    refresh_hygiene()
    assert looked == [[one.pk]]
    assert "city-complete" not in faults(one)


def test_the_most_trusted_source_that_speaks_of_a_customer_counts_them() -> None:
    customer = CustomerFactory.create()
    crm = SourceRecordFactory.create(customer=customer, system__key=TYPED, system__rank=0).system
    refresh_hygiene()
    assert CustomerHygiene.objects.get().system_id == crm.pk
    erp, shop = SourceSystemFactory.create(rank=10), SourceSystemFactory.create(rank=20)
    for system in (shop, erp):
        SourceRecordFactory.create(customer=customer, system=system)
    Customer.objects.update(city="Bonn")
    refresh_hygiene()
    assert CustomerHygiene.objects.get().system_id == erp.pk


def test_a_record_and_a_contact_confirm_a_customer() -> None:
    customer = CustomerFactory.create()
    Customer.objects.update(created_at=NOON - timedelta(days=900))
    refresh_hygiene()
    assert CustomerHygiene.objects.get().confirmed == month_number(date(2024, 5, 1))
    SourceRecordFactory.create(customer=customer)
    SourceRecord.objects.update(changed_at=datetime(2025, 2, 28, 23, 30, tzinfo=UTC))
    following.write(connection.cursor(), [customer.pk])
    assert CustomerHygiene.objects.get().confirmed == month_number(date(2025, 2, 1))
    Customer.objects.update(last_contact_at=NOON - timedelta(days=40))
    refresh_hygiene()
    assert CustomerHygiene.objects.get().confirmed == month_number(date(2026, 10, 1))
    Customer.objects.update(last_contact_at=NOON - timedelta(days=39))
    assert not HygieneMark.objects.exists()


def test_a_proposal_marks_both_until_it_is_decided() -> None:
    one, other = CustomerFactory.create_batch(2)
    refresh_hygiene()
    match = MatchFactory.create(left_id=one.pk, right_id=other.pk)
    refresh_hygiene()
    assert all("customer-unique" in faults(each) for each in (one, other))
    Match.objects.update(state="later")
    assert not HygieneMark.objects.exists()
    Match.objects.update(state="different")
    refresh_hygiene()
    assert not any("customer-unique" in faults(each) for each in (one, other))
    Match.objects.update(state="proposed")
    refresh_hygiene()
    match.delete()
    refresh_hygiene()
    assert "customer-unique" not in faults(one)


def test_a_proposal_goes_with_who_is_merged_and_the_faults_with_it() -> None:
    one, other, near = CustomerFactory.create_batch(3)
    MatchFactory.create(left_id=one.pk, right_id=other.pk)
    MatchFactory.create(left_id=other.pk, right_id=near.pk)
    survivor = CustomerFactory.create()
    refresh_hygiene()
    assert "customer-unique" not in faults(survivor)
    merge = merge_customers(survivor=survivor, absorbed=other, by=None, now=NOON)
    refresh_hygiene()
    assert all("customer-unique" in faults(each) for each in (one, near, survivor))
    undo_merge(merge=merge, by=None, now=NOON)
    refresh_hygiene()
    open_sides = {side for pair in Match.objects.values_list("left_id", "right_id") for side in pair}
    for each in (one, other, near, survivor):
        assert ("customer-unique" in faults(each)) == (each.pk in open_sides)
    with connection.cursor() as cursor:
        assert find_hygiene(cursor, 0, survivor.pk + 1) == []


def test_who_was_said_to_be_born_tomorrow_is_born_when_that_day_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = today() + timedelta(days=1)
    soon, later = (CustomerFactory.create(kind="person", birth_date=tomorrow + timedelta(days=days)) for days in (0, 1))
    refresh_hygiene()
    assert "birth_date-valid" in faults(soon)
    monkeypatch.setattr(following, "today", lambda: tomorrow)
    refresh_hygiene()
    assert "birth_date-valid" not in faults(soon)
    assert "birth_date-valid" in faults(later)


def test_who_is_deleted_is_not_counted_any_more() -> None:
    one, other = CustomerFactory.create_batch(2)
    refresh_hygiene()
    one.delete()
    refresh_hygiene()
    assert [row.pk for row in CustomerHygiene.objects.all()] == [other.pk]
    assert counts() == counted_afresh()


def test_the_day_is_kept_and_a_day_that_is_over_stays() -> None:
    CustomerFactory.create(city="Berlin", team=TeamFactory.create())
    refresh_hygiene()
    before = HygieneDay.objects.get()
    assert (before.day, before.customers, sum(before.ages), before.ages[0]) == (today(), 1, 1, 1)
    HygieneDay.objects.update(day=today() - timedelta(days=1))
    Customer.objects.update(city="", team=None)
    refresh_hygiene()
    yesterday, now = HygieneDay.objects.order_by("day")
    assert (yesterday.team_id, yesterday.clean_points) == (before.team_id, before.clean_points)
    assert (now.team_id, sum(now.clean_points)) == (0, sum(before.clean_points) - 1 - 1)  # neither filled nor valid
    assert (now.points[5], now.clean_points[5], now.points[17], now.clean_points[17]) == (1, 0, 0, 0)


def test_a_day_is_not_kept_while_another_is_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    CustomerFactory.create_batch(2)
    for frees in ((False, False, True), (True, False, True)):  # they end just before the day would be kept
        free = iter(frees)
        monkeypatch.setattr(locks, "take_if_free", lambda *_given, free=free: next(free))
        refresh_hygiene(wait=False)
        assert not HygieneDay.objects.exists()
    monkeypatch.undo()
    HygieneClock.objects.update_or_create(pk=1, defaults={"revision": REVISION, "up_to": 1})
    with connection.cursor() as cursor:
        following._keep(cursor, 1)
    assert not HygieneDay.objects.exists()
    refresh_hygiene(wait=False)
    assert HygieneDay.objects.get().customers == 2


def test_who_mends_one_is_answered_at_once_or_left_to_the_job() -> None:
    customer = CustomerFactory.create()
    refresh_hygiene()
    Customer.objects.update(city="Berlin")
    assert follow_at_once(customer.pk)
    assert "city-complete" not in faults(customer)


def test_new_checks_look_at_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    CustomerFactory.create()
    refresh_hygiene()
    CustomerHygiene.objects.update(codes=[])
    refresh_hygiene()
    assert CustomerHygiene.objects.get().codes == []
    monkeypatch.setattr(following, "REVISION", 99)
    refresh_hygiene()
    assert CustomerHygiene.objects.get().codes != []


def test_the_nightly_check_finds_what_no_trigger_told() -> None:
    customer = CustomerFactory.create()
    refresh_hygiene()
    with connection.cursor() as cursor:
        assert find_hygiene(cursor, 0, customer.pk + 1) == []
        CustomerHygiene.objects.update(codes=[1001])
        assert find_hygiene(cursor, 0, customer.pk + 1) == [customer.pk]
        HygieneMark(customer_id=customer.pk).save()
        assert find_hygiene(cursor, 0, customer.pk + 1) == []  # it is still to follow
        with transaction.atomic():
            assert mend_hygiene(cursor, [customer.pk]) == 1
    assert counts() != counted_afresh()


CITY = st.sampled_from(["", "Berlin", "test"])
CHANGE: Any = st.tuples(
    st.sampled_from(["city", "team", "kind", "contact", "absorb", "match"]), st.integers(0, 3), CITY
)


@SOME
@given(changes=st.lists(CHANGE, max_size=8), follows=st.integers(1, 4))
def test_following_step_by_step_ends_where_a_look_at_everybody_does(
    changes: list[tuple[str, int, str]], follows: int
) -> None:
    for model in (Match, Customer, CustomerHygiene, HygieneCount, HygieneMark, HygieneDay):
        model.objects.all().delete()  # type: ignore[attr-defined]
    team = Team.objects.first() or TeamFactory.create()
    people = CustomerFactory.create_batch(4)
    for place, (what, who, city) in enumerate(changes):
        _DO[what](people[who], city, team)
        if place % follows == 0:
            refresh_hygiene()
    refresh_hygiene()
    stepwise, counted = kept(), counts()
    day = list(HygieneDay.objects.order_by("team_id").values_list("points", "clean_points", "ages"))
    for model in (CustomerHygiene, HygieneCount, HygieneClock, HygieneDay):
        model.objects.all().delete()  # type: ignore[attr-defined]
    refresh_hygiene()
    assert (kept(), counts()) == (stepwise, counted)
    assert counts() == counted_afresh()
    assert list(HygieneDay.objects.order_by("team_id").values_list("points", "clean_points", "ages")) == day


def _propose(customer: Customer, _city: str, _team: Team) -> None:
    other = Customer.objects.exclude(pk=customer.pk).first()
    if other and Customer.objects.filter(pk=customer.pk).exists():
        left, right = sorted((customer.pk, other.pk))
        Match.objects.filter(left_id=left, right_id=right).delete()
        MatchFactory.create(left_id=left, right_id=right)


def _absorb(customer: Customer, _city: str, _team: Team) -> None:
    there = Customer.objects.filter(pk=customer.pk).first()
    if there:
        merge_customers(survivor=CustomerFactory.create(kind=there.kind), absorbed=there, by=None, now=NOON)


def _set(**values: Any) -> Callable[[Customer, str, Team], object]:
    def change(customer: Customer, city: str, team: Team) -> object:
        known = {"city": city, "team": team if city else None, "last_contact_at": NOON}
        return Customer.objects.filter(pk=customer.pk).update(**{k: known.get(k, v) for k, v in values.items()})

    return change


_DO: dict[str, Callable[[Customer, str, Team], object]] = {
    "city": _set(city=None),
    "team": _set(team=None),
    "kind": _set(kind="person"),
    "contact": _set(last_contact_at=None),
    "absorb": _absorb,
    "match": _propose,
}
