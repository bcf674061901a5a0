from customers.identity.linking import LONGEST, link_key


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
