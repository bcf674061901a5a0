"""What the timeline tells of a customer, for the tests of its sources."""

from accounts.models import User
from customers.models import Customer
from customers.page.reading import Narrowing
from customers.page.timeline import timeline
from customers.registry.page import TimelineEntry


def told(customer: Customer, reader: User, *, kind: str = "", part: str = "", text: str = "") -> list[TimelineEntry]:
    narrowing = Narrowing(kind=kind, part=part, text=text)
    return timeline(customer=customer, user=reader, cursor="", narrowing=narrowing).entries
