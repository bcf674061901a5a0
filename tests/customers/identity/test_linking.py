from customers.identity.linking import LONGEST, link_key


def test_the_first_of_tax_id_email_phone_decides() -> None:
    both = {"name": "Ada", "email": "a@x.de", "phone": "030 1234567", "record": "crm/1"}
    assert link_key(tax_id="DE811193231", **both) == "tax:DE811193231"
    assert link_key(tax_id="none", **both) == "mail:a@x.de|ada"
    assert link_key(name="ADA", email="bad", phone="+49 30 1234567", record="crm/1") == "phone:49301234567|ada"
    assert link_key(name="Ada", record="crm/1") == "rec:crm/1"
    assert link_key(name="???", email="a@x.de", record="crm/1") == "rec:crm/1"


def test_people_and_organizations_never_share_one() -> None:
    said = {"name": "Ada", "email": "a@x.de", "record": "crm/1"}
    assert link_key(**said) == link_key(kind="organization", **said) == "mail:a@x.de|ada"
    assert link_key(kind="person", **said) == "person:mail:a@x.de|ada"
    assert link_key(kind="person", name="Ada", record="crm/1") == "rec:crm/1"


def test_a_tax_id_that_cannot_be_one_is_passed_over() -> None:
    said = {"name": "Ada", "email": "a@x.de", "record": "crm/1"}
    assert link_key(tax_id="91350100M000100Y44", **said) == link_key(tax_id="123456789", **said) == "mail:a@x.de|ada"


def test_an_address_is_read_as_its_provider_reads_it() -> None:
    keys = {
        link_key(name="Ada", email=email, record="crm/1")
        for email in ("Ada.Lovelace@gmail.com", "adalovelace+crm@googlemail.com", "a.d.a.lovelace@GMAIL.com")
    }
    assert keys == {"mail:adalovelace@gmail.com|ada"}
    assert link_key(name="Ada", email="a.b+c@x.de", record="crm/1") == "mail:a.b+c@x.de|ada"


def test_a_long_key_is_bounded_and_still_tells_apart() -> None:
    one, two = (link_key(name="n" * 500 + tail, email="a@x.de", record="crm/1") for tail in "ab")
    assert len(one) <= LONGEST
    assert one != two
