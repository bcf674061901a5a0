import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from customers.identity import search, search_sql
from customers.identity.editing import create_customer
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.search import CAP, Sought, matching, read
from customers.models import Contact, ContactPoint, Customer, Tier
from tests.conftest import NOON
from tests.database import as_owner
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.trade import InvoiceFactory
from tests.plans import nodes, ran

HINT = "Type at least 2 letters, 2 Chinese characters or 4 digits."


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("  Ada \t Ltd\n", "Ada Ltd"),
        ("a\x00bc", "a bc"),
        ("x" * 300, "x" * 200),
        ("公司", "公司"),
        ("a1b", "a1b"),
        ("ab", "ab"),
        ("Öl", "Öl"),
        ("12-34", "12-34"),
        ("+49 30", "+49 30"),
        ("0049 12", "0049 12"),
    ],
)
def test_what_is_long_enough_is_looked_for(typed: str, text: str) -> None:
    assert read(typed) == Sought(text=text)
    assert read(typed).is_possible


@pytest.mark.parametrize("typed", ["a", "a1", "a-b", "公", "公a", "123", "0123", "+0 (12) 3", "0049 1", "%%%%", "...."])
def test_what_is_too_short_says_so(typed: str) -> None:
    assert read(typed) == Sought(text=typed, hint=HINT)
    assert not read(typed).is_possible


@pytest.mark.parametrize("typed", ["", "  \t", "\x00"])
def test_nothing_typed_is_no_mistake(typed: str) -> None:
    assert read(typed) == Sought(text="")
    assert not read(typed).is_possible


def names(text: str) -> list[str]:
    found = matching(Customer.objects.exclude(city="hidden"), read(text))
    return [customer.name for customer in found.order_by("relevance", "pk")]


@pytest.mark.django_db
def test_only_those_it_is_given_are_found_and_for_too_little_nobody() -> None:
    CustomerFactory.create(name="Acme")
    CustomerFactory.create(name="Acme", city="hidden")
    assert names("acme") == ["Acme"]
    for too_little in ("a", ""):
        assert list(matching(Customer.objects.all(), read(too_little))) == []


@pytest.mark.django_db
def test_signs_that_names_are_kept_without_find_nobody_and_hide_nobody() -> None:
    CustomerFactory.create(name="Mark")
    assert read("ʻʻʻ").is_possible
    assert names("ʻʻʻ") == names("ʻʻʻ ①②③") == []
    assert names("& " * 8 + "mark") == ["Mark"]


@pytest.mark.django_db
def test_signs_of_a_pattern_mean_themselves() -> None:
    for number, email in enumerate((r"aa_b%cc\d@x.example", "aaXbYYccd@x.example")):
        ContactPointFactory.create(customer__name=f"C{number}", raw=email)
    for text in ("aa_b", "b%cc", r"cc\d", r"AA_B%CC\D@X.example"):
        assert names(text) == ["C0"], text
    assert names("d@x.ex") == ["C0", "C1"]


@pytest.mark.django_db
def test_a_number_is_found_however_it_is_written_and_is_no_address() -> None:
    ContactPointFactory.create(customer__name="Phone", kind="phone", raw="+49 30 123456")
    ContactPointFactory.create(customer__name="Mail", raw="030.123456@x.example")
    ContactPointFactory.create(customer__name="Address", kind=ContactPoint.Kind.ADDRESS, raw="30123456")
    InvoiceFactory.create(customer__name="Billed", number="30123456")
    assert names("(030) 123-456") == ["Phone"]
    assert names("030.1234") == ["Mail", "Phone"]
    assert names("30123456") == ["Billed", "Phone"]


