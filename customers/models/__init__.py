"""The unified customer database."""

from customers.models.bulk import BulkChange, BulkJob
from customers.models.customers import Contact, ContactPoint, Customer, PointMark
from customers.models.feeds import Feed, FeedFile
from customers.models.figures import CustomerFigures, FigureMark, FiguresClock
from customers.models.hygiene import CustomerHygiene, HygieneClock, HygieneCount, HygieneDay, HygieneMark
from customers.models.interactions import Call, CallEvent, Interaction, Queue
from customers.models.matching import BANDS, Match, MatchRun, MergeRule
from customers.models.merging import Merge, MergedRow, SharedKey
from customers.models.notes import Attachment, CustomerTag, Follow, Note, Tag, Visit
from customers.models.privacy import PrivacyRequest, SuppressedKey
from customers.models.related import GroupMember, Relation
from customers.models.repairs import Repair
from customers.models.sources import (
    ApiToken,
    ImportBatch,
    ImportReject,
    ParkedRow,
    SourceRecord,
    SourceSystem,
    TrustChange,
)
from customers.models.spelling import ContactSpelling, CustomerSpelling
from customers.models.survivorship import SurvivorshipRule
from customers.models.tiers import RetierClock, RetierMark, Tier, TierAssignment, TierMark, TierPolicy
from customers.models.to_do import CalendarFeed, Task
from customers.models.trade import ExchangeRate, Invoice, Order, OrderLine, Payment, Product, ProductGroup
from customers.models.wording import Outcome, Purpose

__all__ = [
    "BANDS",
    "ApiToken",
    "Attachment",
    "BulkChange",
    "BulkJob",
    "CalendarFeed",
    "Call",
    "CallEvent",
    "Contact",
    "ContactPoint",
    "ContactSpelling",
    "Customer",
    "CustomerFigures",
    "CustomerHygiene",
    "CustomerSpelling",
    "CustomerTag",
    "ExchangeRate",
    "Feed",
    "FeedFile",
    "FigureMark",
    "FiguresClock",
    "Follow",
    "GroupMember",
    "HygieneClock",
    "HygieneCount",
    "HygieneDay",
    "HygieneMark",
    "ImportBatch",
    "ImportReject",
    "Interaction",
    "Invoice",
    "Match",
    "MatchRun",
    "Merge",
    "MergeRule",
    "MergedRow",
    "Note",
    "Order",
    "OrderLine",
    "Outcome",
    "ParkedRow",
    "Payment",
    "PointMark",
    "PrivacyRequest",
    "Product",
    "ProductGroup",
    "Purpose",
    "Queue",
    "Relation",
    "Repair",
    "RetierClock",
    "RetierMark",
    "SharedKey",
    "SourceRecord",
    "SourceSystem",
    "SuppressedKey",
    "SurvivorshipRule",
    "Tag",
    "Task",
    "Tier",
    "TierAssignment",
    "TierMark",
    "TierPolicy",
    "TrustChange",
    "Visit",
]
