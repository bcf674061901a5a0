from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import translation

from crm.common.audit.acting import acting
from customers.models import Interaction
from tests.conftest import UserFor
from tests.customers.histories import said, told
from tests.customers.importing.files import load, write_csv
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.interactions import InteractionFactory

pytestmark = pytest.mark.django_db


def test_of_a_customer_nobody_spoke_with_there_is_nothing() -> None:
    customer = CustomerFactory.create()
    InteractionFactory.create()
    assert told(customer, "contacts") == []


def test_the_newest_comes_first_with_what_there_is_to_say_of_it(user_for: UserFor) -> None:
    customer = CustomerFactory.create()
    InteractionFactory.create(customer=customer, channel="email", purpose="", subject="")
    with acting(user=user_for("sales").pk):
        full = InteractionFactory.create(customer=customer, channel="visit", purpose="order", subject="Ten cups")
        Interaction.objects.filter(pk=full.pk).update(subject="Twelve cups")
        full.delete()
    assert said(customer, "contacts") == [
        ("Sales", "Contact taken back: visit, Order, Twelve cups"),
        ("Sales", "Contact changed; before: visit, Order, Ten cups"),
        ("Sales", "Contact logged: visit, Order, Ten cups"),
        ("", "Contact logged: e-mail"),
    ]
    with translation.override("zh-hans"):
        assert said(customer, "contacts")[3] == ("", "已登记联系：电子邮件")


def test_what_a_file_brings_stands_in_the_timeline_alone(tmp_path: Path) -> None:
    record = SourceRecordFactory.create(system=SourceSystemFactory.create(key="shop"), external_id="c1")
    row = ["i1", "c1", "phone", "2024-04-01"]
    load("interactions", write_csv(tmp_path / "i.csv", "external_id,customer_external_id,channel,occurred_at", [row]))
    assert record.customer.interactions.count() == 1
    assert told(record.customer, "contacts") == []


@pytest.mark.parametrize(("ago_s", "own", "is_there", "may_undo"), [
    (0, True, True, True), (115, True, True, True), (116, True, True, False), (0, False, True, False),
    (0, True, False, False),
])  # fmt: skip
def test_what_was_logged_a_moment_ago_leads_to_where_it_can_be_taken_back(
    ago_s: int, own: bool, is_there: bool, may_undo: bool, user_for: UserFor
) -> None:
    ann, customer = user_for("sales"), CustomerFactory.create()
    row = InteractionFactory.create(customer=customer, agent=ann if own else user_for("service"))
    if not is_there:
        row.delete()
    logged = Interaction.pgh_event_model.objects.get(pgh_label="insert")  # type: ignore[attr-defined]
    with time_machine.travel(logged.pgh_created_at + timedelta(seconds=ago_s), tick=False):
        found = told(customer, "contacts", ann)
    urls = {change.undo_url for change in found if change.what.startswith("Contact logged")}
    assert urls == {customer.get_absolute_url() if may_undo else ""}
