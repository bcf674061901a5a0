"""Whose a customer is: the member of staff who looks after them, and the team."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from accounts.domain.notices import Data, tell
from accounts.models import Team, User
from crm.common import versions
from customers.identity.holding import CustomerGone
from customers.models import Customer

COMPARED: Final = ("owner", "team")

# One who gives all they had to another gives an owner and a team, where the other has none.
_TAKE_OVER: Final = """
UPDATE customers_customer n SET owner_id = coalesce(n.owner_id, o.owner_id), team_id = coalesce(n.team_id, o.team_id)
FROM customers_customer o WHERE o.id = %(old)s AND n.id = %(new)s
 AND (n.owner_id IS NULL AND o.owner_id IS NOT NULL OR n.team_id IS NULL AND o.team_id IS NOT NULL)
"""


def assign_owner(
    *, customer: Customer, owner: User | None, team: Team | None, by: User, now: datetime, seen: str | None = None
) -> Customer:
    """Let `owner` and `team` look after the customer, the owner's own team where none is named; tells a new owner.

    Raises ChangedMeanwhile unless it is as `seen`, CustomerGone when there is none any more.
    """
    team_id = team.pk if team else owner.team_id if owner else None
    with transaction.atomic():
        current = Customer.objects.select_for_update(no_key=True).filter(pk=customer.pk).first()
        if current is None:
            raise CustomerGone
        versions.check_seen(current, seen, COMPARED)
        before, had = current.owner_id, (current.owner_id, current.team_id)
        current.owner, current.team_id = owner, team_id
        if had != (current.owner_id, team_id):
            current.save(update_fields=["owner", "team", "updated_at"])
        if owner is not None and owner.pk not in {before, by.pk}:
            _tell(current, owner, by, now)
    return current


def _tell(customer: Customer, owner: User, by: User, now: datetime) -> None:
    data = {"customer": customer.name, "by": str(by)}
    key = f"owner:{customer.pk}:{now.isoformat()}"
    tell(
        user_ids=[owner.pk], kind="owner", key=key, now=now, data=data, url=customer.get_absolute_url(),
        customer_id=customer.pk,
    )  # fmt: skip


def in_words(data: Data) -> str:
    """As the bell says it."""
    return _("%(by)s has made %(customer)s yours") % {"by": data.get("by", ""), "customer": data.get("customer", "")}


def take_over(cursor: CursorWrapper, *, old: int, new: int) -> None:
    """Both rows are locked, or the caller's to write."""
    cursor.execute(_TAKE_OVER, {"old": old, "new": new})
