import pytest

from customers.identity.linking import LONGEST, link_key
from customers.identity.normalising import comparable_name, normalise_contact, normalise_email, normalise_tax_id


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("MÜLLER & Söhne GmbH", "muller sohne"),
        ("Mueller", "mueller"),
        ("ACME, Inc.", "acme"),
        ("A.C.M.E. Ltd", "acme"),
        ("O'Brien plc", "obrien"),
        ("上海貿易有限公司", "上海贸易"),
        ("上海贸易股份有限公司", "上海贸易"),
        ("Limited", "limited"),
        ("有限公司", "有限公司"),
        ("!!!", ""),
    ],
)
def test_names_compare_without_accents_punctuation_and_legal_form(name: str, compared: str) -> None:
    assert comparable_name(name) == compared


def test_tax_ids_emails_and_contact_values() -> None:
    assert normalise_tax_id("de 811.193-231") == "DE811193231"
    assert [normalise_tax_id(raw) for raw in ("", "n/a", "none", "0000000", "123")] == [""] * 5
    assert normalise_email(" Ada@Example.ORG ") == "ada@example.org"
    assert [normalise_email(raw) for raw in ("ada", "ada@", "@x.de", "a b@x.de", "a@b@c.de", "a@localhost")] == [""] * 6
    assert (normalise_contact("030 1234567"), normalise_contact("X@y.DE")) == ("49301234567", "x@y.de")


def test_the_first_of_tax_id_email_phone_decides() -> None:
    both = {"name": "Ada", "email": "a@x.de", "phone": "030 1234567", "record": "crm/1"}
    assert link_key(tax_id="DE811193231", **both) == "tax:DE811193231"
    assert link_key(tax_id="none", **both) == "mail:a@x.de|ada"
    assert link_key(name="ADA", email="bad", phone="+49 30 1234567", record="crm/1") == "phone:49301234567|ada"
    assert link_key(name="Ada", record="crm/1") == "rec:crm/1"
    assert link_key(name="???", email="a@x.de", record="crm/1") == "rec:crm/1"


def test_a_long_key_is_bounded_and_still_tells_apart() -> None:
    one, two = (link_key(name="n" * 500 + tail, email="a@x.de", record="crm/1") for tail in "ab")
    assert len(one) <= LONGEST
    assert one != two
