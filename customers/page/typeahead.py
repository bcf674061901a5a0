"""What the field of the search offers while somebody types, from any page."""

from dataclasses import dataclass, field
from typing import Final

from accounts.models import User
from customers.identity import search
from customers.identity.misspelt import meant_by
from customers.models import Customer
from customers.page.home import recently_viewed

SHOWN: Final = 8
ENOUGH: Final = 20
"""So many are looked for: the best of them are what the first of hundreds would be."""


@dataclass(frozen=True, kw_only=True)
class Offered:
    """`hint`: why nothing can be looked for. `is_recent`: nothing was typed, and these were viewed last. `is_guessed`:
    nobody fits, and these may have been meant.
    """

    text: str
    customers: list[Customer] = field(default_factory=list)
    hint: str = ""
    is_recent: bool = False
    is_guessed: bool = False


def offered(*, user: User, text: str) -> Offered:
    """At most eight customers that the user may see, with their tiers: the best, or those viewed last."""
    sought = search.read(text)
    if not sought.text:
        visits = recently_viewed(user=user, limit=SHOWN)
        return Offered(text="", customers=[visit.customer for visit in visits], is_recent=True)
    if sought.hint:
        return Offered(text=sought.text, hint=sought.hint)
    visible = Customer.objects.visible_to(user).select_related("tier")
    best = search.matching(visible, sought, most=ENOUGH).order_by("relevance", "pk")[:SHOWN]
    if found := list(best):
        return Offered(text=sought.text, customers=found)
    guessed = meant_by(visible, sought, most=SHOWN)
    return Offered(text=sought.text, customers=guessed, is_guessed=bool(guessed))