@pytest.mark.django_db
def test_words_of_a_name_are_found_in_any_order() -> None:
    CustomerFactory.create(name="Alpenblick Feinkost & Söhne AG")
    CustomerFactory.create(name="Feinkost Müller AG")
    CustomerFactory.create(name="王 厦门贸易")
    ContactFactory.create(customer__name="Zenith", name="Anna Hoffmann")
    assert names("feinkost alpenblick") == ["Alpenblick Feinkost & Söhne AG"]
    assert names("ag sohn & alpen") == ["Alpenblick Feinkost & Söhne AG"]
    assert names("AG feinkost") == ["Alpenblick Feinkost & Söhne AG", "Feinkost Müller AG"]
    assert names("hoffmann anna") == ["Zenith"]
    assert names("厦门 王") == ["王 厦门贸易"]
    assert names("feinkost hoffmann") == names("b a ag") == []
    assert names("feinkost müller " + "ag " * 9) == ["Feinkost Müller AG"]


@pytest.mark.django_db
def test_a_tax_id_and_the_number_of_any_source_find_the_customer() -> None:
    customer = create_customer(fields={"name": "Acme", "tax_id": "DE 136 695 976"})
    create_customer(fields={"name": "None", "tax_id": "none"})
    for key, number in (("shop", "S-10256"), ("erp", "70001")):
        system = SourceSystemFactory.create(key=key)
        SourceRecordFactory.create(system=system, customer=customer, external_id=number)
    SourceRecordFactory.create(system=SourceSystemFactory.create(key="shop"), kind="orders", external_id="S-9999")
    for text in ("DE136695976", "de 136.695.976", "S-10256", "s-10256", "70001"):
        assert names(text) == ["Acme"], text
    assert names("S-1025") == names("S-9999") == names("136695976") == names("tax: none 0") == []


@pytest.mark.django_db
def test_an_address_is_looked_for_among_addresses_alone() -> None:
    CustomerFactory.create(name="ada x.example")
    ContactPointFactory.create(customer__name="Mail", raw="ada@x.example")
    assert names("ada@x.example") == ["Mail"]
    assert names("ada x.example") == ["ada x.example"]


@pytest.mark.django_db
def test_a_fragment_many_have_finds_so_many_and_never_crowds_out_who_begins_with_it() -> None:
    Customer.objects.bulk_create([Customer(name=f"The Mark {number:03d}") for number in range(CAP + 5)])
    CustomerFactory.create(name="Markus")
    found = names("mark")
    assert (found[0], found[1], len(found)) == ("Markus", "The Mark 000", CAP)


@pytest.mark.django_db
def test_the_best_tier_comes_first_among_those_who_fit_equally_and_people_last() -> None:
    platinum, bronze = (Tier.objects.get(key=key) for key in ("platinum", "bronze"))
    for name, tier in (
        ("Mark", None),
        ("Marks", bronze),
        ("Markt", platinum),
        ("Big Mark", bronze),
        ("Aremark", platinum),
    ):
        CustomerFactory.create(name=name, tier=tier)
    ContactFactory.create(customer__name="Employer", customer__tier=platinum, name="Markus")
    assert names("mark") == ["Markt", "Marks", "Mark", "Big Mark", "Aremark", "Employer"]


@pytest.mark.django_db
def test_where_more_fit_than_are_wanted_the_best_tiers_are_found() -> None:
    platinum = Tier.objects.get(key="platinum")
    Customer.objects.bulk_create([Customer(name=f"The Mark {number:03d}") for number in range(CAP)])
    CustomerFactory.create(name="Zum Markt", tier=platinum)
    CustomerFactory.create(name="Zur Mark", city="hidden", tier=platinum)
    assert names("mark")[:2] == ["Zum Markt", "The Mark 000"]


@pytest.mark.django_db
def test_a_city_finds_who_is_there_after_those_called_so() -> None:
    CustomerFactory.create(name="Anna", city="Zürich")
    CustomerFactory.create(name="Zurich Re", city="Bern")
    CustomerFactory.create(name="Other", city="Zürichberg")
    assert names("zurich") == ["Zurich Re", "Anna"]


