import pytest

from customers.identity import search
from customers.identity.editing import create_customer
from customers.identity.search import CAP, Sought, matching, read
from customers.models import ContactPoint, Customer
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.trade import InvoiceFactory

HINT = "Type at least 3 letters, 2 Chinese characters or 4 digits."


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("  Ada \t Ltd\n", "Ada Ltd"),
        ("a\x00bc", "a bc"),
        ("x" * 300, "x" * 200),
        ("公司", "公司"),
        ("a1b", "a1b"),
        ("12-34", "12-34"),
        ("+49 30", "+49 30"),
        ("0049 12", "0049 12"),
    ],
)
def test_what_is_long_enough_is_looked_for(typed: str, text: str) -> None:
    assert read(typed) == Sought(text=text)
    assert read(typed).is_possible


@pytest.mark.parametrize("typed", ["a", "ab", "a-b", "公", "公a", "123", "0123", "+0 (12) 3", "0049 1", "%%%%", "...."])
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
    for too_little in ("ac", ""):
        assert list(matching(Customer.objects.all(), read(too_little))) == []


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
    assert (found[0], found[1], len(found)) == ("Markus", "The Mark 000", CAP + 1)


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
