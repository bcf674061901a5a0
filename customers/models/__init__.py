"""The unified customer database."""

from customers.models.customers import Contact, ContactPoint, Customer, PointMark
from customers.models.interactions import Call, CallEvent, Interaction, Queue
from customers.models.sources import ImportBatch, ImportReject, ParkedRow, SourceRecord, SourceSystem, TrustChange
from customers.models.tiers import Tier, TierAssignment, TierMark, TierPolicy
from customers.models.trade import ExchangeRate, Invoice, Order, OrderLine, Payment, Product, ProductGroup
from customers.models.wording import Outcome, Purpose

__all__ = [
    "Call",
    "CallEvent",
    "Contact",
    "ContactPoint",
    "Customer",
    "ExchangeRate",
    "ImportBatch",
    "ImportReject",
    "Interaction",
    "Invoice",
    "Order",
    "OrderLine",
    "Outcome",
    "ParkedRow",
    "Payment",
    "PointMark",
    "Product",
    "ProductGroup",
    "Purpose",
    "Queue",
    "SourceRecord",
    "SourceSystem",
    "Tier",
    "TierAssignment",
    "TierMark",
    "TierPolicy",
    "TrustChange",
]
