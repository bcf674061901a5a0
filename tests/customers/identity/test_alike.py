import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from customers.identity import alike
from customers.identity.alike import arms, names_alike
from customers.models import Customer
from tests.database import as_owner
from tests.factories.customers import CustomerFactory
from tests.plans import nodes, ran


def found(name: str, *, most: int = 5) -> list[str]:
    statement, params = names_alike(name, most=most)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        ids = [pk for pk, _why in cursor.fetchall()]
    names = dict(Customer.objects.values_list("pk", "name"))
    return [names[pk] for pk in ids]


def similarities(name: str) -> list[tuple[float, str]]:
    """By comparing everybody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM (SELECT similarity(search, crm_fold(crm_norm(%s))) AS alike, name, id"
            " FROM customers_customer) compared WHERE alike >= 0.6 ORDER BY alike DESC, id",
            [name],
        )
        return [(like, name) for like, name, _pk in cursor.fetchall()]


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        ("acme", []),
        ("nordwind", [(["%nord%"], []), (["%wind%"], [])]),
        ("nordwind ag", [(["%nord%"], ["% ag%"]), (["%wind%"], ["% ag%"])]),
        (
            "alpenblick feinkost ag",
            [
                (["% alpen%", "% fein%"], ["% ag%"]),
                (["% alpen%", "%kost%"], ["% ag%"]),
                (["% feink%", "% alpen%"], ["% ag%"]),
                (["% feink%", "%blick%"], ["% ag%"]),
            ],
        ),
        (
            "der alpenblick feinkost gmbh",
            [
                (["% alpen%", "% feink%"], ["% der%", "% gmbh%"]),
                (["% alpen%", "% der%"], ["% feinkost%", "% gmbh%"]),
                (["% feink%", "% der%"], ["% alpenblick%", "% gmbh%"]),
            ],
        ),
        ("华信贸易有限公司", [(["%华华信信%"], []), (["%贸贸易易%"], [])]),
        (
            "华信贸易国际有限公司",
            [
                (["%贸贸易易%", "%国国际际%"], []),
                (["%华华信信%", "%国国际际%"], []),
                (["%华华信信%", "%贸贸易易%"], []),
            ],
        ),
        ("公司", []),
        ("ab ag", []),
        ("acme feinkost", [(["% feink%"], []), (["% acme%", "% fein%"], []), (["% acme%", "%kost%"], [])]),
        ("", []),
    ],
)
def test_a_name_is_sought_by_most_parts_of_it(norm: str, expected: list[tuple[list[str], list[str]]]) -> None:
    assert arms(norm) == expected


@pytest.mark.django_db
def test_a_typo_another_form_a_word_more_or_less_and_another_order_find_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alike, "BESIDE", 0)
    for name in ("Alpenblick Feinkost GmbH", "上海华信国际贸易有限公司", "Nordwind", "Somebody Else"):
        CustomerFactory.create(name=name)
    for typed in (
        "alpenblick feinkost gmbh", "Alpnblick Feinkost GmbH", "Alpenblick Feinkots GmbH", "Alpenblick Feinkost AG",
        "Alpenblick Feinkost", "Feinkost Alpenblick GmbH", "Alpenblick Feinkost Süd GmbH",
    ):  # fmt: skip
        assert found(typed) == ["Alpenblick Feinkost GmbH"], typed
    assert found("上海华信国标贸易有限公司") == found("上海华信国际贸易") == ["上海华信国际贸易有限公司"]
    assert found("Nordwindd") == ["Nordwind"]
    assert found("Anybody") == found("") == []


WORDS = st.sampled_from(["alpenblick", "feinkost", "nordwind", "harbour", "logistik", "gmbh", "textiles", "moritz"])
NAMES = st.lists(WORDS, min_size=1, max_size=4, unique=True).map(" ".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(known=["feinkost gmbh"], of=0, at=9, kind=1)
@example(known=["moritz alpenblick"], of=0, at=3, kind=0)
@example(known=["moritz gmbh"], of=0, at=4, kind=0)
@given(
    known=st.lists(NAMES, min_size=1, max_size=12), of=st.integers(0, 11), at=st.integers(0, 40), kind=st.integers(0, 2)
)
@pytest.mark.django_db
def test_with_a_typo_the_name_is_found_as_by_comparing_everybody(known: list[str], of: int, at: int, kind: int) -> None:
    name = known[of % len(known)]
    at %= len(name)
    typed = name[:at] + ("", "x", "x" + name[at])[kind] + name[at + 1 :]
    assume(len(name) >= 6)
    with transaction.atomic(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(alike, "BESIDE", 0)
        Customer.objects.bulk_create(Customer(name=one) for one in known)
        one_by_one = similarities(typed)
        best = found(typed, most=100)
        transaction.set_rollback(True)
    order = [like for like, one in one_by_one if one in best]
    assert order == sorted(order, reverse=True)
    assert best == [one for _like, one in one_by_one if one in best]
    if name in [one for _like, one in one_by_one]:
        assert name in best


@pytest.mark.django_db
def test_where_five_stand_beside_it_nobody_else_is_compared() -> None:
    Customer.objects.bulk_create(Customer(name=f"OOO North {number}") for number in range(10_000, 10_200))
    for name, is_needed in (("OOO North 10100", False), ("Xoo North 10100", True)):
        statement, params = names_alike(name, most=5)
        asked = [node for node in ran(statement, params) if "~~" in f"{node.get('Filter')}{node.get('Recheck Cond')}"]
        assert len(asked) == 3
        assert all(bool(node["Actual Loops"]) is is_needed for node in asked)
    assert found("OOO North 10100")[0] == "OOO North 10100"


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.django_db
def test_each_arm_begins_at_a_condition_of_its_index() -> None:
    Customer.objects.bulk_create(Customer(name=f"Firm {number:05d} North") for number in range(2_000))
    with as_owner(), connection.cursor() as planner:
        planner.execute("SELECT crm_merge_pending_entries(ARRAY['customers_customer']::regclass[])")
        planner.execute("ANALYZE customers_customer")
        planner.execute("SET LOCAL enable_seqscan = off")
    statement, params = names_alike("Firm 00123 Nroth", most=5)
    scans = [node for node in nodes(statement, params) if node.get("Relation Name") == "customers_customer"]
    assert len(scans) >= 5
    assert [node for node in scans if not node.keys() & {"Index Cond", "Recheck Cond"}] == []
