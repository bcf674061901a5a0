"""What the demo company's people have to do."""

from datetime import date, time, timedelta
from typing import Final

from django.utils import timezone

from accounts.models import User
from crm.common.days import start_of
from customers.interactions.to_do.adding import add_task
from customers.interactions.to_do.due import Due
from customers.models import Customer, Task
from demo import sign_ins

# Role, what, in how many days, at what time, priority, repeats, which of the newest customers (none: about nobody),
# whether it waits for somebody of the team to take it.
TASKS: Final = (
    ("sales", "Call back about the offer for 40 chairs", 0, time(16, 30), 1, "", 0, False),
    ("sales", "Ask whether the delivery has come", -1, None, 2, "", 1, False),
    ("sales", "Send the new price list", 3, None, 2, "", 2, False),
    ("sales", "Look through open offers", 1, time(9), 2, "weekly", None, False),
    ("sales", "Answer the enquiry from the trade fair", 1, None, 2, "", 3, True),
    ("service", "Call back: the repair was to be done by now", -1, time(11), 1, "", 4, False),
    ("service", "Find out why the parcel came twice", 0, None, 2, "", 5, False),
    ("service", "Ask whether everything works after the repair", 5, time(10), 3, "", 4, False),
    ("service", "Answer the complaint about the noise", 0, None, 1, "", 6, True),
    ("manager", "Go through the scorecard with the teams", 2, time(14), 2, "monthly", None, False),
    ("manager", "Thank them for their patience", 1, None, 2, "", 4, False),
)


def give_tasks(*, today: date) -> int:
    """To the people one signs in as, around `today`, once; how many tasks."""
    if Task.objects.exists():
        return 0
    customers = list(Customer.objects.order_by("-last_contact_at", "pk")[:7])
    people = {role: User.objects.select_related("team").get(email=email) for role, email in sign_ins.USERS.items()}
    now = min(start_of(today), timezone.now())
    for role, what, days, at, priority, repeat, customer, is_open in TASKS:
        person = people[role]
        add_task(
            what=what, by=people["manager"] if is_open else person, now=now, due=Due(today + timedelta(days=days), at),
            assignee=None if is_open else person, team=person.team if is_open else None, priority=priority,
            repeat=repeat, customer=customers[customer] if customer is not None and customer < len(customers) else None,
        )  # fmt: skip
    return len(TASKS)
