"""Rows for tests, with sensible defaults: `CustomerFactory(name="Acme", country="DE")`."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Team, User
from crm.common.kinds import Channel
from customers import models
from service.models import SurveyAnswer

NUMBERS = count(1)


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team
        django_get_or_create = ("key",)

    key = factory.Sequence(lambda n: f"team-{n}")
    name = factory.LazyAttribute(lambda team: team.key.replace("-", " ").title())


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@staff.example")
    name = factory.Sequence(lambda n: f"User {n}")


class SourceSystemFactory(DjangoModelFactory[models.SourceSystem]):
    class Meta:
        model = models.SourceSystem
        django_get_or_create = ("key",)

    key = factory.Sequence(lambda n: f"system-{n}")
    name = factory.LazyAttribute(lambda system: system.key.title())


class CustomerFactory(DjangoModelFactory[models.Customer]):
    class Meta:
        model = models.Customer

    kind = models.Customer.Kind.ORGANIZATION
    name = factory.Sequence(lambda n: f"Customer {n:04d}")
    country = "DE"


class ContactFactory(DjangoModelFactory[models.Contact]):
    class Meta:
        model = models.Contact

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"Contact {n}")


class SourceRecordFactory(DjangoModelFactory[models.SourceRecord]):
    class Meta:
        model = models.SourceRecord

    system = factory.SubFactory(SourceSystemFactory)
    kind = "customers"
    external_id = factory.Sequence(lambda n: f"C{n}")
    digest = factory.LazyAttribute(lambda record: uuid5(NAMESPACE_OID, record.external_id))
    customer = factory.SubFactory(CustomerFactory)
    object_id = factory.LazyAttribute(lambda record: record.customer.pk if record.customer else None)


class ContactPointFactory(DjangoModelFactory[models.ContactPoint]):
    class Meta:
        model = models.ContactPoint

    customer = factory.SubFactory(CustomerFactory)
    kind = models.ContactPoint.Kind.EMAIL
    raw = factory.Sequence(lambda n: f"someone{n}@customer.example")
    normalised = factory.LazyAttribute(
        lambda point: "".join(c for c in point.raw if c.isdigit()) if point.kind == "phone" else point.raw.lower()
    )


class ProductGroupFactory(DjangoModelFactory[models.ProductGroup]):
    class Meta:
        model = models.ProductGroup

    name = factory.Sequence(lambda n: f"Group {n}")


class ProductFactory(DjangoModelFactory[models.Product]):
    class Meta:
        model = models.Product

    system = factory.SubFactory(SourceSystemFactory)
    code = factory.Sequence(lambda n: f"P{n}")
    name = factory.Sequence(lambda n: f"Product {n}")


class OrderFactory(DjangoModelFactory[models.Order]):
    """An order; `lines=[("2", "10.00", "6.00"), …]` (quantity, price, cost or None) adds lines and sums the amount."""

    class Meta:
        model = models.Order
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"A{n:05d}")
    customer = factory.SubFactory(CustomerFactory)
    placed_at = factory.LazyFunction(timezone.now)
    status = models.Order.Status.SHIPPED
    currency = "EUR"
    amount = Decimal(0)
    amount_company = factory.SelfAttribute("amount")

    @factory.post_generation
    def lines(self: Any, create: bool, extracted: Any, **_: Any) -> None:
        if not create or not extracted:
            return
        self.refresh_from_db(fields=["day"])
        for quantity, price, cost in extracted:
            OrderLineFactory(order=self, quantity=Decimal(quantity), unit_price=Decimal(price),
                             unit_cost=None if cost is None else Decimal(cost))  # fmt: skip
        self.amount = self.amount_company = sum(Decimal(q) * Decimal(p) for q, p, _c in extracted)
        self.save(update_fields=["amount", "amount_company"])


class OrderLineFactory(DjangoModelFactory[models.OrderLine]):
    class Meta:
        model = models.OrderLine

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    quantity = Decimal(1)
    unit_price = Decimal(100)
    unit_cost = Decimal(60)
    amount_company = factory.LazyAttribute(lambda line: line.quantity * line.unit_price)
    cost_company = factory.LazyAttribute(
        lambda line: None if line.unit_cost is None else line.quantity * line.unit_cost
    )
    day = factory.LazyAttribute(lambda line: line.order.day)
    counted = factory.LazyAttribute(lambda line: line.order.status != models.Order.Status.CANCELLED)
    team = factory.SelfAttribute("order.team")
    tier = factory.SelfAttribute("order.tier")


class InvoiceFactory(DjangoModelFactory[models.Invoice]):
    """A bill; `paid` and `paid_on_time` become payments that bring them about, on the due day and the day after."""

    class Meta:
        model = models.Invoice

    number = factory.Sequence(lambda n: f"R{n:05d}")
    customer = factory.SubFactory(CustomerFactory)
    issued_on = factory.LazyAttribute(lambda invoice: invoice.due_on - timedelta(days=14))
    due_on = factory.LazyFunction(lambda: timezone.now().date())
    currency = "EUR"
    amount = Decimal(100)
    amount_company = factory.SelfAttribute("amount")
    paid = Decimal(0)
    paid_on_time = Decimal(0)

    @classmethod
    def _create(cls, model_class: Any, *_: Any, paid: Decimal, paid_on_time: Decimal, **fields: Any) -> Any:
        invoice = super()._create(model_class, **fields)
        for late, amount in ((0, paid_on_time), (1, max(paid - paid_on_time, Decimal(0)))):
            if amount:
                invoice.payments.create(paid_on=invoice.due_on + timedelta(days=late), amount=amount)
        invoice.refresh_from_db(fields=["paid", "paid_on_time", "settled_on"])
        return invoice


class PaymentFactory(DjangoModelFactory[models.Payment]):
    class Meta:
        model = models.Payment

    invoice = factory.SubFactory(InvoiceFactory)
    paid_on = factory.SelfAttribute("invoice.due_on")
    amount = factory.SelfAttribute("invoice.amount")


class ExchangeRateFactory(DjangoModelFactory[models.ExchangeRate]):
    class Meta:
        model = models.ExchangeRate

    currency = "USD"
    day = datetime(2024, 1, 1, tzinfo=UTC).date()
    rate = Decimal("0.9")


class InteractionFactory(DjangoModelFactory[models.Interaction]):
    class Meta:
        model = models.Interaction

    customer = factory.SubFactory(CustomerFactory)
    channel = Channel.PHONE
    purpose = "question"
    subject = factory.Sequence(lambda n: f"Question {n}")
    occurred_at = factory.LazyFunction(timezone.now)


class PurposeFactory(DjangoModelFactory[models.Purpose]):
    class Meta:
        model = models.Purpose

    key = factory.Sequence(lambda n: f"purpose-{n}")
    name = factory.Sequence(lambda n: f"Purpose {n}")


class OutcomeFactory(DjangoModelFactory[models.Outcome]):
    class Meta:
        model = models.Outcome

    key = factory.Sequence(lambda n: f"outcome-{n}")
    name = factory.Sequence(lambda n: f"Outcome {n}")


class QueueFactory(DjangoModelFactory[models.Queue]):
    class Meta:
        model = models.Queue
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda n: f"queue-{n}")


class CallFactory(DjangoModelFactory[models.Call]):
    class Meta:
        model = models.Call

    system = factory.SubFactory(SourceSystemFactory)
    callid = factory.Sequence(lambda n: f"call-{n}")
    queue = factory.SubFactory(QueueFactory)
    entered_at = factory.LazyFunction(timezone.now)
    outcome = models.Call.Outcome.ANSWERED
    waited_ms = 8_000


class CallEventFactory(DjangoModelFactory[models.CallEvent]):
    class Meta:
        model = models.CallEvent

    system = factory.SubFactory(SourceSystemFactory)
    callid = factory.Sequence(lambda n: f"call-{n}")
    queue = "queue"
    at = factory.LazyFunction(timezone.now)
    agent = "NONE"
    event = "ENTERQUEUE"
    params = factory.LazyFunction(list)
    digest = factory.LazyAttribute(lambda event: uuid5(NAMESPACE_OID, f"{event.callid}{event.event}"))


class TierAssignmentFactory(DjangoModelFactory[models.TierAssignment]):
    class Meta:
        model = models.TierAssignment

    customer = factory.SubFactory(CustomerFactory)


class TierMarkFactory(DjangoModelFactory[models.TierMark]):
    class Meta:
        model = models.TierMark

    customer_id = factory.Sequence(lambda n: n + 1)
    from_day = date(2026, 1, 1)


class ImportBatchFactory(DjangoModelFactory[models.ImportBatch]):
    class Meta:
        model = models.ImportBatch

    system = factory.SubFactory(SourceSystemFactory)
    kind = "customers"
    path = "none.csv"
    filename = "customers.csv"


class ImportRejectFactory(DjangoModelFactory[models.ImportReject]):
    class Meta:
        model = models.ImportReject

    batch = factory.SubFactory(ImportBatchFactory)
    line = 2
    reason = "no name"
    row = factory.LazyFunction(dict)


class ParkedRowFactory(DjangoModelFactory[models.ParkedRow]):
    class Meta:
        model = models.ParkedRow

    system = factory.SubFactory(SourceSystemFactory)
    kind = "orders"
    external_id = factory.Sequence(lambda n: f"O{n}")
    rows = factory.LazyFunction(list)
    waits_for_kind = "customers"
    waits_for_id = "C1"


class SurveyAnswerFactory(DjangoModelFactory[SurveyAnswer]):
    class Meta:
        model = SurveyAnswer

    survey = SurveyAnswer.Survey.CSAT
    customer = factory.SubFactory(CustomerFactory)
    answered_at = factory.LazyFunction(timezone.now)
    score = 4


class PointMarkFactory(DjangoModelFactory[models.PointMark]):
    class Meta:
        model = models.PointMark

    kind = "phone"
    normalised = factory.Sequence(lambda number: f"4930{number}")
    customer_id = 1


class TrustChangeFactory(DjangoModelFactory[models.TrustChange]):
    class Meta:
        model = models.TrustChange

    system = factory.SubFactory(SourceSystemFactory)
