"""`customers` as a file: one row a source record, with the tier and the figures of the customer it belongs to.

What a record says is what its source said, not what survived. Windows are the twelve months up to the day.
"""

from customers.identity.survivorship import FIELDS
from customers.importing.exports import Export, source, wanted, wanted_customers

_SAID = ", ".join(f"sr.payload ->> '{field}' AS {field}" for field in FIELDS)
_OWN = ", ".join(f"c.{field}::text" for field in FIELDS)
_FIRST, _LAST = "(%(as_of)s::date - interval '12 months' + interval '1 day')::date", "%(as_of)s::date"

# One pass each over the window's order lines, the window's invoices and the customers' records. Invoices are judged
# when the last day is over: what is unpaid then is late.
_SELECT = f"""
WITH record AS (
  SELECT {source("s")} AS source, sr.external_id, {_SAID}, sr.customer_id
  FROM customers_sourcerecord sr JOIN customers_sourcesystem s ON s.id = sr.system_id
  WHERE sr.kind = 'customers' AND sr.customer_id IS NOT NULL
    AND {wanted("sr")}
  UNION ALL
  SELECT '', '', {_OWN}, c.id FROM customers_customer c
  WHERE %(system)s::bigint IS NULL AND %(records)s::bigint[] IS NULL AND NOT EXISTS (
    SELECT FROM customers_sourcerecord sr WHERE sr.customer_id = c.id AND sr.kind = 'customers')
)
SELECT r.source, r.external_id, {", ".join(f"r.{field}" for field in FIELDS)}, r.customer_id, tier.key,
       trim_scale(coalesce(b.revenue, 0)), trim_scale(coalesce(b.covered - b.cost, 0)),
       trim_scale(round(i.on_time / nullif(i.due, 0), 4))
FROM record r
LEFT JOIN crm_bought({_FIRST}, {_LAST}) b ON b.customer_id = r.customer_id AND {wanted_customers("b.customer_id")}
LEFT JOIN crm_billed({_FIRST}, {_LAST}, {_LAST} + 1) i
  ON i.customer_id = r.customer_id AND {wanted_customers("i.customer_id")}
LEFT JOIN LATERAL crm_tier_on(r.customer_id, %(as_of)s::date) a ON true
LEFT JOIN customers_tier tier ON tier.id = a.tier_id
ORDER BY r.source, r.external_id, r.customer_id
"""  # noqa: S608 - constants of this code base

EXPORT = Export(
    kind="customers",
    known=("customer_id", "tier", "revenue_12m", "profit_12m", "on_time_12m"),
    numbers=("customer_id", "revenue_12m", "profit_12m", "on_time_12m"),
    select=_SELECT,
)
