"""Changes of tier, as those who follow a customer are told of them."""

from typing import Final

from django.utils.translation import ngettext

from customers.registry.happening import Happening

CHANGES: Final = Happening(
    key="tier",
    rows="""SELECT a.customer_id, a.made_at AS at, a.by_id FROM customers_tierassignment a
WHERE a.made_at > %(since)s AND a.made_at <= %(until)s AND EXISTS (
  SELECT FROM customers_tierassignment p
  WHERE p.customer_id = a.customer_id AND upper(p.valid) = lower(a.valid) AND p.tier_id <> a.tier_id)""",
    words=lambda n: ngettext("a new tier", "%(n)d changes of tier", n) % {"n": n},
    order=50,
)
