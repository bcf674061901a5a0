"""After an erase nothing in the database or in files names the person; and business records stay."""

from pathlib import Path

import pytest

from customers.models import Call, Customer, Interaction, Invoice, Order, PrivacyRequest
from service.models import SurveyAnswer
from tests.conftest import UserFor
from tests.customers.identity.privacy.world import erased, found_in_database, found_in_files, zebulon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_nothing_names_the_person_in_any_table_or_file(tmp_path: Path, user_for: UserFor) -> None:
    customer = zebulon(tmp_path)
    assert len(found_in_database()) > 30
    request = erased(customer, user_for("administrator"))
    assert (request.state, request.error) == ("done", "")
    assert "\n".join(found_in_database()) == ""
    assert found_in_files() == []
    customer.refresh_from_db()
    assert customer.name == f"Erased person {customer.pk}"
    assert (Order.objects.count(), Invoice.objects.count(), Interaction.objects.count()) == (1, 1, 1)
    assert (Call.objects.count(), SurveyAnswer.objects.count(), Customer.objects.count()) == (1, 1, 2)
    assert PrivacyRequest.objects.get().counts["customers_interaction"] == 1
