"""How a file names a customer: by the id that its own source gives them, else as `source/id` of another.

Cost: one sort of the customers' source records, one hash join a file.
"""

from customers.importing.exports import TYPED, wanted_customers

NAMES = f"""
own_name AS (
  SELECT DISTINCT ON (customer_id, system_id) customer_id, system_id, external_id
  FROM customers_sourcerecord WHERE kind = 'customers' AND customer_id IS NOT NULL AND {wanted_customers("customer_id")}
  ORDER BY customer_id, system_id, external_id
), other_name AS (
  SELECT DISTINCT ON (o.customer_id) o.customer_id, s.key || '/' || o.external_id AS name
  FROM own_name o JOIN customers_sourcesystem s ON s.id = o.system_id
  ORDER BY o.customer_id, s.key = '{TYPED}', s.rank, s.key, o.external_id
)"""  # noqa: S608 - a constant of this code base
"""To stand after WITH; `join` and NAME use it."""

NAME = "coalesce(own_name.external_id, other_name.name, '')"


def join(fact: str, *, of: str) -> str:
    """SQL that joins the names of a fact's customer, as the source of its record `of` says them."""
    return (
        f"LEFT JOIN own_name ON own_name.customer_id = {fact}.customer_id AND own_name.system_id = {of}.system_id"
        f" LEFT JOIN other_name ON other_name.customer_id = {fact}.customer_id"
    )
