"""What the field of the search offers while somebody types, from any page."""

from dataclasses import dataclass, field
from typing import Final

from accounts.models import User
from customers.identity import search
from customers.models import Customer
from customers.page.home import recently_viewed

SHOWN: Final = 8
ENOUGH: Final = 20
"""So many are looked for: the best of them are what the first of hundreds would be."""


@dataclass(frozen=True, kw_only=True)
class Offered:
    """`hint`: why nothing can be looked for. `is_recent`: nothing was typed, and these were viewed last."""

    text: str
    customers: list[Customer] = field(default_factory=list)
    hint: str = ""
    is_recent: bool = False


def offered(*, user: User, text: str) -> Offered:
    """At most eight customers that the user may see, with their tiers: the best, or those viewed last."""
    sought = search.read(text)
    if not sought.text:
        visits = recently_viewed(user=user, limit=SHOWN)
        return Offered(text="", customers=[visit.customer for visit in visits], is_recent=True)
    visible = Customer.objects.visible_to(user).select_related("tier")
    found = search.matching(visible, sought, most=ENOUGH)
    best = [] if sought.hint else list(found.order_by("relevance", "pk")[:SHOWN])
    return Offered(text=sought.text, customers=best, hint=sought.hint)
