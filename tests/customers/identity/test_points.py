from collections.abc import Sequence

import pytest
from django.db import connection

from customers.identity import points
from customers.importing.sql import CREATE_TOUCHED
from customers.models import ContactPoint, Customer, PointMark, SourceRecord
from tests import plans
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory

pytestmark = pytest.mark.django_db
Point = tuple[str, str, str]
OLD: Sequence[Point] = (("email", "Ada@x.de", "ada@x.de"), ("phone", "030 1234567", "49301234567"))


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


@pytest.fixture
def record(customer: Customer) -> SourceRecord:
    found = SourceRecordFactory.create(customer=customer)
    replace(found, OLD)
    PointMark.objects.all().delete()
    return found


def replace(record: SourceRecord, wanted: Sequence[Point], *, contact: int | None = None) -> None:
    """A record that has no more points is still among those that are wanted, with an empty one."""
    rows = [(record.customer_id, contact, record.pk, *point) for point in wanted]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS wanted")
        cursor.execute(
            "CREATE TEMP TABLE wanted (customer_id bigint, contact_id bigint, source_record_id bigint, kind text,"
            " raw text, normalised text) ON COMMIT DROP"
        )
        cursor.executemany("INSERT INTO wanted VALUES (%s, %s, %s, %s, %s, %s)", rows)
        cursor.execute(CREATE_TOUCHED)
        points.replace(cursor, "SELECT * FROM wanted")
        points.settle(cursor)


def kept(record: SourceRecord) -> list[Point]:
    return sorted(record.contact_points.values_list("kind", "raw", "normalised"))


def marks() -> list[tuple[str, str, int]]:
    return sorted(PointMark.objects.values_list("kind", "normalised", "customer_id"))


@pytest.mark.parametrize(
    ("wanted", "after", "changed"),
    [
        (OLD, OLD, []),
        (OLD[:1], OLD[:1], [("phone", "49301234567")]),
        ([("email", "", "")], [], [("email", "ada@x.de"), ("phone", "49301234567")]),
        ([*OLD, ("email", "b@x.de", "b@x.de")], [OLD[0], ("email", "b@x.de", "b@x.de"), OLD[1]], [("email", "b@x.de")]),
        ([("email", "ADA@x.de", "ada@x.de"), OLD[1]], [("email", "ADA@x.de", "ada@x.de"), OLD[1]],
         [("email", "ada@x.de")]),  # written another way
        ([*OLD, ("phone", "withheld", "")], [*OLD, ("phone", "withheld", "")], []),  # known by it is nobody
        ([*OLD, ("web", "x.de", "x.de")], [*OLD, ("web", "x.de", "x.de")], []),
        ([("email", "王@例子.中国", "王@例子.中国"), *OLD], [OLD[0], ("email", "王@例子.中国", "王@例子.中国"), OLD[1]],
         [("email", "王@例子.中国")]),
    ],
)  # fmt: skip
def test_those_that_differ_go_and_those_that_lack_come(
    record: SourceRecord, wanted: Sequence[Point], after: Sequence[Point], changed: list[tuple[str, str]]
) -> None:
    replace(record, wanted)
    assert kept(record) == list(after)
    assert marks() == [(*value, record.customer_id) for value in changed]


def test_a_record_made_just_now_gets_its_points_and_each_value_is_told_once(customer: Customer) -> None:
    first, second = SourceRecordFactory.create_batch(2, customer=customer)
    rows = [f"({customer.pk}, NULL::bigint, {record.pk}, 'phone', '{raw}', '4930123')"
            for record in (first, second) for raw in ("030 123", "")]  # fmt: skip
    made = (
        f"SELECT * FROM (VALUES {', '.join(rows)}) v (customer_id, contact_id, source_record_id, kind, raw, normalised)"
    )
    with connection.cursor() as cursor:
        cursor.execute(CREATE_TOUCHED)
        points.replace(cursor, f"{made} WHERE false", made=made)
    assert (kept(first), kept(second)) == ([("phone", "030 123", "4930123")],) * 2
    assert marks() == [("phone", "4930123", customer.pk)]


def test_points_are_looked_up_record_by_record_however_the_planner_would_rather(record: SourceRecord) -> None:
    replace(record, OLD)  # leaves its tables
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_nestloop = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"
        )
    plan = plans.nodes(points._REPLACE.split(";")[3])
    probes = {node["Index Cond"] for node in plan if node.get("Relation Name") == "customers_contactpoint"
              and node["Node Type"] != "ModifyTable"}  # fmt: skip
    assert {probe.split(" = ")[0] for probe in probes} == {"(x.source_record_id", "(p.id"}


def test_what_stays_is_the_same_row(record: SourceRecord) -> None:
    before = set(ContactPoint.objects.values_list("pk", flat=True))
    replace(record, [*OLD, ("email", "b@x.de", "b@x.de")])
    assert before < set(ContactPoint.objects.values_list("pk", flat=True))


def test_no_record_among_the_wanted_changes_nothing(record: SourceRecord) -> None:
    replace(record, [])
    assert (kept(record), marks()) == (list(OLD), [])


def test_points_of_other_records_and_those_of_no_record_stay(record: SourceRecord, customer: Customer) -> None:
    other = SourceRecordFactory.create(customer=customer)
    replace(other, OLD[:1])
    typed = ContactPoint.objects.create(customer=customer, kind="email", raw="t@x.de", normalised="t@x.de")
    replace(record, [("email", "", "")])
    assert (kept(record), kept(other)) == ([], list(OLD[:1]))
    assert ContactPoint.objects.filter(pk=typed.pk).exists()


def test_a_point_may_pass_to_a_contact_and_back(record: SourceRecord, customer: Customer) -> None:
    contact = ContactFactory.create(customer=customer)
    replace(record, OLD, contact=contact.pk)
    assert set(record.contact_points.values_list("contact_id", flat=True)) == {contact.pk}
    assert marks() == [("email", "ada@x.de", customer.pk), ("phone", "49301234567", customer.pk)]
    replace(record, OLD)
    assert set(record.contact_points.values_list("contact_id", flat=True)) == {None}


def test_a_point_that_passes_to_another_customer_changes_for_both(record: SourceRecord, customer: Customer) -> None:
    other = CustomerFactory.create()
    record.customer = other
    replace(record, OLD)
    assert set(record.contact_points.values_list("customer_id", flat=True)) == {other.pk}
    assert marks() == sorted((kind, value, one.pk) for kind, _raw, value in OLD for one in (customer, other))
