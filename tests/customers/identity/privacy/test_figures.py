"""Figures, baselines and their hashes are the same before an erase and after it."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from psycopg.types.range import Range

from customers.interactions.telephony.checking import find_calls, mend_calls
from customers.models import Customer, Tier, TierAssignment
from metrics.engine.recomputing import recompute
from metrics.engine.series import points
from metrics.goals import baselines
from metrics.goals.drift import drift
from metrics.kpis import get_kpi
from tests.conftest import UserFor
from tests.customers.identity.privacy.world import erased
from tests.factories.customers import ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import CallEventFactory, CallFactory, QueueFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
KPIS = ("csat", "asa", "fcr", "contacts_to_resolve", "orders", "revenue", "gross_profit", "on_time_payment")
WINDOW: dict[str, Any] = {
    "first": date(2026, 1, 1), "last": date(2026, 2, 28), "go_live_on": date(2026, 3, 1), "today": date(2026, 11, 15),
}  # fmt: skip


def busy(name: str) -> Customer:
    customer = CustomerFactory.create(kind="person", name=name, tier=Tier.objects.get(key="gold"))
    TierAssignment.objects.create(customer=customer, tier_id=customer.tier_id, valid=Range(date(2025, 1, 1), None))
    for day in (5, 6, 20):
        at = datetime(2026, 1, day, 12, tzinfo=UTC)
        facts = {"customer": customer, "tier_id": customer.tier_id}
        InteractionFactory.create(occurred_at=at, subject=name, body=name, contact_value="030 1", **facts)
        SurveyAnswerFactory.create(survey="csat", score=day % 5 + 1, answered_at=at, comment=name, **facts)
        OrderFactory.create(placed_at=at, lines=[("2", "10", "6")], **facts)
        InvoiceFactory.create(due_on=at.date(), amount=100, paid_on_time=day, **facts)
        CallFactory.create(
            entered_at=at, waited_ms=day * 1000, caller="030 1", tier_id=customer.tier_id,
            interaction=InteractionFactory.create(occurred_at=at, channel="phone", **facts),
        )  # fmt: skip
    return customer


def figures() -> dict[str, Any]:
    return {
        key: [(point.value, point.n) for point in points(kpi=get_kpi(key), first=None, last=None, by=by)]
        for key in KPIS
        for by in ("month", "total")
    }


def test_figures_and_frozen_baselines_are_as_before(user_for: UserFor) -> None:
    zeb, _other = busy("Zebulon"), busy("Ada")
    recompute()
    kept = [baselines.freeze(**WINDOW, kpi=get_kpi(key), by=None) for key in KPIS]
    hashes, before = [one.source_hash for one in kept], figures()
    erased(zeb, user_for("administrator"))
    recompute()
    assert figures() == before
    assert [drift(one).changed for one in kept] == [False] * len(KPIS)
    for one, was in zip(kept, hashes, strict=True):
        one.refresh_from_db()
        assert one.source_hash == was
    assert TierAssignment.objects.filter(customer=zeb).count() == 1


def test_calls_worked_out_anew_stay_theirs(user_for: UserFor) -> None:
    """The nightly check makes calls of their events again, of which the number is gone."""
    zeb, system = CustomerFactory.create(kind="person", name="Zebulon"), SourceSystemFactory.create()
    ContactPointFactory.create(customer=zeb, kind="phone", raw="+49 171 8765432", normalised="491718765432")
    queue = QueueFactory.create(name="support")
    at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    spoken = InteractionFactory.create(
        customer=zeb, matched_by_value=True, contact_value="+491718765432", contact_normalised="491718765432",
        channel="phone", occurred_at=at, outcome="abandoned", is_contact=False,
    )  # fmt: skip
    call = CallFactory.create(
        system=system, queue=queue, interaction=spoken, caller="+491718765432", entered_at=at, outcome="abandoned"
    )
    for event, params in (("ENTERQUEUE", ["", "+491718765432", "1"]), ("ABANDON", ["1", "1", "8"])):
        CallEventFactory.create(
            system=system, callid=call.callid, queue="support", at=at, event=event, params=params, digest=uuid4()
        )
    erased(zeb, user_for("administrator"))
    with connection.cursor() as cursor:
        assert mend_calls(cursor, find_calls(cursor, call.pk, call.pk + 1)) == 1
    spoken.refresh_from_db()
    call.refresh_from_db()
    assert (spoken.customer_id, spoken.contact_value, call.caller) == (zeb.pk, "", "")
