"""What came from a number that two have waits for nobody to say whose it is: it goes with the one who is erased."""

import pytest
from django.db import connection

from customers.identity.privacy.gathering import gather
from customers.identity.privacy.subjects import find_subject
from customers.models import Contact, ContactPoint, Customer, Interaction, SourceRecord
from customers.registry.personal import find_holding
from tests.conftest import UserFor
from tests.customers.identity.privacy.world import erased, found_in_database
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.telephony import CallEventFactory, CallFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
PLANTED = ("PLANTED-SECRET", "0171 8765432")


def rings(raw: str, normalised: str, says: str) -> None:
    """Nobody's: a call that was put on record, with what its source said beside, as an import has it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL crm.bulk = 'on'")
    spoken = InteractionFactory.create(
        customer=None, channel="phone", contact_value=raw, contact_normalised=normalised, subject=says, body=says,
        matched_by_value=True,
    )  # fmt: skip
    call = CallFactory.create(interaction=spoken, caller=raw)
    CallEventFactory.create(system=call.system, callid=call.callid, event="ENTERQUEUE", params=["", raw, "1"])
    SourceRecordFactory.create(kind="interactions", object_id=spoken.pk, customer=None, payload={"extra": says})


def shared() -> tuple[Customer, Contact]:
    """A number that a person and somebody at an organization have; it rings, and so does another."""
    zeb, eva = CustomerFactory.create(kind="person"), ContactFactory.create()
    ContactPointFactory.create(customer=zeb, raw="0171 / 8765 432", normalised="491718765432", kind="phone")
    ContactPointFactory.create(
        customer=eva.customer, contact=eva, raw="0171 / 8765 432", normalised="491718765432", kind="phone"
    )
    rings("0171 8765432", "491718765432", "PLANTED-SECRET")
    rings("030 123456", "4930123456", "of others")
    return zeb, eva


def test_it_goes_with_a_person(user_for: UserFor) -> None:
    zeb, _eva = shared()
    assert len(found_in_database(PLANTED)) == 6
    request = erased(zeb, user_for("administrator"))
    check(request.counts)
    assert ContactPoint.objects.count() == 1


def test_it_goes_with_a_contact_person(user_for: UserFor) -> None:
    _zeb, eva = shared()
    check(erased(eva.customer, user_for("administrator"), eva).counts)


def check(counts: dict[str, int]) -> None:
    assert found_in_database(PLANTED) == []
    assert counts["customers_interaction"] == counts["customers_call"] == counts["customers_callevent"] == 1
    rows = Interaction.objects.values_list("customer", "contact_value", "contact_normalised", "body")
    assert set(rows) == {(None, "", "", ""), (None, "030 123456", "4930123456", "of others")}
    assert [one.payload for one in SourceRecord.objects.filter(kind="interactions", payload__isnull=False)] == [
        {"extra": "of others"}
    ]


def test_a_copy_does_not_show_it_as_it_may_be_the_others() -> None:
    zeb, _eva = shared()
    holding = find_holding("customers_interaction")
    assert holding is not None
    assert list(gather(holding, find_subject(customer_id=zeb.pk))) == []
