"""Customers that may be the one being typed in."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.common import prepared
from customers.identity.alike import names_alike
from customers.identity.linking import tax_keys
from customers.identity.normalising import normalise_email
from customers.identity.phones import normalise_phone
from customers.models import Customer
from customers.querysets.customers import CustomerQuerySet

LIMIT = 5

# Each arm is an index probe: the link key, the contact points, the name.
CANDIDATES = """
SELECT id, 'tax' FROM customers_customer WHERE link_key IN (%(tax)s, %(person_tax)s)
UNION ALL
(SELECT customer_id, 'email' FROM customers_contactpoint
 WHERE kind = 'email' AND normalised = %(email)s AND %(email)s <> '' LIMIT 5)
UNION ALL
(SELECT customer_id, 'phone' FROM customers_contactpoint
 WHERE kind = 'phone' AND normalised = %(phone)s AND %(phone)s <> '' LIMIT 5)
UNION ALL
{names}
"""
WHY: dict[str, Promise] = {
    "tax": _("same tax ID"),
    "email": _("same e-mail"),
    "phone": _("same phone"),
    "name": _("similar name"),
}


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """`shares_point`: the same phone or e-mail. Contacts that are known by it alone then belong to neither."""

    customer: Customer
    reasons: list[Promise]
    shares_point: bool

    @property
    def overdue(self) -> Decimal:
        figures = getattr(self.customer, "figures", None)
        return figures.overdue if figures else Decimal(0)


def duplicates(
    *, customers: CustomerQuerySet[Customer], name: str, tax_id: str = "", email: str = "", phone: str = ""
) -> list[Duplicate]:
    """Up to five, those with most in common first; two statements, and one for letters with accents."""
    values = {
        **tax_keys(tax_id),
        "email": normalise_email(email),
        "phone": normalise_phone(phone) if phone else "",
    }
    names, like = names_alike(name, most=LIMIT)
    with connection.cursor() as cursor:
        prepared.run(cursor, CANDIDATES.format(names=names), {**values, **like}, one_plan=True)
        found: dict[int, list[str]] = {}
        for pk, reason in cursor.fetchall():
            if reason not in found.setdefault(pk, []):
                found[pk].append(reason)
    best = sorted(found, key=lambda pk: (-len(found[pk]), list(WHY).index(found[pk][0]), pk))[:LIMIT]
    known = customers.select_related("tier", "figures").in_bulk(best)
    return [
        Duplicate(
            customer=known[pk],
            reasons=[WHY[reason] for reason in found[pk]],
            shares_point=bool({"email", "phone"} & set(found[pk])),
        )
        for pk in best
        if pk in known
    ]