@pytest.mark.django_db
def test_a_number_that_is_meant_comes_before_one_that_holds_it() -> None:
    ContactPointFactory.create(customer__name="Called", kind="phone", raw="+49 30 123456")
    InvoiceFactory.create(customer__name="Zebra", number="3012345")
    assert names("3012345") == ["Zebra", "Called"]


@pytest.mark.django_db
def test_a_zero_dialled_from_within_the_country_alone_is_left_out() -> None:
    ContactPointFactory.create(customer__name="Phone", kind="phone", raw="+49 30 123456")
    assert names("+49 (0)30 123 456") == names("0049(0)30123456") == ["Phone"]


def folded(text: str) -> str:
    return re.sub("([一-鿿])", r"\1\1", text.lower())


PARTS = st.sampled_from(["Mark", "Anna", "Ark", "Ltd", "公司", "东方", "公", "x"])
CALLED = st.lists(PARTS, min_size=1, max_size=3).map(" ".join) | st.lists(PARTS, min_size=1, max_size=3).map("".join)
KNOWN = st.tuples(
    CALLED,
    st.sampled_from(["platinum", "gold", "bronze", None]),
    CALLED | st.none(),
    st.sampled_from(["", "Mark", "东方"]),
)
SOUGHT = CALLED.filter(lambda text: read(text).is_possible and len(text) > 2)  # of two letters, other rules hold


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(known=[("公司", "platinum", None, "")], text="公 公", first=0)
@example(known=[("Mark", "gold", None, ""), ("Mark 公司", "gold", None, "")], text="Mark Mark", first=0)
@example(known=[("Mark", "gold", None, ""), ("Mark 公司", "gold", None, "")], text="Ark", first=0)
@example(known=[("x Mark公", None, None, ""), ("x x公", None, None, "")], text="xMark", first=0)
@given(known=st.lists(KNOWN, max_size=12), text=SOUGHT, first=st.sampled_from([0, 2, 100]))
@pytest.mark.django_db
def test_arms_find_what_comparing_everybody_finds_in_the_same_order(
    known: list[tuple[str, str | None, str | None, str]], text: str, first: int
) -> None:
    """However few names are read before the indexes are asked."""
    tiers = {tier.key: tier for tier in Tier.objects.all()}
    with transaction.atomic(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(search_sql, "FIRST", first)
        made = [
            CustomerFactory.create(name=name, tier=tiers.get(tier or ""), city=city) for name, tier, _who, city in known
        ]
        for customer, (_name, _tier, who, _city) in zip(made, known, strict=True):
            if who:
                ContactFactory.create(customer=customer, name=who)
        whole, words = folded(text), [folded(word) for word in text.split()]
        if not any(read(word).is_possible for word in text.split()):
            words = [whole]  # none of them alone could be looked up

        def key(customer: Customer) -> tuple[int, int, str, int]:
            name = f" {folded(customer.name)}"
            fits = (name.startswith(f" {whole}"), f" {whole}" in name, whole in name, True)
            return fits.index(True), customer.tier.rank if customer.tier else 99, name, customer.pk

        def is_meant(customer: Customer, who: str | None) -> bool:
            holds = (all(word in folded(name) for word in words) for name in (customer.name, who or ""))
            return any(holds) or folded(customer.city) == whole

        pairs = zip(made, known, strict=True)
        expected = sorted((customer for customer, (_n, _t, who, _c) in pairs if is_meant(customer, who)), key=key)
        found = [*matching(Customer.objects.all(), read(text)).order_by("relevance", "pk")]
        transaction.set_rollback(True)
    assert found == expected


def planned(text: str, *, most: int, run: bool = False) -> list[dict[str, Any]]:
    """The plan that is kept for all texts, asked with this one."""
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            list(matching(Customer.objects.all(), read(text), most=most))
    statement = next(one["sql"] for one in asked.captured_queries if "EXECUTE" in one["sql"]).partition("; ")[2]
    assert statement.startswith("EXECUTE")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    return (ran if run else nodes)(statement)


@pytest.mark.django_db
def test_an_arm_that_is_not_needed_is_not_executed() -> None:
    """What begins with the text is enough: neither are names read through nor is an index of fragments asked."""
    for name in ("Mark", "Markt", "Aremark"):
        CustomerFactory.create(name=name)
    for most, is_needed in ((2, False), (4, True)):
        plan = planned("mark", most=most, run=True)
        asked = ("customers_contact", "customers_contactpoint", "customers_customerspelling")
        below = [node for node in plan if node.get("Alias") in asked]
        assert len(below) == 3
        assert all(bool(node["Actual Loops"]) is is_needed for node in below), most


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.django_db
def test_nobody_is_read_one_by_one_however_many_there_are() -> None:
    """Every scan of what grows begins at a condition of its index, but for `c`, by which those found are put in order.
    The planner may read so few through: it is asked not to. Everybody has a tier, as otherwise those who have none are
    found soonest so; those of one tier lie together and no index has grown by earlier tests, so that to read along the
    tiers costs a fraction of reading everybody, as it does where there are many.
    """
    large = {"customers_customer", "customers_contact", "customers_contactpoint"}
    large |= {"customers_customerspelling", "customers_contactspelling"}
    tiers, many = [*Tier.objects.all()], 1_500
    made = Customer.objects.bulk_create(
        Customer(
            name=f"Firm {at:05d} 东方{chr(0x4E00 + at)}", city=f"City {at % 50}", tier=tiers[at * len(tiers) // many]
        )
        for at in range(many)
    )
    Contact.objects.bulk_create(Contact(customer=customer, name=f"Person {customer.pk:09d} 三") for customer in made)
    ContactPoint.objects.bulk_create(
        ContactPoint(customer=customer, kind=kind, raw="", normalised=f"{customer.pk:09d}{mail}")
        for customer in made
        for kind, mail in (("email", "@x.example"), ("phone", ""))
    )
    with as_owner(), connection.cursor() as planner:
        for table in large:
            planner.execute("SELECT crm_merge_pending_entries(ARRAY[%s]::regclass[])", [table])
            planner.execute(f"REINDEX TABLE {table}")
            planner.execute(f"ANALYZE {table}")
        planner.execute("SET LOCAL enable_seqscan = off")
    for text in (
        "irm 00123",
        "person 00777",
        "00123@x",
        "一东方",
        "1 2345",
        "city 7",
        "zqxv",
        "000 firm",
        "dongfang",
        "df",
        "san si",
    ):
        scans = [
            node for node in planned(text, most=CAP) if node.get("Relation Name") in large and node["Alias"] != "c"
        ]
        read = [node for node in scans if not node.keys() & {"Index Cond", "Recheck Cond"}]
        assert [(node["Alias"], node.get("Index Name")) for node in read] == [], text


@pytest.mark.django_db
def test_whom_one_has_by_several_marks_one_finds_once(monkeypatch: pytest.MonkeyPatch) -> None:
    customer = CustomerFactory.create(name="acme")
    for raw in ("a@acme.example", "b@acme.example"):
        ContactPointFactory.create(customer=customer, raw=raw)
    asked: list[str] = []

    def arms(text: str) -> list[tuple[str, list[str]]]:
        asked.append(text)
        return [("SELECT id FROM customers_customer WHERE name = %s", [text])]

    monkeypatch.setattr(search, "search_arms", arms)
    assert (names(" acme "), asked) == (["acme"], ["acme"])


@pytest.mark.django_db
def test_who_was_absorbed_is_found_by_the_name_they_had_and_leads_to_the_survivor() -> None:
    survivor, absorbed = CustomerFactory.create(name="Acme Corp."), CustomerFactory.create(name="Zenith Widgets 华星")
    merge = merge_customers(survivor=survivor, absorbed=absorbed, by=None, now=NOON)
    assert [names("widgets"), names("zeni"), names("华星"), names("widgets zenith")] == [["Acme Corp."]] * 4
    undo_merge(merge=merge, by=None, now=NOON)
    assert names("widgets") == ["Zenith Widgets 华星"]
