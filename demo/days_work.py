"""What the demo company's staff left on their desks: whose each customer is, tags, notes, and what is to do today."""

from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from accounts.models import User
from customers.identity.following_customers import follow
from customers.identity.owning import assign_owner
from customers.identity.tagging import add_tag
from customers.interactions.noting import add_note
from customers.interactions.to_do.adding import add_task
from customers.interactions.to_do.due import Due
from customers.models import Customer, Invoice, Task
from demo import sign_ins

BEST, OWING = 40, 12  # customers whose figures put them first
TAGS: Final = ("Key account", "Trade fair 2026", "Asks for offers", "Pays late")
# What, days from today, time, priority.
CALLS: Final = (
    ("Call back about the delivery", 0, time(9, 30), Task.Priority.HIGH),
    ("Send the new price list", 0, None, Task.Priority.NORMAL),
    ("Ask how the new printer works out", 1, time(11), Task.Priority.NORMAL),
    ("Prepare the visit", 2, None, Task.Priority.NORMAL),
    ("Answer the question about the warranty", -1, None, Task.Priority.HIGH),
    ("Talk about next year's volume", 6, time(14), Task.Priority.LOW),
)  # fmt: skip
NOTES: Final = (
    "Mornings are best; the buyer is out on Fridays.",
    "Wants one invoice a month for all branches.",
    "Speaks German and English; letters in German please.",
    "Compares our prices with two others every spring.",
)


def fill_desks(*, today: date) -> None:
    """Nothing where there are tasks already: what people have done since is theirs."""
    if Task.objects.exists():
        return
    sales, service, manager = (_user(role) for role in ("sales", "service", "manager"))
    now = timezone.now()
    best = list(Customer.objects.filter(figures__profit__gt=0).order_by("-figures__profit", "pk")[:BEST])
    owing = list(Customer.objects.filter(figures__overdue__gt=0).order_by("-figures__overdue", "pk")[:OWING])
    _give_owners(best, owners=(sales, sales, service), now=now)
    _give_tags(best, owing)
    for customer, body in zip(best, NOTES, strict=False):
        add_note(customer=customer, body=body, by=sales, now=now, is_pinned=body == NOTES[0])
    for user in (sales, service):
        _give_calls(best, user=user, by=manager, today=today, now=now)
        if best:
            follow(customer=best[0], user=user, now=now)
    _chase(owing, by=manager, today=today, now=now)


def _user(role: str) -> User:
    return User.objects.get(email=sign_ins.USERS[role])


def _give_owners(best: list[Customer], *, owners: tuple[User, ...], now: datetime) -> None:
    for at, customer in enumerate(best):
        owner = owners[at % len(owners)]
        assign_owner(customer=customer, owner=owner, team=owner.team, by=owner, now=now)
        customer.owner = owner


def _give_tags(best: list[Customer], owing: list[Customer]) -> None:
    for at, customer in enumerate(best):
        add_tag(customer=customer, name=TAGS[0] if at < BEST // 4 else TAGS[1 + at % 2], may_make=True)
    for customer in owing:
        add_tag(customer=customer, name=TAGS[-1], may_make=True)


def _give_calls(best: list[Customer], *, user: User, by: User, today: date, now: datetime) -> None:
    mine = [customer for customer in best if customer.owner_id == user.pk]
    for customer, (what, days, at, priority) in zip(mine, CALLS, strict=False):
        due = Due(today + timedelta(days=days), at)
        add_task(what=what, by=by, now=now, due=due, assignee=user, customer=customer, priority=priority)
    weekly = Due(today, time(16))
    add_task(what="Look through what is left of the week", by=user, now=now, due=weekly, assignee=user, repeat="weekly")


def _chase(owing: list[Customer], *, by: User, today: date, now: datetime) -> None:
    """Who owes is the team's to call: whoever has time takes one."""
    team = _user("service").team
    for customer in owing[:5]:
        oldest = Invoice.objects.visible_to(by).filter(customer=customer, settled_on=None).order_by("due_on").first()
        what = f"Call about invoice {oldest}" if oldest else "Call about what is overdue"
        add_task(what=what, by=by, now=now, due=Due(today), team=team, customer=customer)
