"""What customers buy, owe and pay."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceSystemFactory


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


class RepairFactory(DjangoModelFactory[models.Repair]):
    """Open, unless `closed_at` is given."""

    class Meta:
        model = models.Repair

    number = factory.Sequence(lambda n: f"R{n:05d}")
    customer = factory.SubFactory(CustomerFactory)
    opened_at = factory.LazyFunction(timezone.now)


class ExchangeRateFactory(DjangoModelFactory[models.ExchangeRate]):
    class Meta:
        model = models.ExchangeRate

    currency = "USD"
    day = datetime(2024, 1, 1, tzinfo=UTC).date()
    rate = Decimal("0.9")
